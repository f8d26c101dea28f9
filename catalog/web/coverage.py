"""The coverage of a standard as plain values: what the page, the JSON and the CSV say of who is in and who is not yet."""

import csv
import io
from collections.abc import Iterable, Iterator

from catalog import words
from catalog.errors import Finding, Place
from catalog.messages import as_json, both, translate
from catalog.messages.wording import _
from catalog.model import Text
from catalog.union import Area, Coverage, LeftOut, Member, Omitted, areas_of, offered
from catalog.vocabulary.codelists import Concept
from catalog.web import presenting
from catalog.web.presenting import Links, Shown, text

_STATES = {"in": _("in the union"), "left-out": _("left out"), "wanted": _("not published yet")}
_BRIEFLY = 50
"""Members that a page names which is not about them alone."""
_COLUMNS = (
    _("State"), _("Code"), _("Publisher or municipality"), _("Dataset"), _("Version"), _("Edition of the standard"), _("Rows"),
    _("Sample"), _("Recommended fields that are missing"), _("What is left out, and why"),
)  # fmt: skip


def coverage(about: Coverage, values: Iterable[LeftOut], links: Links, samples: str = "") -> Shown:
    """Everything: who is in, what each lacks, who is left out and why, who is wanted. ``samples`` is what was asked of them."""
    found = tuple(values)
    return brief(about, links, samples) | {
        "datasets": [_member(each, [one for one in found if one.dataset == each.dataset], links) for each in about.members],
        "omitted": [_omitted(each, links) for each in about.omitted],
        "areas": [_area(each, links) for each in areas_of(about)],
    }


def brief(about: Coverage, links: Links, samples: str = "") -> Shown:
    """The union in figures, and its addresses."""
    slug = about.standard.slug
    asked = {"table": _table_of(about), "samples": samples}
    return {
        "standard": {
            "id": slug,
            "title": text(about.standard.title),
            "edition": about.standard.edition,
            "url": links.pages.standard(slug),
        },
        "table": about.table.name,
        "samples": about.samples,
        "invented": about.samples and any(each.sample for each in about.members),
        "count": {
            "datasets": len(about.members),
            "publishers": len({each.publisher.id for each in about.members}),
            "rows": about.rows,
            "wanted": sum(len(each.wanted) for each in areas_of(about)),
        },
        "notice": None if about.members else nobody(about),
        "modified": about.modified,
        "licenses": [{"name": each.name, "title": each.title or each.name, "path": each.path} for each in about.licenses],
        "url": links.pages.coverage(slug, **asked),
        "rows": links.files.standard_rows(slug, **asked),
        "records": [
            {"format": each.name, "label": each.label, "url": links.files.records(slug, each.suffix, **asked)}
            for each in offered(about)
        ],
    }


def _table_of(about: Coverage) -> str:
    """What an address has to say of the table: nothing, where it is the standard's first one."""
    return "" if about.table is about.standard.tables[0] else about.table.name


def members(about: Coverage, links: Links) -> list[Shown]:
    """The first datasets of the union, without what was left out of them: for a page that is about something else too."""
    return [_member(each, (), links) for each in about.members[:_BRIEFLY]]


def _member(member: Member, values: Iterable[LeftOut], links: Links) -> Shown:
    publication = member.publication
    missing = [*member.missing["mandatory"], *member.missing["recommended"]]
    findings = [*member.findings, *(_finding(member, each) for each in values)]
    return {
        "dataset": {
            "id": publication.id,
            "title": presenting.title_of(publication.package),
            "url": links.pages.dataset(publication.id),
        },
        "publisher": presenting.agent(publication.publisher, links),
        "version": publication.version,
        "edition": member.edition,
        "modified": publication.modified,
        "rows": member.rows,
        "sample": member.sample,
        "missing": {kind: list(names) for kind, names in member.missing.items()},
        "missingToMend": missing,
        "findings": [as_json(each) for each in findings],
    }


def _finding(member: Member, found: LeftOut) -> Finding:
    values = ", ".join(f"{value} ({count})" for value, count in found.values.items())
    place = Place(resource=member.table.name, field=found.column)
    return Finding(code="union-values", severity="note", place=place, found=values)


def _omitted(value: Omitted, links: Links) -> Shown:
    title = words.sample(value.title) if value.sample else value.title
    return {
        "dataset": {"id": value.dataset, "title": text(title), "url": links.pages.dataset(value.dataset)},
        "publisher": presenting.agent(value.publisher, links) if value.publisher else None,
        "sample": value.sample,
        "reason": as_json(value.finding),
    }


def _area(value: Area, links: Links) -> Shown:
    name = words.sample(value.name) if value.sample else value.name
    return {
        "prefecture": value.code,
        "name": text(name),
        "sample": value.sample,
        "publishing": [_government(each, links) for each in value.publishing],
        "wanted": [_government(each, links) for each in value.wanted],
    }


def _government(value: Concept, links: Links) -> Shown:
    return {"code": value.code, "name": text(value.label), "url": links.pages.concept(value.codelist, value.code)}


def nobody(about: Coverage) -> Shown:
    """What is said of a union without rows."""
    return text(both(Finding(code="union-empty", severity="note", details={"standard": about.standard.slug})))


def table(shown: Shown, language: str) -> bytes:
    """The same as CSV for a spreadsheet (RFC 4180, UTF-8 with a byte order mark), with headers in that language."""
    memory = io.StringIO(newline="")
    writer = csv.writer(memory)
    writer.writerow([translate(each, language) for each in _COLUMNS])
    writer.writerows([_safe(cell) for cell in row] for row in _rows(shown, language))
    return ("\ufeff" + memory.getvalue()).encode()


def _safe(cell: str) -> str:
    """A title that a spreadsheet would take for a formula is told to be text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _rows(shown: Shown, language: str) -> Iterator[list[str]]:
    def said(value: Shown) -> str:
        return Text(**value).within(language)

    def state(name: str) -> str:
        return translate(_STATES[name], language)

    yes = translate(_("yes"), language)
    for each in shown["datasets"]:
        reasons = " ".join(said(one["message"]) for one in each["findings"])
        told = [str(each["version"]), each["edition"], str(each["rows"]), yes if each["sample"] else ""]
        yield [state("in"), each["publisher"]["id"], said(each["publisher"]["name"]), each["dataset"]["id"], *told,
               "; ".join(each["missingToMend"]), reasons]  # fmt: skip
    for each in shown["omitted"]:
        publisher = each["publisher"] or {"id": "", "name": {"ja": "", "en": ""}}
        told = ["", "", "", yes if each["sample"] else "", ""]
        reason = said(each["reason"]["message"])
        yield [state("left-out"), publisher["id"], said(publisher["name"]), each["dataset"]["id"], *told, reason]
    for area in shown["areas"]:
        for each in area["wanted"]:
            yield [state("wanted"), each["code"], said(each["name"]), "", "", "", "", yes if area["sample"] else "", "", ""]
