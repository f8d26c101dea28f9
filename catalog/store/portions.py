"""Long lists in pieces, for no database takes any number of values in one question."""

from collections.abc import Collection, Iterator, Sequence

MOST = 500
"""Values in one ``IN``: below the limits of every database."""


def portions(values: Collection[str], most: int = MOST) -> Iterator[Sequence[str]]:
    """The values in their order, so many at a time at the most."""
    listed = values if isinstance(values, Sequence) else list(values)
    for start in range(0, len(listed), most):
        yield listed[start : start + most]
