"""Every address that the catalogue gives out, built in one place from the configured base URL (docs/design.md).

Addresses are flat on purpose and are looked up, never taken apart: RDF writers and people both like them so.
A ``Addresses("")`` builds paths, which is what pages use; ``Addresses(base_url)`` builds absolute IRIs.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode


@lru_cache(maxsize=4096)
def _segment(text: str | int) -> str:
    return quote(str(text), safe="")


@dataclass(frozen=True, slots=True)
class Addresses:
    """``base_url`` has no slash at its end; "" gives paths on this server."""

    base_url: str = ""

    def path(self, *segments: str | int, suffix: str = "", **query: str | int) -> str:
        """Join percent-encoded segments; ``suffix`` is a format's, with its dot; empty query values are left out."""
        joined = "/".join(_segment(each) for each in segments)
        asked = {name: value for name, value in query.items() if value != ""}
        return f"{self.base_url}/{joined}{suffix}" + (f"?{urlencode(asked)}" if asked else "")

    def home(self, language: str = "") -> str:
        """The front page; with ``language``, the one that is fixed to it."""
        return self.path(language) if language else self.path()

    def catalog(self, suffix: str = "", **query: str | int) -> str:
        """The feed. Without a suffix: the IRI of the catalogue itself."""
        return self.path("catalog", suffix=suffix, **query)

    def dump(self, suffix: str) -> str:
        """The whole catalogue as one compressed file, in the format of the suffix."""
        return self.path("catalog", "dump", suffix=f"{suffix}.gz")

    def changes(self, suffix: str = "", **query: str | int) -> str:
        """The stream of changes. Without a suffix: the IRI of the stream itself."""
        return self.path("changes", suffix=suffix, **query)

    def change(self, sequence: int) -> str:
        """The IRI of one member of the stream."""
        return f"{self.changes()}#{sequence}"

    def dashboard(self, dataset: str, key: str = "", suffix: str = "", **query: str | int) -> str:
        """The declared views of a dataset; with ``key``, one row of the table that its finder is about."""
        return self.path("dashboard", dataset, *([key] if key else []), suffix=suffix, **query)

    def harvest(self) -> str:
        """The page for operators of harvesters."""
        return self.path("harvest")

    def datasets(self, suffix: str = "", **query: str | int) -> str:
        """The list of datasets, and search."""
        return self.path("datasets", suffix=suffix, **query)

    def dataset(self, dataset: str, suffix: str = "") -> str:
        """The IRI of a dataset; with a suffix, one of its documents."""
        return self.path("dataset", dataset, suffix=suffix)

    def croissant(self, dataset: str) -> str:
        """A dataset for machine learning, in Croissant."""
        return self.path("dataset", dataset, "croissant", suffix=".json")

    def datapackage(self, dataset: str) -> str:
        """The descriptor of a dataset's latest version, with absolute paths."""
        return self.path("dataset", dataset, "datapackage", suffix=".json")

    def linkset(self, dataset: str) -> str:
        """Every link from and to a dataset's page, files and descriptions (RFC 9264)."""
        return self.path("dataset", dataset, "linkset", suffix=".json")

    def csvw(self, dataset: str, version: int | str, table: str = "") -> str:
        """What CSV on the Web says of one table, at its default place beside the file; without ``table``, of all of them."""
        return self.download(dataset, version, f"{table}.csv-metadata.json" if table else "csv-metadata.json")

    def open_data(self) -> str:
        """The whole catalogue in Project Open Data 1.1."""
        return self.path("data", suffix=".json")

    def open_data_list(self) -> str:
        """The whole catalogue as a municipal list of open data."""
        return self.path("open-data-list", suffix=".csv")

    def versions(self, dataset: str, suffix: str = "", **query: str | int) -> str:
        """The list of a dataset's versions; with ``.atom``, the feed of them."""
        return self.path("dataset", dataset, "versions", suffix=suffix, **query)

    def version(self, dataset: str, version: int) -> str:
        """One line of the list of versions."""
        return self.path("dataset", dataset, "versions", before=version + 1) + f"#version-{version}"

    def citation(self, dataset: str, suffix: str, **query: str | int) -> str:
        """How to cite a dataset, in the format of the suffix."""
        return self.path("dataset", dataset, "citation", suffix=suffix, **query)

    def badge(self, dataset: str) -> str:
        """A small picture that says whether a dataset is valid, and since when."""
        return self.path("dataset", dataset, "badge", suffix=".svg")

    def card(self, dataset: str, **query: str | int) -> str:
        """The picture that others show where somebody shares a dataset."""
        return self.path("dataset", dataset, "card", suffix=".png", **query)

    def snippets(self, dataset: str, suffix: str = "") -> str:
        """Programs that read the tables of a dataset."""
        return self.path("dataset", dataset, "snippets", suffix=suffix)

    def oembed(self, **query: str | int) -> str:
        """How to embed one of our pages (oEmbed)."""
        return self.path("oembed", suffix="", **query)

    def assistants(self) -> str:
        """The entrance for language models' programs (MCP)."""
        return self.path("mcp")

    def guide_for_models(self) -> str:
        """What language models should know first."""
        return self.path("llms", suffix=".txt")

    def report(self, dataset: str) -> str:
        """The validation report of the latest version."""
        return self.path("dataset", dataset, "report")

    def distribution(self, dataset: str, name: str, format_: str) -> str:
        """The IRI of one table (or file) in one format; the package as a whole has the name "package"."""
        return self.path("distribution", f"{dataset}-{name}-{format_}")

    def schema(self, dataset: str, table: str, version: int = 0, suffix: str = "") -> str:
        """The IRI of a table's schema; with ``version``, of that version of it."""
        return self.path("schema", f"{dataset}-{table}" + (f"-v{version}" if version else ""), suffix=suffix)

    def field(self, dataset: str, table: str, name: str, suffix: str = "") -> str:
        """The IRI of one column's definition."""
        return self.path("field", f"{dataset}-{table}-{name}", suffix=suffix)

    def standard(self, slug: str, suffix: str = "") -> str:
        """The IRI of a standard."""
        return self.path("standard", slug, suffix=suffix)

    def records(self, slug: str, suffix: str, **query: str | int) -> str:
        """The rows of every dataset that follows a standard as one file, in the format of the suffix."""
        return self.path("standard", slug, "records", suffix=suffix, **query)

    def coverage(self, slug: str, suffix: str = "", **query: str | int) -> str:
        """Who has published a dataset of a standard, and who has not yet."""
        return self.path("standard", slug, "coverage", suffix=suffix, **query)

    def standards_list(self) -> str:
        """The standards for programs."""
        return self.path("api", "v1", "standards")

    def standard_rows(self, slug: str, **query: str | int) -> str:
        """Questions to the rows of every dataset that follows a standard."""
        return self.path("api", "v1", "standards", slug, "rows", suffix="", **query)

    def standard_field(self, slug: str, name: str, suffix: str = "") -> str:
        """The IRI of one column of a standard."""
        return self.path("field", f"standard-{slug}-{name}", suffix=suffix)

    def codelist(self, name: str, suffix: str = "") -> str:
        """The IRI of a code list."""
        return self.path("codelist", name, suffix=suffix)

    def concept(self, codelist: str, code: str, suffix: str = "") -> str:
        """The IRI of one code of a list."""
        return self.path("concept", f"{codelist}-{code}", suffix=suffix)

    def publisher(self, agent: str) -> str:
        """The IRI of a publisher."""
        return self.path("publisher", agent)

    def area(self, code6: str, suffix: str = "") -> str:
        """The page of a municipality or prefecture, by its six-digit code."""
        return self.path("area", code6, suffix=suffix)

    def areas(self, suffix: str = "") -> str:
        """The municipalities that the catalogue holds something of, by prefecture."""
        return self.path("areas", suffix=suffix)

    def join(self, **query: str | int) -> str:
        """Rows of two tables that belong together."""
        return self.path("api", "v1", "join", suffix="", **query)

    def joins(self, dataset: str, table: str) -> str:
        """What the columns of a table can be joined with."""
        return self.path("api", "v1", "datasets", dataset, "tables", table, "joins")

    def compare(self, suffix: str = "", **query: str | int) -> str:
        """One figure of several municipalities beside each other."""
        return self.path("compare", suffix=suffix, **query)

    def contact(self, dataset: str) -> str:
        """The IRI of a dataset's contact point (a node needs one: harvesters re-create blank ones)."""
        return self.path("dataset", dataset, "contact")

    def service(self, dataset: str) -> str:
        """The IRI of the interface for programs that asks the rows of a dataset."""
        return self.path("dataset", dataset, "service")

    def rights(self, dataset: str) -> str:
        """The IRI of the statement that says what may be done with a dataset."""
        return self.path("dataset", dataset, "rights")

    def provenance(self, dataset: str) -> str:
        """The IRI of the statement that says where a dataset's contents come from."""
        return self.path("dataset", dataset, "provenance")

    def creator(self, dataset: str, number: int) -> str:
        """The IRI of a creator of a dataset, by its place among the contributors."""
        return self.path("dataset", dataset, f"creator-{number}")

    def validation(self, dataset: str, version: int) -> str:
        """The IRI of the validation of one version, as something that took place."""
        return self.path("dataset", dataset, "validation", version)

    def metric(self, name: str) -> str:
        """The IRI of something that validation counts."""
        return self.path("metric", name)

    def checksum(self, dataset: str, name: str, format_: str) -> str:
        """The IRI of a distribution's checksum."""
        return self.distribution(dataset, name, format_) + "-checksum"

    def download(self, dataset: str, version: int | str, file: str) -> str:
        """The bytes of one file; immutable where ``version`` is a number, moving where it is "latest"."""
        return self.path("download", dataset, version) + "/" + quote(file, safe="/")

    def api(self) -> str:
        """The page about the API."""
        return self.path("api")

    def api_datasets(self, **query: str | int) -> str:
        """The list of datasets in the API."""
        return self.path("api", "v1", "datasets", suffix="", **query)

    def api_dataset(self, dataset: str, **query: str | int) -> str:
        """A dataset in the API."""
        return self.path("api", "v1", "datasets", dataset, suffix="", **query)

    def rows(self, dataset: str, table: str, **query: str | int) -> str:
        """The rows of a table, to be asked for."""
        return self.path("api", "v1", "datasets", dataset, "tables", table, "rows", suffix="", **query)

    def openapi(self, dataset: str = "") -> str:
        """What can be asked, in OpenAPI: of one dataset, with its columns as parameters, or of the whole catalogue."""
        return self.path("api", "v1", "datasets", dataset, "openapi.json") if dataset else self.path("api", "openapi.json")

    def api_catalog(self) -> str:
        """Every API of this server (RFC 9727)."""
        return self.path(".well-known", "api-catalog")

    def diff(self, dataset: str, suffix: str = "", **query: str | int) -> str:
        """What differs between two versions of a table, row by row; without a query, between the last two."""
        return self.path("dataset", dataset, "diff", suffix=suffix, **query)

    def static(self, file: str) -> str:
        """A file of our own stylesheet or script."""
        return self.path("static", file)
