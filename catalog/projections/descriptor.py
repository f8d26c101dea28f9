"""``datapackage.json`` of a version with absolute paths: what a Data Package program opens from anywhere.

Data Package v2: a resource's ``path`` may be an address, and ``bytes`` and ``hash`` prove what it gives. The paths lead to the
files as the steward gave them, since encoding and dialect in the descriptor are theirs.
"""

from catalog.model import StoredFile
from catalog.projections.record import Record, Shown

_ALGORITHM = "sha256:"


def package(record: Record) -> Shown:
    """The descriptor, all its schemas and dialects inlined."""
    found = dict(record.publication.package.descriptor)
    found.setdefault("id", record.dataset.iri)
    found["resources"] = [_resource(record, each) for each in found.get("resources", ())]
    for name in ("licenses", "sources"):
        if name in found:
            found[name] = [_located(record, each) for each in found[name]]
    return found


def _resource(record: Record, resource: Shown) -> Shown:
    stored = _own(record, resource.get("path"))
    if stored is None:
        return resource
    return resource | {"path": _address(record, stored), "bytes": stored.bytes, "hash": _ALGORITHM + stored.sha256}


def _located(record: Record, named: Shown) -> Shown:
    """A licence or source that is a file of the package is found there."""
    stored = _own(record, named.get("path"))
    return named if stored is None else named | {"path": _address(record, stored)}


def _own(record: Record, path: object) -> StoredFile | None:
    return record.publication.file(f"source/{path}")


def _address(record: Record, stored: StoredFile) -> str:
    return record.addresses.download(record.publication.id, record.publication.version, stored.path)
