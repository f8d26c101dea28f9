"""Stock's own field readers, for the typed formats: ``reader(field, missing)`` casts a cell as stock frictionless 5.21 does."""

from collections.abc import Callable
from typing import Any

from frictionless import Field as StockField

from catalog.model import Field

_CHECKED = {"geojson": "object", "string": "string"}
"""Types whose formats only ask more of a value, which has been validated; they are read as these, without a format."""


def reader(field: Field, missing: tuple[str, ...]) -> Callable[[str], Any]:
    """What reads a cell of that field: its value, None where it is one of the ``missing`` texts.

    Constraints are not asked about: the data has been validated. The reader raises ValueError for a cell that is no value.
    """
    described = {"name": field.name, "type": field.type, "format": field.format, **field.options}
    described.pop("categories", None)  # not enforced by stock, and no matter of casting
    described.pop("categoriesOrdered", None)
    if field.type in _CHECKED:
        described = {"name": field.name, "type": _CHECKED[field.type]}
    read_cell = StockField.from_descriptor(described | {"missingValues": list(missing)}).create_cell_reader()

    def read(cell: str) -> Any:
        value, notes = read_cell(cell)
        if notes:
            raise ValueError(field.type)
        return value

    return read
