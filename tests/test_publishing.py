import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from catalog.errors import Conflict, InvalidData, NotFound, Refusal, Withdrawn
from catalog.publishing import publish, refresh, withdraw
from catalog.settings import Settings
from catalog.store import Store

EVERY_DATABASE = True
MOST_STATEMENTS = 60
"""Of one publication: it took 43 when this was written."""

Build = Callable[..., Path]


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def test_publishing_keeps_every_byte_that_the_steward_gave(package_folder: Build, settings: Settings, store: Store) -> None:
    folder = package_folder()
    done = publish(folder, settings, store)
    assert (done.created, done.publication.version) == (True, 1)
    publication = store.latest("small")
    assert publication == done.publication
    for path in ("datapackage.json", "data/stations.csv"):
        stored = publication.file(f"source/{path}")
        assert stored is not None
        with store.files.open(stored.sha256) as file:
            assert file.read() == (folder / path).read_bytes()
    assert publication.rows == {"stations": 2}
    assert publication.report["valid"] is True


def test_the_zip_is_the_package_and_the_same_whenever_it_is_made(
    package_folder: Build, settings: Settings, store: Store, tmp_path: Path
) -> None:
    folder = package_folder()
    first = publish(folder, settings, store).publication.file("small.zip")
    with Store.open(replace(settings, home=str(tmp_path / "second"))) as other:
        second = publish(folder, settings, other).publication.file("small.zip")
    assert first is not None
    assert second is not None
    assert first.sha256 == second.sha256
    with store.files.open(first.sha256) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.namelist() == ["data/stations.csv", "datapackage.json"]
    assert archive.read("data/stations.csv") == (folder / "data/stations.csv").read_bytes()


def test_a_publication_asks_the_database_few_questions(package_folder: Build, settings: Settings, store: Store) -> None:
    for name in ("first", "second"):
        publish(package_folder(name=name), settings, store)
    asked = []
    engine = store._database._engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    publish(package_folder(name="third"), settings, store)
    assert len(asked) < MOST_STATEMENTS, "\n".join(asked)


def test_the_same_bytes_make_no_new_version(package_folder: Build, settings: Settings, store: Store) -> None:
    folder = package_folder()
    publish(folder, settings, store)
    again = publish(folder, settings, store)
    assert (again.created, again.publication.version, len(store.versions("small"))) == (False, 1, 1)


def test_changed_bytes_make_the_next_version_and_the_old_one_stays(
    package_folder: Build, settings: Settings, store: Store
) -> None:
    first = publish(package_folder(), settings, store).publication
    second = publish(package_folder(rows="A01,121\n"), settings, store).publication
    assert (second.version, store.latest("small").version) == (2, 2)
    assert store.publication("small", 1) == first
    assert second.issued == first.issued
    assert second.modified >= first.modified


def test_invalid_data_is_refused_with_its_report_and_nothing_is_stored(
    package_folder: Build, settings: Settings, store: Store
) -> None:
    with pytest.raises(InvalidData) as caught:
        publish(package_folder(rows="A01,many\n"), settings, store)
    assert [each.code for each in caught.value.findings] == ["stock.type-error"]
    assert caught.value.report["valid"] is False
    with pytest.raises(NotFound):
        store.latest("small")
    assert list(store.files.all()) == []


def test_a_bad_second_version_leaves_the_first_served(package_folder: Build, settings: Settings, store: Store) -> None:
    publish(package_folder(), settings, store)
    with pytest.raises(Refusal):
        publish(package_folder(rows="A01,many\n"), settings, store)
    assert store.latest("small").version == 1
    assert store.verify() == ()


def test_withdrawal_answers_gone_and_numbering_goes_on(package_folder: Build, settings: Settings, store: Store) -> None:
    publish(package_folder(), settings, store)
    withdraw("small", settings, store, reason="試験の終了")
    with pytest.raises(Withdrawn):
        store.latest("small")
    assert store.document("small", "ttl") is None
    assert publish(package_folder(), settings, store).publication.version == 2
    assert [each.kind for each in store.changes()] == ["create", "delete", "create"]


