"""Where a rule reads: ``column`` or ``table.column``, reached over the foreign keys of the raw package.

From the records of one table a path first goes *down* (to child records that point here: one to many), then *up* (to the
one record that a foreign key names). Nothing else is a path: going up and then down again would mix the records of others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalog.errors import CatalogError
from catalog.model import Field, ForeignKey, Package, Schema


class PathError(CatalogError):
    """A path that leads nowhere, or to more than one place; its code says which."""

    code = "derivation-path-missing"


@dataclass(frozen=True, slots=True)
class Path:
    """A path as written: the tables named on the way (none for the table that a rule starts from), then the column."""

    text: str
    stops: tuple[str, ...]
    column: str

    def __str__(self) -> str:
        return self.text


def path_of(text: str) -> Path:
    """Read ``column``, ``table.column`` or ``table.table.column``; only a plain table name before a dot is a table."""
    *stops, column = text.split(".")
    return Path(text, tuple(stops), column)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step over a foreign key of ``child``: ``down`` from the referenced table to its children, or up to it."""

    child: str
    key: ForeignKey
    down: bool

    @property
    def parent(self) -> str:
        """The table that the key references."""
        return self.key.resource or self.child

    @property
    def target(self) -> str:
        """The table that this step arrives at."""
        return self.child if self.down else self.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path, resolved: the steps from ``source`` and the field that is read in the end.

    ``grain`` is the table whose records are walked: the last one reached downwards, else ``source`` itself.
    """

    source: str
    hops: tuple[Hop, ...]
    table: str
    field: Field

    @property
    def down(self) -> tuple[Hop, ...]:
        """The steps from one record to many."""
        return tuple(each for each in self.hops if each.down)

    @property
    def up(self) -> tuple[Hop, ...]:
        """The steps from many records to the one that they name."""
        return tuple(each for each in self.hops if not each.down)

    @property
    def grain(self) -> str:
        """The table whose records are walked."""
        return self.down[-1].child if self.down else self.source


@dataclass(frozen=True, slots=True)
class Anchored:
    """A path read for each record of a grain: from the table ``anchor`` steps down its way, then upwards only."""

    anchor: int
    route: Route


@dataclass(slots=True)
class Map:
    """The tables of a raw package and the foreign keys between them."""

    package: Package
    schemas: dict[str, Schema] = field(init=False)

    def __post_init__(self) -> None:
        self.schemas = {each.name: each.schema for each in self.package.tables() if each.schema is not None}

    def route(self, source: str, path: Path) -> Route:
        """Resolve a path from the records of ``source``. Raises PathError."""
        hops: tuple[Hop, ...] = ()
        if path.stops and path.text in self.schemas[source].names():
            path = Path(path.text, (), path.text)
        for stop in path.stops:
            self._known(stop, path)
            here = hops[-1].target if hops else source
            if stop != here or hops:
                hops += self._between(here, stop, path, risen=any(not each.down for each in hops))
        table = hops[-1].target if hops else source
        return Route(source=source, hops=hops, table=table, field=self._field(table, path))

    def anchored(self, grain: Route, path: Path) -> Anchored:
        """Resolve a path that is read for each record of ``grain``; the nearest table that reaches it is its start."""
        tables = (grain.source, *(each.child for each in grain.down))
        if not path.stops:
            return Anchored(0, self.route(grain.source, path))
        refused: PathError | None = None
        for anchor in range(len(tables) - 1, -1, -1):
            if path.stops[0] == tables[anchor]:
                rest = Path(path.text, path.stops[1:], path.column)
                return Anchored(anchor, self._upward(tables[anchor], rest))
            try:
                return Anchored(anchor, self._upward(tables[anchor], path))
            except PathError as error:
                if error.code != "derivation-path-missing":
                    refused = refused or error
        raise refused or PathError(path=path.text, table=tables[-1])

    def _upward(self, source: str, path: Path) -> Route:
        route = self.route(source, path)
        if route.down:
            raise PathError(path=path.text, table=source)
        return route

    def _known(self, table: str, path: Path) -> None:
        if table not in self.schemas:
            raise PathError("derivation-table-unknown", path=path.text, table=table, known=", ".join(self.schemas))

    def _field(self, table: str, path: Path) -> Field:
        fields = self.schemas[table].fields
        for each in fields:
            if each.name == path.column:
                return each
        known = ", ".join(each.name for each in fields)
        raise PathError("derivation-column-unknown", path=path.text, table=table, column=path.column, known=known)

    def _between(self, here: str, there: str, path: Path, *, risen: bool) -> tuple[Hop, ...]:
        """A foreign key between the two tables if there is one, else the only longer way."""
        direct = [each for each in self._steps(here, risen=risen) if each.target == there]
        ways: list[tuple[Hop, ...]] = [(each,) for each in direct]
        ways = ways or list(self._ways(here, there, (here,), risen=risen))
        if not ways:
            raise PathError(path=path.text, table=here, target=there)
        if len(ways) > 1:
            shown = " / ".join(".".join(each.target for each in way) for way in ways)
            raise PathError("derivation-path-ambiguous", path=path.text, ways=shown)
        return ways[0]

    def _ways(self, here: str, there: str, seen: tuple[str, ...], *, risen: bool) -> Iterator[tuple[Hop, ...]]:
        for step in self._steps(here, risen=risen):
            if step.target == there:
                yield (step,)
            elif step.target not in seen:
                for rest in self._ways(step.target, there, (*seen, step.target), risen=risen or not step.down):
                    yield (step, *rest)

    def _steps(self, here: str, *, risen: bool) -> Iterable[Hop]:
        for key in self.schemas[here].foreign_keys:
            if (key.resource or here) in self.schemas:
                yield Hop(here, key, down=False)
        if not risen:
            for child, schema in self.schemas.items():
                for key in schema.foreign_keys:
                    if (key.resource or child) == here:
                        yield Hop(child, key, down=True)
