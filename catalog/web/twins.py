"""Pages as Markdown, for language models and other programs that read pages: the same values, without the frame.

What publishers wrote is data. It is told in quotation marks, table cells and block quotes, with every character escaped that
Markdown would act on and without the characters that people cannot see, so that no description can pass for the page's own
words; the first lines of each page say so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from flask import Response

from catalog import media
from catalog.messages.machines import QUOTED
from catalog.messages.wording import _
from catalog.model import LANGUAGES, Publication
from catalog.web import api, presenting, signposts
from catalog.web.codelists import codelists_of
from catalog.web.negotiation import language
from catalog.web.presenting import Shown, Subject
from catalog.web.responses import Content, Link, Manners, answer, remembered
from catalog.web.site import site
from catalog.words import said

Lines = Iterator[str]

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")
_LINE_START = re.compile(r"^([0-9]{0,9})([-+=:.)])")
"""What would make a line an item of a list, a heading's underline or a definition."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_SPACES = "\t\n\r"
_LONGEST = 4_000
"""Characters of one text that are told; the page has the rest."""


def visible(text: str) -> str:
    """Without characters that people cannot see, such as tags, zero-width and direction marks: they can carry instructions."""
    return "".join(each for each in text if each in _SPACES or unicodedata.category(each) not in _HIDDEN)


def line(text: str, longest: int = _LONGEST) -> str:
    """A text of somebody else on one line, as nothing but text."""
    words = " ".join(visible(text).split())
    cut = words if len(words) <= longest else words[:longest] + "…"
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", cut))


def block(text: str, longest: int = _LONGEST) -> Lines:
    """A text of somebody else as a block quote, each of its paragraphs one line."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    paragraphs = [line(each) for each in re.split(r"\n\s*\n|\r\n\s*\r\n", cut)]
    for number, paragraph in enumerate(each for each in paragraphs if each):
        if number:
            yield ">"
        yield f"> {paragraph}"


def code(text: str) -> str:
    """A name or value as code: the fence is longer than any run of backticks in it. A bar would end a table's cell."""
    words = " ".join(visible(text).split()).replace("|", "\\|")
    fence = "`" * (max((len(each) for each in re.findall("`+", words)), default=0) + 1)
    return f"{fence} {words} {fence}" if words.startswith("`") or words.endswith("`") else f"{fence}{words}{fence}"


def address(url: str, label: str = "") -> str:
    """A link of ours; the address itself where it has no other name."""
    return f"[{label}]({url})" if label else f"<{url}>"


def _ours(text: str, **details: object) -> str:
    return said(text, **details).within(language())


def both(value: Mapping[str, str]) -> str:
    """A short text in the languages that it has, the reader's first."""
    order = sorted(LANGUAGES, key=lambda each: each != language())
    told = [line(value[each]) for each in order if value[each]]
    return " / ".join(dict.fromkeys(told))


def _quotes(value: Mapping[str, str]) -> Lines:
    for each in sorted(LANGUAGES, key=lambda each: each != language()):
        if value[each]:
            yield from block(value[each])
            yield ""


def _reader(value: Mapping[str, str]) -> str:
    return line(value[language()] or value["ja"] or value["en"])


def _facts(pairs: Iterable[tuple[str, str]]) -> Lines:
    for name, value in pairs:
        if value:
            yield f"- {_ours(name)}: {value}"
    yield ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Lines:
    heads = [_ours(each) for each in heads]
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _head(title: Mapping[str, str], iri: str, fallback: str = "") -> Lines:
    yield f"# {both(title) or code(fallback)}"
    yield ""
    yield _ours(QUOTED)
    yield ""
    yield f"- {_ours(_('Address'))}: {address(iri)}"


# Datasets


def dataset(publication: Publication, *, negotiated: bool) -> Response:
    """The page of a dataset as Markdown."""

    def make() -> bytes:
        shown = presenting.dataset(Subject(publication, api.links(), codelists_of(publication)))
        return _joined(_dataset(shown, publication.package.readme))

    content = remembered(make, "md", publication.id, publication.version)
    own = site().local.dataset(publication.id, suffix=media.MARKDOWN.suffix)
    return answered(content, signposts.of_description(publication), location=own, negotiated=negotiated)


def answered(content: Content, links: tuple[Link, ...], *, location: str, negotiated: bool) -> Response:
    """Markdown as an answer. Its language is the reader's, as the page's is."""
    vary = ("Accept", "Accept-Language") if negotiated else ("Accept-Language",)
    response = answer(content, media.MARKDOWN.content_type, Manners(vary=vary, links=links, location=location))
    response.headers["Content-Language"] = language()
    return response


