"""What can go wrong in CKAN's action API, told as CKAN tells it: status, ``__type``, and a text or texts by parameter."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from catalog.errors import CatalogError


class ActionError(CatalogError):
    """An action that cannot be done; ``told`` is the member ``error`` of the answer."""

    code = "ckan-action"
    status = HTTPStatus.CONFLICT
    type = "Validation Error"

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__()
        self.told = {**told, "__type": self.type}


class Invalid(ActionError):
    """Parameters that are missing or wrong; each with its complaints."""

    def __init__(self, **complaints: Sequence[str]) -> None:
        super().__init__({name: list(texts) for name, texts in complaints.items()})


class Unfound(ActionError):
    """Nothing of that id or name."""

    status = HTTPStatus.NOT_FOUND
    type = "Not Found Error"

    def __init__(self, what: str = "") -> None:
        super().__init__({"message": f"Not found: {what}" if what else "Not found"})


class Unasked(ActionError):
    """A search that cannot be read."""

    status = HTTPStatus.BAD_REQUEST
    type = "Search Query Error"

    def __init__(self, message: str) -> None:
        super().__init__({"message": f"Search Query is invalid: {message!r}"})


class Denied(ActionError):
    """Something that only those who publish may do, and not here."""

    status = HTTPStatus.FORBIDDEN
    type = "Authorization Error"

    def __init__(self, action: str) -> None:
        super().__init__({"message": f"Access denied: Action {action} is not available here: this API is read-only"})
