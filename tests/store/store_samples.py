"""Small publications made by hand, and the processes that tests start: ``python store_samples.py HOME VERB …``."""

import hashlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from catalog.model import Agent, Package, Publication, Resource, StoredFile, Text
from catalog.settings import Settings
from catalog.store import Store, Target, later

CITY = Agent(id="270008", name=Text("大阪府", "Osaka Prefecture"), uri="https://www.pref.osaka.lg.jp/")
OTHER = Agent(id="131130", name=Text("渋谷区", "Shibuya City"))


def publication(dataset: str = "parks", version: int = 1, content: bytes = b"id,name\n1,a\n", **changes: Any) -> Publication:
    """A version with one table. ``content`` are the bytes of its one file; ``package`` holds changes of the package."""
    stored = StoredFile(
        path="parks.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="text/csv",
        role="table",
        format="csv",
        resource="parks",
    )
    package = {
        "name": dataset,
        "title": Text("公園", "Parks"),
        "description": Text("公園の一覧です。", "A list of parks."),
        "keywords": ("公園",),
        "keywords_en": ("parks",),
        "themes": ("ENVI",),
        "version": f"{version}.0",
        "resources": (Resource(name="parks", path="data/parks.csv"),),
    } | changes.pop("package", {})
    values: dict[str, Any] = {
        "id": dataset,
        "version": version,
        "package": Package(**package),
        "publisher": CITY,
        "files": (stored,),
        "report": {"valid": True, "stats": {"errors": 0}},
        "digest": stored.sha256,
        "rows": {"parks": 1},
        "issued": "2026-04-01T00:00:00Z",
        "modified": f"2026-04-{version:02}T00:00:00Z",
    }
    return Publication(**(values | changes))


def rendered(dataset: str, version: int) -> dict[str, bytes]:
    """Two descriptions."""
    return {"ttl": f"<{dataset}> a {version} .".encode(), "nt": b"x" * 1000}


def targets(dataset: str, version: int) -> dict[str, Target]:
    """An address that moves with the versions and one that stays."""
    return {
        f"schema/{dataset}-parks": Target(kind="schema", dataset=dataset, resource="parks"),
        f"schema/{dataset}-parks-v{version}": Target(kind="schema", dataset=dataset, version=version, resource="parks"),
    }


def put(store: Store, folder: Path, content: bytes = b"id,name\n1,a\n") -> tuple[str, int]:
    """Keep some bytes in the store."""
    source = folder / f"source-{hashlib.sha256(content).hexdigest()[:8]}-{os.getpid()}"
    source.write_bytes(content)
    return store.files.put(source)


def publish(store: Store, value: Publication) -> Publication:
    """Make a publication visible, with its documents and addresses."""
    with store.writing() as writing:
        return writing.add(value, rendered(value.id, value.version), targets(value.id, value.version))


def _wait(home: Path) -> None:
    """Be ready, then wait for the starting shot."""
    (home / f"ready-{os.getpid()}").touch()
    while not (home / "go").exists():
        time.sleep(0.001)


def _publish_some(store: Store, home: Path, name: str, count: int) -> None:
    """Publish versions of one dataset as fast as the others let us."""
    for number in range(count):
        content = f"{name} {number}\n".encode()
        put(store, home, content)
        with store.writing() as writing:
            head = writing.head("parks")
            following = head.number + 1 if head else 1
            value = publication(version=following, content=content, note=f"{name} {number}", modified="2026-05-01T00:00:00Z")
            writing.add(value, rendered("parks", following), targets("parks", following))


def _die_before_commit(store: Store, home: Path) -> None:
    """Do everything that a publication does, except to let the transaction end."""
    content = b"id,name\n2,b\n"
    put(store, home, content)
    with store.writing() as writing:
        head = writing.head("parks")
        assert head is not None
        assert later(head.modified) == head.modified
        value = publication(version=head.number + 1, content=content)
        writing.add(value, rendered("parks", value.version), targets("parks", value.version))
        os.kill(os.getpid(), signal.SIGKILL)


def main(home: Path, verb: str, *arguments: str) -> None:
    """What one process does."""
    if verb != "die":
        _wait(home)
    with Store.open(Settings(home=str(home / "home"))) as store:
        match verb, arguments:
            case "publish", (name, count):
                _publish_some(store, home, name, int(count))
            case "die", ():
                _die_before_commit(store, home)
            case "open", ():
                sys.stdout.write(f"{len(store.publishers())} {'alembic' in sys.modules}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
