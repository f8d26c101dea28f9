"""The index in step with what is published, and with what the program ships."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from catalog import __version__
from catalog.addresses import Addresses
from catalog.dcat import shipped, taking
from catalog.media import OCTETS
from catalog.model import Publication, StoredFile
from catalog.search import entries
from catalog.settings import Settings
from catalog.standards.reading import shipped as shipped_folder
from catalog.store import Store, Writing
from catalog.store.entering import Entering
from catalog.store.portions import portions
from catalog.vocabulary.codelists import CodeList
from catalog.vocabulary.snapshots import thaw

WAY_OF_ENTERING = 2
"""Counted up where the same publication is entered otherwise without a new version of the program."""
_DIGITS = 16
"""Of a digest, in the path of a file that stays elsewhere."""
_AT_ONCE = 100
"""Datasets that are entered together: their descriptions are in memory meanwhile."""
EDITION = "searched-for"
"""What the catalogue remembers: the edition of everything in the index."""

Progress = Callable[[int, int], None]


def edition(settings: Settings) -> str:
    """A digest of all that the index follows from besides what is published: program, standards, code lists, base URL."""
    parts = f"{__version__} {WAY_OF_ENTERING} {_shipped()} {settings.public_url()}"
    return hashlib.sha256(parts.encode()).hexdigest()


@cache
def _shipped() -> str:
    digest = hashlib.sha256()
    folder = shipped_folder().parent
    for each in sorted(folder.glob("*/**/*")):
        if each.is_file():
            digest.update(each.relative_to(folder).as_posix().encode() + b"\0" + each.read_bytes() + b"\0")
    return digest.hexdigest()


def index_all(writing: Writing, publications: Sequence[Publication], settings: Settings, read: Callable[[str], BinaryIO]) -> None:
    """Enter versions that become the latest, in the transaction that makes them visible, the last one as the newest.

    ``read`` opens bytes by SHA-256. For several the database is asked as often as for one.
    """
    entering = writing.entering()
    for each in publications:
        if each.version > 1:
            entering.remove(each.id)
    _enter(entering, publications, settings, read)


def _enter(entering: Entering, publications: Sequence[Publication], settings: Settings, read: Callable[[str], BinaryIO]) -> None:
    entering.enter(entry for each in publications for entry in entries.of_publication(each, _codelists(each, read)))
    entering.identify({each.id: identifiers(each, settings) for each in publications})


def remove(writing: Writing, dataset: str) -> None:
    """Take out a dataset that is withdrawn."""
    writing.entering().remove(dataset)


def refresh(store: Store, settings: Settings) -> bool:
    """Enter everything anew if the program, what it ships, or the base URL has changed; True if so."""
    if store.meta(EDITION) == edition(settings):
        return False
    rebuild(store, settings)
    return True


def rebuild(store: Store, settings: Settings, progress: Progress = lambda _done, _all: None) -> int:
    """Enter everything anew, what was published last as the last; the number of datasets.

    One transaction: until it ends, and where it is interrupted, the old index answers.
    """
    with store.writing() as writing:
        entering = writing.entering()
        entering.clear()
        for name in shipped.vocabulary().names():
            found = shipped.vocabulary().reading(name).codelist
            entering.enter(entries.of_codelist(found) if found else ())
        for slug in shipped.editions().names():
            entering.enter(entries.of_standard(shipped.editions().standard(slug)))
        visible = entering.by_age()
        done = 0
        for some in portions(visible, _AT_ONCE):
            latest = {each.id: each for each in store.latest_of(some)}
            _enter(entering, [latest[each] for each in some if each in latest], settings, store.files.open)
            progress(done := done + len(some), len(visible))
        writing.set_meta(EDITION, edition(settings))
    return len(visible)


def identifiers(publication: Publication, settings: Settings) -> Mapping[str, str]:
    """The UUIDs by which clients of CKAN know the dataset, its publisher and its files, with their flat addresses."""
    paths = [f"dataset/{publication.id}", f"publisher/{publication.publisher.id}"]
    paths += [f"dataset/{publication.id}/datapackage.json", *(path for path, _file in distributions(publication))]
    paths += [path for path, _file in elsewhere(publication)]
    return {uuid_of(each, settings): each for each in paths}


def distributions(publication: Publication) -> tuple[tuple[str, StoredFile], ...]:
    """The files that are offered, each with the flat address of its distribution: tables first, the whole as zip last."""
    served = {each.name for each in publication.package.resources if each.role == "file"}
    found = [(each.resource, each) for each in publication.files if each.role == "table"]
    found += [(each.resource, each) for each in publication.files if each.role == "source" and each.resource in served]
    found += [("package", each) for each in publication.files if each.role == "package"]
    return tuple((f"distribution/{publication.id}-{name}-{each.format or OCTETS.name}", each) for name, each in found)


def elsewhere(publication: Publication) -> tuple[tuple[str, taking.Offered], ...]:
    """The files of a dataset that was collected as a description: they stay where their publisher has them.

    Each has a path of its own, as what is offered here has, that follows from its address.
    """
    origin = publication.package.origin
    if origin is None or origin.taken:
        return ()
    found = {}
    for each in taking.offered(origin):
        digest = hashlib.sha256(f"{each.url} {each.format}".encode()).hexdigest()
        found[f"dataset/{publication.id}/file-{digest[:_DIGITS]}"] = each
    return tuple(found.items())


def uuid_of(path: str, settings: Settings) -> str:
    """The UUID of what has that flat address (RFC 9562, version 5, of its IRI): the same for ever, and nobody else's."""
    return str(uuid5(NAMESPACE_URL, f"{Addresses(settings.public_url()).home()}{path}"))


def _codelists(publication: Publication, read: Callable[[str], BinaryIO]) -> dict[str, CodeList]:
    """The lists that a version has kept, by name."""
    found = {}
    for each in publication.files:
        if each.role == "codelist":
            with read(each.sha256) as stream:
                found[PurePosixPath(each.path).stem] = thaw(stream.read())
    return found
