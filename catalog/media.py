"""Every media type that is served or read, as one list: suffix, Accept, DCAT's code lists and labels use the same rows."""

from dataclasses import dataclass

_IANA = "https://www.iana.org/assignments/media-types/"
_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way of writing something down. ``name`` is the suffix without its dot; ``text``: its Content-Type names UTF-8.

    ``file_type`` is the code in the EU file-type list; ``rdf`` marks the graph formats.
    """

    name: str
    media_type: str
    label: str
    file_type: str
    rdf: bool = False
    text: bool = False
    compressible: bool = True

    @property
    def suffix(self) -> str:
        """The file-name ending, with its dot."""
        return f".{self.name}"

    @property
    def iana(self) -> str:
        """The IRI that dcat:mediaType wants."""
        return _IANA + self.media_type

    @property
    def file_type_iri(self) -> str:
        """The IRI that DCAT-AP's dct:format wants (EU file-type authority)."""
        return _FILE_TYPE + self.file_type

    @property
    def content_type(self) -> str:
        """The Content-Type header. Clients assume another charset of text, and guess at that of RDF (docs/decisions/0037)."""
        return f"{self.media_type}; charset=utf-8" if self.text else self.media_type


TURTLE = Format(name="ttl", media_type="text/turtle", label="Turtle", file_type="RDF_TURTLE", rdf=True, text=True)
RDF_XML = Format(name="rdf", media_type="application/rdf+xml", label="RDF/XML", file_type="RDF_XML", rdf=True, text=True)
JSON_LD = Format(name="jsonld", media_type="application/ld+json", label="JSON-LD", file_type="JSON_LD", rdf=True, text=True)
N_TRIPLES = Format(
    name="nt", media_type="application/n-triples", label="N-Triples", file_type="RDF_N_TRIPLES", rdf=True, text=True
)
TRIG = Format(name="trig", media_type="application/trig", label="TriG", file_type="RDF_TRIG", text=True)
HTML = Format(name="html", media_type="text/html", label="HTML", file_type="HTML", text=True)
JSON = Format(name="json", media_type="application/json", label="JSON", file_type="JSON")
CSV = Format(name="csv", media_type="text/csv", label="CSV", file_type="CSV", text=True)
TSV = Format(name="tsv", media_type="text/tab-separated-values", label="TSV", file_type="TSV", text=True)
ZIP = Format(name="zip", media_type="application/zip", label="ZIP", file_type="ZIP", compressible=False)
GZIP = Format(name="gz", media_type="application/gzip", label="GZIP", file_type="GZIP", compressible=False)
ODS = Format(
    name="ods",
    media_type="application/vnd.oasis.opendocument.spreadsheet",
    label="ODS",
    file_type="ODS",
    compressible=False,
)
PDF = Format(name="pdf", media_type="application/pdf", label="PDF", file_type="PDF", compressible=False)
XLSX = Format(
    name="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    label="Excel",
    file_type="XLSX",
    compressible=False,
)
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
"""What a sheet of a workbook has room for, its header with it."""
PARQUET = Format(
    name="parquet", media_type="application/vnd.apache.parquet", label="Parquet", file_type="PARQUET", compressible=False
)
NDJSON = Format(name="ndjson", media_type="application/x-ndjson", label="NDJSON", file_type="JSON")
GEOJSON = Format(name="geojson", media_type="application/geo+json", label="GeoJSON", file_type="GEOJSON")
MARKDOWN = Format(name="md", media_type="text/markdown", label="Markdown", file_type="TXT", text=True)
TEXT = Format(name="txt", media_type="text/plain", label="Text", file_type="TXT", text=True)
XML = Format(name="xml", media_type="application/xml", label="XML", file_type="XML")
ATOM = Format(name="atom", media_type="application/atom+xml", label="Atom", file_type="ATOM")
SVG = Format(name="svg", media_type="image/svg+xml", label="SVG", file_type="SVG", text=True)
BIBTEX = Format(name="bib", media_type="application/x-bibtex", label="BibTeX", file_type="TXT", text=True)
PNG = Format(name="png", media_type="image/png", label="PNG", file_type="PNG", compressible=False)
OCTETS = Format(name="bin", media_type="application/octet-stream", label="BIN", file_type="OCTET", compressible=False)

# JSON of a stricter kind: served at addresses of their own, never chosen by suffix, so they stand in no table below.
CROISSANT = Format(name="json", media_type="application/ld+json", label="Croissant", file_type="JSON_LD")
DATA_PACKAGE = Format(name="json", media_type="application/vnd.datapackage+json", label="Data Package", file_type="JSON")
CSVW = Format(name="json", media_type="application/csvm+json", label="CSVW", file_type="JSON")
CSL = Format(name="json", media_type="application/vnd.citationstyles.csl+json", label="CSL-JSON", file_type="JSON")
OEMBED = Format(name="json", media_type="application/json+oembed", label="oEmbed", file_type="JSON")
OPENAPI = Format(name="json", media_type="application/vnd.oai.openapi+json;version=3.1", label="OpenAPI", file_type="JSON")
LINKSET = Format(name="json", media_type="application/linkset+json", label="Linkset", file_type="JSON")

FORMATS: tuple[Format, ...] = (
    HTML, TURTLE, RDF_XML, JSON_LD, N_TRIPLES, TRIG, JSON, CSV, TSV, ZIP, GZIP, PDF, XLSX, PARQUET, NDJSON, GEOJSON, MARKDOWN,
    TEXT, XML, PNG, OCTETS,
)  # fmt: skip
RDF: tuple[Format, ...] = (TURTLE, RDF_XML, JSON_LD, N_TRIPLES)
_BY_NAME = {each.name: each for each in FORMATS}
_BY_TYPE = {each.media_type: each for each in (*FORMATS, SVG)}  # pictures of ours: no file that is given is taken for one


def file_type_label(format_: Format) -> str:
    """What the EU file type of a format is called: one name a type, so NDJSON's is JSON."""
    return next((each.label for each in FORMATS if each.name.upper() == format_.file_type), format_.label)


def by_name(name: str) -> Format | None:
    """The format with that suffix (without its dot), or None."""
    return _BY_NAME.get(name.lower())


def by_media_type(media_type: str) -> Format | None:
    """The format of a Content-Type value, parameters ignored, or None."""
    return _BY_TYPE.get(media_type.partition(";")[0].strip().lower())


def of_path(path: str) -> Format:
    """The format that a file name's ending promises; octets where it promises nothing that we know."""
    return _BY_NAME.get(path.rpartition(".")[2].lower(), OCTETS)
