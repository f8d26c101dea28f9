"""Pass 2: stock frictionless reads the suspects of a table, and nothing else of it.

Stock opens the table itself: encoding, dialect, header, schema and checks are its own. Only the stream of records is ours:
the suspects with the numbers they have in the file. Every row of a repeated key is among them, so what stock remembers of
keys is enough for its messages; the rows between are added to its count, and the hashes are those of the screen.

Source: ``resources/table.py`` and ``resource/resource.py`` of frictionless 5.21. The stream is made in the method
``__open_row_stream`` of TableResource from ``dialect.read_enumerated_content_stream``; neither has a hook, so the one is
replaced on the object, and the other by an object that stands before the dialect while the first runs.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from frictionless.resources import TableResource
from frictionless.system import system
from frictionless.table import Lookup

from catalog.validation.hashing import Hashes
from catalog.validation.selecting import key_text
from catalog.validation.sql import Uncovered

if TYPE_CHECKING:
    from catalog.validation.screening import Screened
    from catalog.validation.structure import Positions

_ROWS, _LOOKUP = "_TableResource__open_row_stream", "_TableResource__open_lookup"
"""Two private methods, by the names that Python keeps for them."""

_MANY = 10_000


class Suspecting:
    """One table in pass 2. ``screened`` answers what the screen has found out, once stock has opened the table."""

    def __init__(
        self, resource: TableResource, screened: "Callable[[], Screened | None]", hashes: Callable[[], Hashes], limit_errors: int
    ) -> None:
        self._resource = resource
        self._screened = screened
        self._hashes = hashes
        self._limit = limit_errors
        self._last = 0
        self.active = False
        """Whether stock was given the suspects only."""

    def attach(self) -> None:
        """From now on, opening the table goes through here."""
        vars(self._resource).update({_LOOKUP: self._put_off, _ROWS: self._open})

    def detach(self) -> None:
        """The table is stock's own again."""
        for name in (_LOOKUP, _ROWS):
            vars(self._resource).pop(name, None)

    def _put_off(self) -> None:
        """Stock would read every table that a foreign key refers to: not yet, and not at all where no row needs it."""
        vars(self._resource)["_TableResource__lookup"] = Lookup()

    def _open(self) -> None:
        resource = self._resource
        screened = None if self._limit and len(resource.header.errors) >= self._limit else self._screened()
        if screened is None or not _agree(resource, screened):
            _open_all(resource)
            return
        _complete(resource, screened)
        if len(screened.suspects) > max(_MANY, screened.rows // 2):
            _open_all(resource)
            return
        self.active = True
        if len(screened.suspects):
            getattr(TableResource, _LOOKUP)(resource)
        dialect = resource.dialect
        resource._dialect = _Numbered(dialect, self._stream(screened))  # noqa: SLF001  see the module's text
        try:
            getattr(TableResource, _ROWS)(resource)
        finally:
            resource._dialect = dialect  # noqa: SLF001  see the module's text

    def _stream(self, screened: "Screened") -> Iterator[tuple[int, list[str]]]:
        stats, suspects = self._resource.stats, screened.suspects
        numbers = screened.plain.numbered(suspects).tolist()
        for position, number, cells in zip(suspects.tolist(), numbers, screened.fetch(suspects), strict=True):
            stats.rows = position
            self._last = number
            yield number, cells
        self._last = 0
        hashes = self._hashes()
        stats.rows = screened.rows
        stats.md5, stats.sha256, stats.bytes = hashes.md5, hashes.sha256, hashes.bytes

    def finish(self, stats: dict[str, Any]) -> None:
        """Where stock stopped at its limit of errors: the bytes that it would have read up to there, as it counts them."""
        if not self._last:
            return
        copy = self._resource.to_copy()
        with system.create_parser(copy) as parser:
            for number, _cells in enumerate(parser.cell_stream, start=1):
                if number == self._last:
                    break
        for name in ("md5", "sha256", "bytes"):
            stats.pop(name, None)
            if value := getattr(copy.stats, name):
                stats[name] = value


class _Numbered:
    """The dialect, but for the stream of records."""

    def __init__(self, dialect: Any, stream: Iterator[tuple[int, list[str]]]) -> None:
        self._dialect = dialect
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dialect, name)

    def read_enumerated_content_stream(self, _cells: Any) -> Iterator[tuple[int, list[str]]]:
        return self._stream


def _open_all(resource: TableResource) -> None:
    getattr(TableResource, _LOOKUP)(resource)
    getattr(TableResource, _ROWS)(resource)


def _agree(resource: TableResource, screened: "Screened") -> bool:
    """Whether stock sees the columns that the screen has seen."""
    fields = resource.header.get_expected_fields()
    own = [(each.name, each.type) for each in screened.subject.columns]
    return [(each.name, each.type) for each in fields] == own and tuple(resource.labels) == screened.subject.labels


def _complete(resource: TableResource, screened: "Screened") -> None:
    """Add the rows that share a key with a suspect whose key only stock can read."""
    fields = resource.header.get_expected_fields()
    columns = screened.subject.columns
    for number, places in enumerate(screened.keys):
        positions: Positions = screened.keyless(number)
        readers = [(place, fields[place].create_cell_reader()) for place in places]
        texts: set[str] = set()
        for cells in screened.fetch(positions):
            try:
                values = [reader(cells[place] if place < len(cells) else None)[0] for place, reader in readers]
            except Exception as error:  # stock stops here, but perhaps not before its limit of errors
                raise Uncovered(str(error)) from error
            text = key_text([columns[place] for place in places], values)
            if text is not None:
                texts.add(text)
        if texts:
            screened.add_suspects(screened.with_keys(number, texts))
