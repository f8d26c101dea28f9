"""The values of columns as readers see them: labels from code lists, their order, and which of them say nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.charts.nouns import Category, Pairs
from catalog.messages.wording import _
from catalog.model import Condition, Field, Text, View
from catalog.vocabulary.codelists import CodeList
from catalog.words import allowed_values, said

_BOOLEAN = {"true": _("Yes"), "false": _("No")}


@dataclass(frozen=True, slots=True)
class Values:
    """What is known beforehand of the values of one column."""

    field: Field
    labels: Mapping[str, Text]
    silent: frozenset[str]

    @classmethod
    def of(cls, field: Field, codelist: CodeList | None, view: View) -> "Values":
        """``silent`` are the codes that mean "no data": those of the column's own rule, and those that the view names."""
        if field.type == "boolean":
            labels = {value: said(text) for value, text in _BOOLEAN.items()}
        else:
            labels = {each.code: each.label for each in codelist.concepts} if codelist else dict(allowed_values(field))
        rules = [each for each in field.definition.derivation if each.get("rule") == "no-data"]
        return cls(field, labels, frozenset((*view.no_data, *(str(each.get("into", "no-data")) for each in rules))))

    @property
    def known(self) -> tuple[str, ...]:
        """Every value that there may be, in order; () where that is not known."""
        allowed = self.field.constraints.get("enum")
        if allowed and self.field.type != "boolean":
            return tuple(str(each) for each in allowed)
        return tuple(self.labels)

    def category(self, value: str | None, group: str | None = None) -> Category:
        """One value."""
        if value is None:
            return Category(value=None, label=said(_("No data")), no_data=True, group=group, query=_missing(self.field.name))
        label = self.labels.get(value) or Text(ja=value, en=value)
        query: Pairs = ((f"{self.field.name}__exact", value),)
        return Category(value=value, label=label, no_data=value in self.silent, group=group, query=query)

    def rest(self, count: int) -> Category:
        """All values but those that are shown; no single question asks for them."""
        return Category(value="", label=said(_("%(count)s other values"), count=f"{count:,}"), rest=count)

    def rank(self, value: str | None) -> tuple[int, int]:
        """The place in the order of the code list; what it does not hold comes behind, and "no data" last."""
        order = {each: place for place, each in enumerate(self.known)}
        silent = value is None or value in self.silent
        return (2 if value is None else int(silent), order.get(value or "", len(order)))


def _missing(field: str) -> Pairs:
    return ((f"{field}__isnull", "true"),)


def query_of(conditions: Iterable[Condition]) -> Pairs:
    """Conditions of a view as a question to the rows API."""
    return tuple(pair for each in conditions for pair in _pairs(each))


def _pairs(each: Condition) -> Iterable[tuple[str, str]]:
    name = each.field
    if len(each.values) == 1:
        yield f"{name}__exact", each.values[0]
    elif each.values:
        yield f"{name}__in", ",".join(_quoted(value) for value in each.values)
    yield from ((f"{name}__not", value) for value in each.excluded)
    if each.minimum:
        yield f"{name}__gte", each.minimum
    if each.maximum:
        yield f"{name}__lte", each.maximum
    if each.present is not None:
        yield f"{name}__isnull", "false" if each.present else "true"


def _quoted(value: str) -> str:
    """As the rows API reads a list: a value with a comma or a quotation mark stands in double quotes."""
    return '"' + value.replace('"', '""') + '"' if any(each in value for each in ',"') else value
