"""The versions of one dataset as an Atom feed (RFC 4287), the newest first; older ones follow page by page (RFC 5005).

An entry never changes, as a version never does: its id is the address of the line of that version, its time that of publishing.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, g

from catalog import media
from catalog.dcat import cleaning
from catalog.messages.wording import _
from catalog.model import Publication, StoredFile, Text
from catalog.store import VersionRow
from catalog.web import history, presenting, signposts
from catalog.web.negotiation import fixed_language, language
from catalog.web.pages import BEFORE
from catalog.web.parameters import takes
from catalog.web.responses import Manners, answer, remembered
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("versionfeed", __name__)

LENGTH = 30
"""Entries on one page of the feed."""
CHANGES_TOLD = 30
_ATOM = "http://www.w3.org/2005/Atom"


@blueprint.get("/dataset/<slug:dataset>/versions.atom")
@takes(BEFORE)
def versions(dataset: str) -> Response:
    """A page of the feed."""
    publication = site().store.latest(dataset)
    before = g.asked.get(BEFORE.name, publication.version + 1)
    rows = [each for each in site().store.versions(dataset) if each.version < before]
    shown, more = rows[:LENGTH], len(rows) > LENGTH
    content = remembered(lambda: _feed(publication, shown, more=more), "atom", publication.version, before)
    manners = Manners(vary=("Accept-Language",), links=signposts.of_description(publication))
    response = answer(content, f"{media.ATOM.media_type}; charset=utf-8", manners)
    response.headers["Content-Language"] = language()
    return response


def _feed(publication: Publication, rows: list[VersionRow], *, more: bool) -> bytes:
    public, id_ = site().public, publication.id
    title = Text(**presenting.title_of(publication.package))
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language()})
    _add(feed, "id", public.versions(id_, media.ATOM.suffix))
    _add(feed, "title", said(_("Versions: %(title)s"), title=title).within(language()))
    _add(feed, "subtitle", said(_("Published at %(catalogue)s"), catalogue=site().title).within(language()))
    _add(feed, "updated", rows[0].issued if rows else publication.modified)
    _add_agent(feed, publication)
    _link(feed, "self", _address(id_, g.asked.get(BEFORE.name, "")), media.ATOM.media_type)
    _link(feed, "alternate", public.versions(id_), media.HTML.media_type)
    if BEFORE.name in g.asked:
        _link(feed, "first", _address(id_), media.ATOM.media_type)
    if more:
        _link(feed, "next", _address(id_, rows[-1].version), media.ATOM.media_type)
    _add(feed, "icon", public.static("icon.svg"))
    for row in rows:
        _add_entry(feed, site().store.publication(id_, row.version), row)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _address(dataset: str, before: int | str = "") -> str:
    """A page of this feed, in the language that the address fixes."""
    fixed = fixed_language()
    return site().public.path(*filter(None, (fixed, "dataset", dataset, "versions")), suffix=".atom", before=before)


def _add_entry(feed: ET.Element, publication: Publication, row: VersionRow) -> None:
    public, reader = site().public, language()
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", public.version(publication.id, row.version))
    summary = "; ".join(each.within(reader) for each in _news(publication, row))
    _add(entry, "title", said(_("Version %(number)s"), number=row.version).within(reader))
    _add(entry, "updated", row.issued)
    _add(entry, "published", row.issued)
    _add_agent(entry, publication)
    _link(entry, "alternate", public.version(publication.id, row.version), media.HTML.media_type)
    for file in publication.files:
        if file.role in ("package", "table"):
            _link(entry, "enclosure", public.download(publication.id, row.version, file.path), file.media_type, file)
    for each in publication.package.licenses:
        if each.path.startswith(("http://", "https://")):
            _link(entry, "license", each.path)
    _add(entry, "summary", summary)
    _add(entry, "content", "\n".join(f"- {each.within(reader)}" for each in _told(publication, row)), type="text")


def _news(publication: Publication, row: VersionRow) -> Iterable[Text]:
    """What is worth a line: the result of validation, a correction, what broke and why."""
    yield said(_("Valid") if row.valid else _("Has errors"))
    if row.note:
        yield said(_("Correction: %(note)s"), note=row.note)
    if row.breaking:
        yield said(_("Breaking change: %(reason)s"), reason=row.breaking)
    if publication.package.sample:
        yield said(_("Sample: made-up data"))


def _told(publication: Publication, row: VersionRow) -> Iterable[Text]:
    """The news, then how many rows there are, what validation remarked, and what changed in the definitions."""
    yield from _news(publication, row)
    for table in publication.package.tables():
        if table.name in publication.rows:
            yield said(_("Table %(table)s: %(rows)s rows"), table=table.name, rows=publication.rows[table.name])
    if publication.findings:
        yield said(_("Remarks of the check: %(count)s"), count=len(publication.findings))
    changes = history.changes_of(publication.id, row.version)
    for each in changes[:CHANGES_TOLD]:
        yield said(_("%(place)s: %(change)s"), place="/".join(filter(None, (each.table, each.field))), change=each.sentence())
    if len(changes) > CHANGES_TOLD:
        yield said(_("And %(count)s further changes of definitions"), count=len(changes) - CHANGES_TOLD)


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    """An element with a text that XML can hold."""
    ET.SubElement(parent, name, attributes).text = cleaning.text(text)


def _add_agent(parent: ET.Element, publication: Publication) -> None:
    author = ET.SubElement(parent, "author")
    agent = publication.publisher if publication.package.publisher else site().operator
    _add(author, "name", agent.name.within(language()) or agent.id)
    _add(author, "uri", site().public.publisher(agent.id))


def _link(parent: ET.Element, rel: str, href: str, type_: str = "", file: StoredFile | None = None) -> None:
    attributes = {"rel": rel, "href": cleaning.encoded(cleaning.text(href))}
    if type_:
        attributes["type"] = type_
    if file is not None:
        attributes |= {"length": str(file.bytes), "title": cleaning.text(file.path)}
    ET.SubElement(parent, "link", attributes)
