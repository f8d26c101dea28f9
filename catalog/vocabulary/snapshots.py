"""A code list as bytes and back: what a publication keeps of the lists it used.

A later merger of cities, or an edit of a list, so changes nothing that was published.
"""

from datetime import date
from decimal import Decimal
from functools import cache

from cattrs.preconf.json import JsonConverter, make_converter

from catalog.vocabulary.codelists import CodeList


def freeze(codelist: CodeList) -> bytes:
    """The list with the concepts of its parts, as UTF-8 JSON; the same list gives the same bytes."""
    return _converter().dumps(codelist, ensure_ascii=False, sort_keys=True).encode()


def thaw(frozen: bytes) -> CodeList:
    """The list that ``freeze`` wrote."""
    return _converter().loads(frozen, CodeList)


@cache
def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda value, _type: Decimal(value))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda value, _type: date.fromisoformat(value))
    return converter
