"""What the values of facets are called."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from catalog import media, words
from catalog.dcat import areas, shipped
from catalog.messages.search import FACET_NAMES, VALUE_NAMES
from catalog.model import Text
from catalog.store import Store


def name_of(facet: str) -> Text:
    """What a facet is called."""
    return words.said(FACET_NAMES[facet])


def labels_of(store: Store, facet: str, values: Iterable[str]) -> Mapping[str, Text]:
    """What some values of a facet are called; what has no other name is called as it is written."""
    wanted = tuple(values)
    if facet == "publisher":
        known = store.searching.publishers(wanted)
        return {each: known.get(each) or Text(each, each) for each in wanted}
    return {each: _label(facet, each) or Text(each, each) for each in wanted}


@lru_cache(maxsize=4096)
def _label(facet: str, value: str) -> Text:
    """What the program itself calls it, which stays the same; an empty text where it has no name for it."""
    match facet:
        case "area":
            return areas.name_of(value)
        case "standard":
            standard = shipped.standard(value)
            return standard.title if standard else Text()
        case "format":
            format_ = media.by_name(value)
            return Text(format_.label, format_.label) if format_ else Text()
        case "theme":
            return words.themes_of((value,))[0]
        case _:
            named = VALUE_NAMES.get((facet, value))
            return words.said(named) if named else Text()
