"""The parameters of an action, from the query string or a JSON body, read as CKAN's validators read them."""

import json
from collections.abc import Mapping
from typing import Any

from flask import g, request

from catalog.web.ckan.errors import Invalid


class Unreadable(Exception):
    """A body that is no JSON object."""


class Given:
    """What was asked for, by name. A parameter that came more than once is a list."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def text(self, name: str, default: str = "") -> str:
        """A text; a number as it is written."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, dict | list | bool):
            raise Invalid(**{name: ["Must be a Unicode string value"]})
        return str(value)

    def required(self, name: str, *others: str) -> str:
        """A text that has to be there, under this or one of the other names."""
        found = next((text for each in (name, *others) if (text := self.text(each))), "")
        if not found:
            raise Invalid(**{name: ["Missing value"]})
        return found

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 0; more than the most is the most, as with CKAN."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  nothing is as many as ten digits
            raise Invalid(**{name: ["Must be a natural number" if text.startswith("-") else "Invalid integer"]})
        return min(int(text), most)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false, in the ways that Python and JavaScript write them."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return str(value).lower() in ("true", "yes", "t", "y", "1", "on")

    def names(self, name: str) -> list[str]:
        """Several texts: a list, a list as JSON, or with commas between."""
        value = self.values.get(name)
        if isinstance(value, str):
            value = _json(name, value) if value.lstrip().startswith("[") else value.split(",")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Invalid(**{name: ["Not a list"]})
        return [each.strip() for each in value if each.strip()]

    def mapping(self, name: str) -> dict[str, Any]:
        """An object, or one as JSON."""
        value = self.values.get(name)
        if isinstance(value, str) and value.strip():
            value = _json(name, value)
        if value in (None, ""):
            return {}
        if not isinstance(value, dict):
            raise Invalid(**{name: ["Must be a JSON object"]})
        return value


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(**{name: ["Cannot parse JSON"]}) from error


def given() -> Given:
    """Those of the current request. Raises Unreadable."""
    values: dict[str, Any] = {}
    for name, text in g.query:
        values[name] = [*_listed(values[name]), text] if name in values else text
    if request.method == "POST" and (body := request.get_data()):
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Unreadable(str(error)) from error
        if not isinstance(sent, dict):
            raise Unreadable("Request data JSON decoded to something else than an object")
        values |= sent
    return Given(values)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
