"""Pieces of DuckDB SQL, put together safely: whatever comes from a descriptor goes in as a quoted literal."""

from collections.abc import Iterable, Sequence

FEW = 8
"""So many values are compared one by one; more become an ENUM type (``IN`` would become a join, and lose the order of rows)."""


class Uncovered(Exception):
    """Something that the screen cannot prove anything about; the argument says what."""


class Types:
    """The ENUM types that queries need. ``screening`` makes the ``fresh`` ones before it runs a query."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        self._made = 0

    def member(self, cell: str, values: Iterable[str]) -> str:
        """SQL: is the text ``cell`` one of ``values``."""
        wanted = tuple(sorted(set(values)))
        if len(wanted) <= 2:  # noqa: PLR2004  cheaper than the call of a function
            return "(" + (" OR ".join(f"{cell} = {literal(each)}" for each in wanted) or "false") + ")"
        if len(wanted) <= FEW:
            return f"list_contains([{', '.join(map(literal, wanted))}], {cell})"
        name = self._names.setdefault(wanted, f"listed{len(self._names)}")
        return f"(TRY_CAST({cell} AS {name}) IS NOT NULL)"

    def names(self) -> tuple[str, ...]:
        """The names of all types."""
        return tuple(self._names.values())

    def fresh(self) -> list[str]:
        """What makes the types that have not been asked for here yet."""
        news = list(self._names.items())[self._made :]
        self._made = len(self._names)
        return [f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, values))})" for values, name in news]


def literal(text: str) -> str:
    """A text as an SQL literal. Raises Uncovered where it is none that the engine can be told."""
    if "\0" in text:
        raise Uncovered("NUL in a text of the schema")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Uncovered("half a surrogate pair in a text of the schema") from None
    return "'" + text.replace("'", "''") + "'"


def joined(operator: str, parts: Sequence[str], nothing: str) -> str:
    """The parts joined by an operator as a balanced tree: a chain of thousands would be too deep for the parser."""
    if len(parts) <= 1:
        return parts[0] if parts else nothing
    middle = len(parts) // 2
    return f"({joined(operator, parts[:middle], nothing)} {operator} {joined(operator, parts[middle:], nothing)})"
