"""What stock ``frictionless`` discovers by its name: with it installed, ``frictionless validate`` is screened.

frictionless looks for top-level modules whose names begin so, and for the class of this name in them. A module that fails
would break every one of its commands: here nothing can, and nothing is imported before a table is met.
"""

from typing import Any

from frictionless.system import Plugin


class CatalogPlugin(Plugin):
    """Hands tables to ``catalog.validation.plugin``."""

    def select_resource_class(self, type: str | None = None, *, datatype: str | None = None) -> Any:  # noqa: A002  frictionless calls it so
        """The class that tables are made of; None leaves it to frictionless."""
        if "table" not in (type, datatype):
            return None
        try:
            from catalog.validation.plugin import ScreenedTable  # noqa: PLC0415  nothing of ours at start-up
        except Exception:  # noqa: BLE001  stock validates alone
            return None
        return ScreenedTable
