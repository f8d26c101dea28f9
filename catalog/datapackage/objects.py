"""Reading a JSON object member by member: each getter answers a value of the right type, and notes what is not."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from catalog.datapackage.complaints import Complaints, pointer
from catalog.errors import Place

_NOT_IN_LINE = re.compile("[\t\n\r\u2028\u2029]")
_ADDRESS = re.compile(r"""https?://[^\s<>"{}|\\^`\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+""", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a descriptor and where it stands. A member that is absent reads as empty, and so does a wrong one."""

    value: Mapping[str, Any]
    place: Place
    complaints: Complaints

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def __bool__(self) -> bool:
        return bool(self.value)

    def at(self, *keys: str | int) -> Place:
        """The place of a member (of a member)."""
        where = self.place.pointer
        for key in keys:
            where = pointer(where, key)
        return replace(self.place, pointer=where)

    def refuse(self, code: str, *keys: str | int, found: Any = "", expected: str = "", **details: str) -> None:
        """Note a finding about a member."""
        self.complaints.add(code, self.at(*keys), found, expected, **details)

    def within(self, *, resource: str = "", field: str = "") -> "Node":
        """The same object, its findings placed in a resource or field."""
        place = replace(self.place, resource=resource or self.place.resource, field=field or self.place.field)
        return Node(self.value, place, self.complaints)

    def only(self, known: Iterable[str], code: str = "key-unknown") -> None:
        """Note every member that is not one of ``known``, with the one that was probably meant."""
        names = tuple(known)
        for key in self.value:
            if key not in names:
                closest = difflib.get_close_matches(key[:50], names, n=1, cutoff=0.0)[0]
                self.refuse(code, key, found=key, expected=closest)

    def text(self, key: str) -> str:
        """A text, possibly of several lines."""
        return self._typed(key, str, "not-text", "")

    def line(self, key: str) -> str:
        """A text of one line."""
        text = self.text(key)
        if _NOT_IN_LINE.search(text):
            self.refuse("text-control", key, found=text)
        return text

    def need(self, key: str) -> str:
        """A text of one line that must be there."""
        text = self.line(key)
        if not text.strip() and isinstance(self.value.get(key, ""), str):
            self.refuse("property-missing", key, expected=key)
        return text

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        return self._typed(key, bool, "not-boolean", default)

    def count(self, key: str) -> int | None:
        """A whole number from 0."""
        value = self.value.get(key)
        if value is None and key not in self.value:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.refuse("not-count", key, found=value)
            return None
        return value

    def items(self, key: str) -> list[Any]:
        """A list of anything."""
        empty: list[Any] = []
        return self._typed(key, list, "not-list", empty)

    def lines(self, key: str) -> tuple[str, ...]:
        """A list of texts of one line each."""
        found = []
        for index, item in enumerate(self.items(key)):
            if not isinstance(item, str):
                self.refuse("not-text", key, index, found=item)
            elif _NOT_IN_LINE.search(item) or not item.strip():
                self.refuse("text-control" if item.strip() else "text-empty", key, index, found=item)
            else:
                found.append(item)
        return tuple(found)

    def child(self, key: str, known: Iterable[str] = ()) -> "Node":
        """An object; ``known`` are the members that it may have (left out: any)."""
        empty: dict[str, Any] = {}
        node = Node(self._typed(key, dict, "not-object", empty), self.at(key), self.complaints)
        if known:
            node.only(known)
        return node

    def children(self, key: str) -> "tuple[Node, ...]":
        """A list of objects."""
        found = []
        for index, item in enumerate(self.items(key)):
            if isinstance(item, dict):
                found.append(Node(item, self.at(key, index), self.complaints))
            else:
                self.refuse("not-object", key, index, found=item)
        return tuple(found)

    def address(self, key: str) -> str:
        """An http(s) address without spaces or control characters."""
        text = self.text(key)
        if text and not is_address(text):
            self.refuse("address-invalid", key, found=text)
        return text

    def date(self, key: str) -> str:
        """A date of ISO 8601, YYYY-MM-DD."""
        text = self.line(key)
        if text and not _reads(text, _DATE, date.fromisoformat):
            self.refuse("date-invalid", key, found=text)
        return text

    def moment(self, key: str) -> str:
        """A date with a time of day (RFC 3339)."""
        text = self.line(key)
        if text and not _reads(text, _TIME, datetime.fromisoformat):
            self.refuse("time-invalid", key, found=text)
        return text

    def _typed(self, key: str, type_: type[_T], code: str, default: _T) -> _T:
        if key not in self.value:
            return default
        value = self.value[key]
        if isinstance(value, type_):
            return value
        self.refuse(code, key, found=value)
        return default


def is_address(text: str) -> bool:
    """Whether ``text`` is an http(s) IRI that can stand in a link, a header and a graph."""
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0) and "@" not in parts.netloc
    except ValueError:  # an impossible port or IPv6 address
        return False


def _reads(text: str, form: re.Pattern[str], read: Callable[[str], object]) -> bool:
    try:
        return bool(form.fullmatch(text) and read(text))
    except ValueError:
        return False
