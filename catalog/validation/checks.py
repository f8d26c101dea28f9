"""Our own findings as a check of stock's: ``frictionless validate FILE --checks machine-readability``.

What ``judging`` tells of single cells, in stock's form and cell by cell, for whoever works with the stock command only. Notes
are left out, for stock knows errors only.
"""

import os
from collections.abc import Iterable
from typing import Any

from frictionless import Check
from frictionless.errors import CellError

from catalog.errors import Finding
from catalog.messages import word
from catalog.model import Definition, Field, Resource, Schema
from catalog.validation.localising import Worded, reads_japanese
from catalog.validation.recognising import Column, columns_of
from catalog.validation.sights import RULES, Sight, sights_of
from catalog.validation.watching import Watch

CHECK = "machine-readability"


class MachineReadabilityError(CellError):  # type: ignore[misc] # frictionless is not typed for us
    """A cell that is legal and still wrong, or doubtful. ``note`` begins with the code of docs/findings.md."""

    type = CHECK
    title = "Machine-readability Error"
    description = "The cell is legal, but a person or a program may take it for something else."
    template = (
        'The cell "{cell}" in row at position "{rowNumber}" and field "{fieldName}" at position "{fieldNumber}" '
        "is not machine-readable: {note}"
    )


class MachineReadabilityCheck(Check):  # type: ignore[misc] # the same
    """Looks at the cells of each row as the file has them."""

    type = CHECK
    Errors = [MachineReadabilityError]  # noqa: RUF012  frictionless wants a list

    def validate_start(self) -> Iterable[Any]:
        """Find out what is looked for in which column; the table is open by now."""
        fields = self.resource.header.get_expected_fields()
        schema = Schema(
            fields=tuple(_field(each) for each in fields),
            missing_values=tuple(self.resource.schema.missing_values),
        )
        table = Resource(name=self.resource.name, path=self.resource.path or "", schema=schema)
        columns = columns_of(table, [each.name for each in fields])
        self._watches = [(each, Watch(each, sights_of(each, None))) for each in columns]
        return ()

    def validate_row(self, row: Any) -> Iterable[Any]:
        """Whatever is to be told of the cells of a row."""
        cells = ["" if each is None else str(each) for each in row.cells]
        for column, watch in self._watches:
            cell = cells[column.position] if column.position < len(cells) else ""
            for sight in watch.of(cell):
                if sight.severity != "note":
                    yield _error(column, sight, cell, cells, row.row_number)


def _field(field: Any) -> Field:
    described = field.to_descriptor()
    own = field.missing_values if field.has_defined("missing_values") else None
    return Field(
        name=field.name,
        type=field.type,
        constraints=field.constraints,
        missing_values=None if own is None else tuple(own),
        options={name: described[name] for name in ("categories",) if name in described},
        definition=Definition(property=str(described.get("rdfType", ""))),
    )


def _error(column: Column, sight: Sight, cell: str, cells: list[str], row: int) -> Any:
    details = {"rule": RULES.get(sight.code, ""), "count": "1"}
    finding = Finding(code=sight.code, severity=sight.severity, found=cell, expected=sight.expected(cell), details=details)
    error = MachineReadabilityError(
        note=f"{sight.code}: {word(finding, 'en')}",
        cells=cells,
        row_number=row,
        cell=cell,
        field_name=column.field.name,
        field_number=column.position + 1,
    )
    if reads_japanese(os.environ):
        error.message = Worded(error.message, lambda: finding)
    return error
