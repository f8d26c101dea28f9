"""What stock ``frictionless`` discovers by its name: with it installed, ``frictionless validate`` is screened.

frictionless looks for top-level modules whose names begin so, and for the class of this name in them. A module that fails
would break every one of its commands: here nothing can, and nothing is imported before a table or a check of ours is met.
"""

import warnings
from typing import Any

from frictionless.system import Plugin

_CHECK = "machine-readability"


class CatalogPlugin(Plugin):
    """Hands tables to ``catalog.validation.plugin``, and our check to ``catalog.validation.checks``."""

    def select_resource_class(self, type: str | None = None, *, datatype: str | None = None) -> Any:  # noqa: A002  frictionless calls it so
        """The class that tables are made of; None leaves it to frictionless."""
        if "table" not in (type, datatype):
            return None
        try:
            from catalog.validation.plugin import ScreenedTable  # noqa: PLC0415  nothing of ours at start-up
        except Exception as error:  # noqa: BLE001  stock validates alone
            return _without(error)
        return ScreenedTable

    def select_check_class(self, type: str | None = None) -> Any:  # noqa: A002  frictionless calls it so
        """Our check, for ``--checks machine-readability``."""
        if type != _CHECK:
            return None
        try:
            from catalog.validation.checks import MachineReadabilityCheck  # noqa: PLC0415  the same
        except Exception as error:  # noqa: BLE001  stock says that it does not know the check
            return _without(error)
        return MachineReadabilityCheck

    def select_error_class(self, type: str | None = None) -> Any:  # noqa: A002  frictionless calls it so
        """What our check finds, where a report is read."""
        if type != _CHECK:
            return None
        try:
            from catalog.validation.checks import MachineReadabilityError  # noqa: PLC0415  the same
        except Exception as error:  # noqa: BLE001  the same
            return _without(error)
        return MachineReadabilityError


def _without(error: Exception) -> None:
    warnings.warn(f"opendata-catalog: frictionless works alone: {error}", stacklevel=3)
