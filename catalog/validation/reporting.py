"""The report of tables that are clean, written as stock frictionless 5.21 writes it (``Report.to_dict``, run times aside)."""

from typing import Any

from catalog.validation.hashing import Hashes
from catalog.validation.subjects import Subject


def is_clean(subject: Subject, rows: int, hashes: Hashes) -> bool:
    """Whether stock has nothing to say about the header and what is promised of the bytes, where all rows are clean."""
    return (
        subject.faultless_header
        and bool(subject.labels or rows)
        and subject.hash in ("", hashes.md5, f"md5:{hashes.md5}", f"sha256:{hashes.sha256}")
        and subject.bytes in (0, hashes.bytes)
    )


def task_of(subject: Subject, rows: int, hashes: Hashes) -> dict[str, Any]:
    """The part of the report that one clean table has."""
    counted = {"bytes": hashes.bytes, "fields": subject.fields, "rows": rows}
    return {
        "name": subject.name,
        "type": "table",
        "valid": True,
        "place": subject.place,
        "labels": list(subject.labels),
        "stats": {"errors": 0, "warnings": 0, "md5": hashes.md5, "sha256": hashes.sha256}
        | {name: value for name, value in counted.items() if value},
        "warnings": [],
        "errors": [],
    }


def report_of(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    """The report of a package all of whose tables are clean."""
    return {
        "valid": True,
        "stats": {"tasks": len(tasks), "errors": 0, "warnings": 0},
        "warnings": [],
        "errors": [],
        "tasks": tasks,
    }
