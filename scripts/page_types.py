"""Every type of page of the catalogue, once: what the browser tests, the benchmark of pages and the screenshots go through.

`PAGES` says how the address of each is made, of `Subjects` that a catalogue has. tests/browser holds the list against the
application: a page that is missing here fails there.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalog.addresses import Addresses

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What a catalogue has that pages are about. ``case`` is a key of the finder's table of ``viewed``."""

    dataset: str
    table: str
    field: str
    publisher: str
    viewed: str
    case: str
    revised: str
    withdrawn: str
    words: str
    figure: str = "joint-procurement/cases/population"
    standard: str = "public-toilet"
    standard_field: str = "name"
    codelist: str = "prefecture"
    code: str = "27"


SAMPLES = Subjects(
    dataset="812013-public-toilet",
    table="public_toilet",
    field="名称",
    publisher="812013",
    viewed="joint-procurement",
    case="C000001",
    revised="812013-public-toilet",
    withdrawn="812030-sticker-shop",
    words="トイレ",
    standard_field="名称",
)
"""What a catalogue has that holds `packages`, once ``withdrawn`` is."""


@dataclass(frozen=True, slots=True)
class PageType:
    """One type of page. ``endpoint`` is the view behind it, ``path`` its address, ``status`` what it answers with."""

    name: str
    endpoint: str
    path: Callable[[Addresses, Subjects], str]
    status: int = 200


PAGES: tuple[PageType, ...] = (
    PageType("home", "pages.home", lambda at, _: at.home()),
    PageType("datasets", "pages.datasets", lambda at, _: at.datasets()),
    PageType("search", "pages.datasets", lambda at, of: at.datasets(q=of.words)),
    PageType("search-fields", "pages.datasets", lambda at, of: at.datasets(q=of.words, kind="field")),
    PageType("search-facet", "pages.datasets", lambda at, of: at.datasets(publisher=of.publisher)),
    PageType("search-nothing", "pages.datasets", lambda at, _: at.datasets(q="ぬるぽねこまたぎ")),
    PageType("dataset", "pages.dataset", lambda at, of: at.dataset(of.dataset)),
    PageType("dataset-with-views", "pages.dataset", lambda at, of: at.dataset(of.viewed)),
    PageType("dataset-embedded", "pages.dataset", lambda at, of: at.dataset(of.dataset) + "?embed=1"),
    PageType("versions", "pages.versions", lambda at, of: at.versions(of.revised)),
    PageType("programs", "snippets.programs", lambda at, of: at.snippets(of.viewed)),
    PageType("diff", "diff.diff", lambda at, of: at.diff(of.revised)),
    PageType("report", "pages.report", lambda at, of: at.report(of.dataset)),
    PageType("snippets", "snippets.programs", lambda at, of: at.snippets(of.dataset)),
    PageType("schema", "definitions.schema", lambda at, of: at.schema(of.dataset, of.table)),
    PageType("field", "definitions.field_of", lambda at, of: at.field(of.dataset, of.table, of.field)),
    PageType("standard-field", "definitions.field_of", lambda at, of: at.standard_field(of.standard, of.standard_field)),
    PageType("codelist", "definitions.codelist", lambda at, of: at.codelist(of.codelist)),
    PageType("concept", "definitions.concept", lambda at, of: at.concept(of.codelist, of.code)),
    PageType("standards", "definitions.standards", lambda at, _: at.path("standards")),
    PageType("standard", "definitions.standard", lambda at, of: at.standard(of.standard)),
    PageType("coverage", "coverage.coverage_page", lambda at, of: at.coverage(of.standard)),
    PageType("publisher", "pages.publisher", lambda at, of: at.publisher(of.publisher)),
    PageType("dashboard", "dashboard.dashboard", lambda at, of: at.dashboard(of.viewed)),
    PageType("case", "dashboard.case", lambda at, of: at.dashboard(of.viewed, of.case)),
    PageType("areas", "areas.every", lambda at, _: at.areas()),
    PageType("area", "areas.area", lambda at, of: at.area(of.publisher)),
    PageType("compare", "comparing.compare", lambda at, _: at.compare()),
    PageType("compare-figure", "comparing.compare", lambda at, of: at.compare(field=of.figure)),
    PageType("help", "guidance.guide", lambda at, _: at.path("help")),
    PageType("accessibility", "accessibility.statement", lambda at, _: at.path("accessibility")),
    PageType("check", "check.form", lambda at, _: at.path("check")),
    PageType("publish", "desk.form", lambda at, _: at.path("publish")),
    PageType("harvest", "harvest.harvest", lambda at, _: at.harvest()),
    PageType("api", "documentation.api", lambda at, _: at.api()),
    PageType("status", "pages.status", lambda at, _: at.path("status")),
    PageType("unknown", "", lambda at, _: at.dataset("no-such-dataset"), 404),
    PageType("withdrawn", "", lambda at, of: at.dataset(of.withdrawn), 410),
    PageType("refused", "", lambda at, _: at.datasets(page="zero"), 400),
)


def paths(of: Subjects, at: Addresses | None = None) -> dict[str, str]:
    """The address of every type of page by its name, in a catalogue that has these subjects; without a language before it."""
    addresses = at or Addresses()
    return {each.name: each.path(addresses, of) for each in PAGES}


def packages(folder: Path) -> list[Path]:
    """The folders of every sample package, and of a second version of one, made below ``folder``."""
    source = ROOT / "datapackages"
    made = folder / SAMPLES.revised
    shutil.copytree(source / SAMPLES.revised, made)
    data, descriptor = made / "data/public_toilet.csv", made / "datapackage.json"
    data.write_text(data.read_text(encoding="utf-8-sig").replace("中央公園,", "中央公園北口,", 1), encoding="utf-8")
    said = json.loads(descriptor.read_text(encoding="utf-8"))
    said["version"] = "1.1"
    said["resources"][0]["schema"]["fields"][4]["description"] += "正式な名称を書く。"
    descriptor.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return [*sorted(source.iterdir()), made]