def _joined(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def _dataset(shown: Shown, readme: str) -> Lines:
    yield from _head(shown["title"], shown["url"])
    licences = (_named(each["path"], each["name"] or each["title"]) for each in shown["licenses"])
    yield from _facts(
        (
            (_("Identifier"), code(shown["id"])),
            (_("Version"), f"{shown['version']} ({shown['modified']})"),
            (_("Check"), _ours(_("Valid")) if shown["report"].get("valid") else _ours(_("Has errors"))),
            (_("Publisher"), both(shown["publisher"]["name"])),
            (_("Licence"), ", ".join(licences)),
            (_("Note"), _ours(_("Sample: made-up data")) if shown["sample"] else ""),
            (_("Correction"), line(shown["note"])),
            (_("Breaking change"), line(shown["breaking"])),
            (_("Sources"), ", ".join(_named(each["path"], each["title"]) for each in shown["sources"])),
            (_("How to cite"), address(site().public.citation(shown["id"], media.TEXT.suffix))),
            (_("Versions"), address(shown["versions"])),
        )
    )
    yield from _quotes(shown["description"])
    for table in shown["tables"]:
        yield f"## {_ours(_('Table'))}: {both(table['title'])} {code(table['name'])}".replace("  ", " ")
        yield ""
        yield from _of_table(table)
    if readme.strip():
        yield f"## {_ours(_('Notes of the publisher (README)'))}"
        yield ""
        yield from block(readme)


def _named(url: str, label: str) -> str:
    """An address that a package gives, as text: whether to follow it is the reader's choice."""
    return " ".join(filter(None, (line(label), code(url) if url else "")))


def _of_table(table: Shown) -> Lines:
    yield from _quotes(table["description"])
    standard = table["standard"]
    yield from _facts(
        (
            (_("Rows"), "" if table["rows"] is None else str(table["rows"])),
            (_("Definitions"), address(table["schema"])),
            (_("Standard"), f"{address(standard['url'], code(standard['id']))} {line(standard['edition'])}" if standard else ""),
            (_("Derived by"), line(table["derivationInWords"][language()])),
            (_("Keys"), " ".join(_reader(each) for each in table["keysInWords"])),
            (_("Cells without a value"), _values(table["missingValues"])),
        )
    )
    heads = (_("Name in the file"), _("Title"), _("Type"), _("Unit"), _("Definition"), _("Address"))
    yield from _table(heads, (_field_row(each) for each in table["fields"]))
    for each in table["downloads"]:
        stored = f" ({each['bytes']} B, SHA-256 `{each['sha256']}`)" if each["sha256"] else ""
        yield f"- {_ours(_('Download'))}: {address(each['url'], each['label'])}{stored}"
    yield ""


def _field_row(field: Shown) -> tuple[str, ...]:
    definition = field["definition"]
    type_ = "; ".join([_reader(field["typeInWords"]), *(_reader(each) for each in field["constraintsInWords"])])
    meaning = " ".join(filter(None, (both(definition), _listed(field))))
    return (code(field["name"]), both(field["title"]), type_, line(definition["unit"]), meaning, address(field["url"]))


def _listed(field: Shown) -> str:
    """The codes that a column may hold, if they are few; else where their list is."""
    definition = field["definition"]
    told = [f"{code(each['value'])} {_reader(each['label'])}".strip() for each in field["allowedValues"]]
    where = address(definition["codelistUrl"], code(definition["codelist"])) if definition["codelistUrl"] else ""
    return " ".join(filter(None, (where, "; ".join(told))))


def _values(values: Iterable[str]) -> str:
    return ", ".join(code(each) if each else _ours(_("empty cell")) for each in values)


# Definitions: the values that the pages' templates are filled with


def written(template: str, iri: str, values: Shown) -> bytes:
    """The page that ``template`` would make of ``values``, as Markdown."""
    return _joined(_WRITERS[template](iri, values))


def _around(values: Shown) -> list[tuple[str, str]]:
    dataset = values.get("dataset")
    if not dataset:
        return []
    title = address(dataset["url"], both(dataset["title"]))
    sample = _ours(_("Sample: made-up data")) if dataset["sample"] else ""
    return [(_("Dataset"), title), (_("Version"), str(dataset["version"])), (_("Note"), sample)]


def _schema(iri: str, values: Shown) -> Lines:
    table = values["table"]
    yield from _head(table["title"], iri, table["name"])
    yield from _facts(_around(values))
    yield from _of_table(table)


def _field(iri: str, values: Shown) -> Lines:
    field, standard = values["field"], values.get("standard")
    definition = field["definition"]
    yield from _head(field["title"], iri, field["name"])
    of_standard = [(_("Standard"), address(standard["url"], both(standard["title"])))] if standard else []
    rules = (*field["constraintsInWords"], *field.get("conditionsInWords", ()))
    yield from _facts(
        [
            *_around(values),
            *of_standard,
            (_("Name in the file"), code(field["name"])),
            (_("Type"), _reader(field["typeInWords"])),
            (_("Unit"), line(definition["unit"])),
            (_("Obligation"), _reader(definition["obligationInWords"])),
            (_("What may stand in it"), "; ".join(_reader(each) for each in rules)),
            (_("Code list"), _list_of(definition)),
            (_("How “no value” is written"), _values(field["missingValues"])),
            (_("Example"), code(field["example"]) if field["example"] else ""),
            (_("Derived by"), " ".join(_reader(each) for each in definition["derivationInWords"])),
            (_("Also written as"), ", ".join(code(each) for each in field.get("aliases", ()))),
            (_("Source"), " ".join(filter(None, (line(definition["section"]), line(definition["source"]))))),
            (_("Property"), code(definition["property"]) if definition["property"] else ""),
        ]
    )
    yield from _quotes(definition)
    if values["values"]:
        yield f"## {_ours(_('Allowed values'))}"
        yield ""
        yield from _concepts(values["values"])


def _list_of(definition: Shown) -> str:
    if not definition["codelist"]:
        return ""
    name = both(definition["codelistTitle"]) or code(definition["codelist"])
    return address(definition["codelistUrl"], name) if definition["codelistUrl"] else name


def _concepts(concepts: Iterable[Shown]) -> Lines:
    yield from _table((_("Code"), _("Meaning"), _("Definition")), (_concept_row(each) for each in concepts))


def _concept_row(concept: Shown) -> tuple[str, ...]:
    name = address(concept["url"], code(concept["code"])) if concept["url"] else code(concept["code"])
    return (name, both(concept["label"]), " ".join(filter(None, (_reader(concept["bounds"]), both(concept["definition"])))))


def _codelist(iri: str, values: Shown) -> Lines:
    codelist, parts = values["codelist"], values["parts"]
    yield from _head(codelist["title"], iri, codelist["name"])
    yield from _facts(
        [
            *_around(values),
            (_("Name"), code(codelist["name"])),
            (_("Codes"), str(codelist["count"])),
            (_("Source"), " ".join([_reader(codelist["citation"]), *(code(each) for each in codelist["sources"])]).strip()),
            (_("Licence"), code(codelist["license"]) if codelist["license"] else ""),
        ]
    )
    yield from _quotes(codelist["description"])
    yield from _quotes(codelist["note"])
    yield from _concepts(codelist["concepts"])
    if values["part"] < len(parts):
        following = parts[values["part"]]
        yield f"- {_ours(_('Next page'))}: {address(iri + '.md?page=' + str(following['number']))}"


def _concept(iri: str, values: Shown) -> Lines:
    concept, codelist = values["concept"], values["codelist"]
    yield from _head(concept["label"], iri, concept["code"])
    broader = concept["broader"]
    yield from _facts(
        [
            *_around(values),
            (_("Code list"), address(codelist["url"], both(codelist["title"]))),
            (_("Code"), code(concept["code"])),
            (_("Bounds"), _reader(concept["bounds"])),
            (_("Belongs to"), " ".join((code(broader["code"]), both(broader["label"]))) if broader else ""),
            (_("Validity"), "/".join((concept["validFrom"], concept["validUntil"])).strip("/")),
        ]
    )
    yield from _quotes(concept["definition"])


def _standard(iri: str, values: Shown) -> Lines:
    standard = values["standard"]
    yield from _head(standard["title"], iri, standard["id"])
    yield from _facts(
        (
            (_("Identifier"), code(standard["id"])),
            (_("Edition"), line(standard["edition"])),
            (_("Editions"), ", ".join(address(each["url"], line(each["edition"])) for each in standard["editions"])),
            (_("Origin"), _reader(standard["originInWords"])),
            (_("Source"), _named(standard["source"]["path"], standard["source"]["title"])),
            (_("How sure this is"), " ".join(_reader(each) for each in standard["surenessInWords"])),
        )
    )
    yield from _quotes(standard["description"])
    for table in standard["tables"]:
        yield f"## {_ours(_('Table'))}: {both(table['title'])} {code(table['name'])}".replace("  ", " ")
        yield ""
        heads = (_("Name in the file"), _("Title"), _("Obligation"), _("Type and unit"), _("Code list"), _("Address"))
        yield from _table(heads, (_column_row(each) for each in table["columns"]))
    if values["uses"]:
        yield f"## {_ours(_('Datasets that follow it'))}"
        yield ""
        for use in values["uses"]:
            yield f"- {address(use['dataset']['url'], both(use['dataset']['title']))}: {code(use['table'])}"


def _column_row(column: Shown) -> tuple[str, ...]:
    listed = column["codelist"]
    name = address(listed["url"], code(listed["name"])) if listed and listed["url"] else code(listed["name"]) if listed else ""
    kind = ", ".join(filter(None, (_reader(column["typeInWords"]), line(column["unit"]))))
    return (
        code(column["name"]),
        both(column["title"]),
        _reader(column["obligationInWords"]),
        kind,
        name,
        address(column["url"]),
    )


_WRITERS: Mapping[str, Callable[[str, Shown], Lines]] = {
    "schema.html": _schema,
    "field.html": _field,
    "codelist.html": _codelist,
    "concept.html": _concept,
    "standard.html": _standard,
}