def test_a_stranger_cannot_take_a_dataset_over(package_folder: Build, settings: Settings, store: Store) -> None:
    publish(package_folder(), settings, store)
    descriptor = json.loads((package_folder() / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["catalog"]["publisher"] = {"id": "272035", "name": "別の市", "uri": "https://city.example.jp/"}
    with pytest.raises(Conflict) as caught:
        publish(package_folder(descriptor=descriptor), settings, store)
    assert caught.value.code == "publisher-mismatch"
    assert store.latest("small").version == 1


def test_two_datasets_cannot_share_an_address(package_folder: Build, settings: Settings, store: Store) -> None:
    field = {"name": "b-c", "title": "値"}
    table = {"name": "t", "path": "data/stations.csv", "dialect": {}, "schema": {"fields": [field, {"name": "passengers"}]}}

    def described(name: str, fields: list[dict[str, Any]]) -> Path:
        resource = table | {"schema": {"fields": fields}}
        folder = package_folder(name, resources=[resource])
        (folder / "data/stations.csv").write_text(",".join(each["name"] for each in fields) + "\nx\n", encoding="utf-8")
        return folder

    publish(described("a", [{"name": "t-x"}]), settings, store)  # claims field/a-t-t-x
    with pytest.raises(Conflict) as caught:
        publish(described("a-t", [{"name": "x"}]), settings, store)  # would claim field/a-t-t-x too
    assert caught.value.code == "address-taken"
    assert store.count() == 1


def test_a_changed_base_url_renders_every_description_again(package_folder: Build, settings: Settings, store: Store) -> None:
    publish(package_folder(), settings, store)
    assert refresh(store, settings) is False
    moved = replace(settings, base_url="https://new.example.jp")
    assert refresh(store, moved) is True
    for format_ in ("ttl", "rdf", "jsonld", "nt"):
        document = store.document("small", format_)
        assert document is not None
        assert b"https://new.example.jp/dataset/small" in document.body
        assert b"data.example.jp" not in document.body
    assert refresh(store, moved) is False


KILL = """
import os, sys
from pathlib import Path
from catalog.publishing import publish
from catalog.settings import load
from catalog.store import Store
settings = load({"home": sys.argv[1], "base_url": "https://data.example.jp"})
with Store.open(settings) as store:
    store.writing = lambda: os.kill(os.getpid(), 9)
    publish(Path(sys.argv[2]), settings, store)
"""


def test_a_kill_between_files_and_commit_leaves_the_old_state(package_folder: Build, settings: Settings, store: Store) -> None:
    publish(package_folder(), settings, store)
    before = (store.latest("small"), store.changes(), sorted(store.files.all()))
    newer = package_folder(rows="A01,121\n")
    killed = subprocess.run([sys.executable, "-c", KILL, settings.home, str(newer)], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr.decode()
    assert (store.latest("small"), store.changes()) == before[:2]
    assert len(list(store.files.all())) > len(before[2]), "the files of the killed publication were stored"
    assert [each.severity for each in store.verify()] == ["note"] * len(store.verify())
    assert publish(newer, settings, store).publication.version == 2
    assert store.verify() == ()


def test_a_column_does_not_go_without_a_reason(package_folder: Build, settings: Settings, store: Store) -> None:
    folder = package_folder()
    publish(folder, settings, store)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"][0]["schema"]["fields"].pop()
    folder = package_folder(descriptor=descriptor)
    (folder / "data/stations.csv").write_text("code\nA01\n", encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        publish(folder, settings, store)
    assert [(each.code, each.place.field) for each in caught.value.findings] == [("breaking-change.removed", "passengers")]
    done = publish(folder, settings, store, breaking="乗降人員の調査をやめたため")
    assert (done.publication.version, done.publication.breaking) == (2, "乗降人員の調査をやめたため")
