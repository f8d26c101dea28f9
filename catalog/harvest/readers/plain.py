"""A plain list of the addresses of files, one a line: what a city hall can write in a text editor.

After the address, behind a tab, may stand a title. Lines that begin with # are notes. Who publishes the files and under
which licence is the operator's to say (``catalog harvest add --publisher --license``), for a list of addresses does not.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from catalog import media
from catalog.conforming.reading import encoding_of
from catalog.dcat import authorities
from catalog.dcat.incoming import safe, safe_iri
from catalog.dcat.nouns import Dataset, Distribution, LicenseDocument, MediaTypeOrExtent
from catalog.errors import Finding, Place, Refusal
from catalog.harvest.readers.words import text_of
from catalog.harvest.records import Page, Refused, paged


def read(data: bytes, address: str, options: Mapping[str, Any]) -> Page:
    """A record a file, in one page. Raises Refusal: harvest-html, and as ``conforming.reading``."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith((b"<!doctype", b"<html")):
        raise Refusal(Finding(code="harvest-html"))
    text = data.decode(encoding_of(data, Place(file=address.rpartition("/")[2])))
    named = str(options.get("license", ""))
    license_ = authorities.license_named(named) or authorities.license_at(named)
    if license_ is None and named:
        license_ = LicenseDocument(iri=safe_iri(named), title=named)
    datasets, refused = [], []
    for line in text.splitlines():
        given, _, title = line.strip().partition("\t")
        if not given or given.startswith("#"):
            continue
        file = safe_iri(urljoin(address, given.strip()))
        if file.startswith(("http://", "https://")):
            datasets.append(safe(_dataset(file, title.strip(), license_)))
        else:
            refused.append(Refused(identifier=given[:200], findings=(Finding(code="harvest-address", found=given[:200]),)))
    return paged(datasets, refused, total=len(datasets) + len(refused))


def _dataset(file: str, title: str, license_: LicenseDocument | None) -> Dataset:
    name = title or unquote(urlsplit(file).path.rstrip("/").rpartition("/")[2]) or file
    format_ = media.of_path(urlsplit(file).path)
    known = format_ is not media.OCTETS
    distribution = Distribution(
        iri="",
        title=text_of({"": name}),
        access_url=file,
        download_url=file,
        format=MediaTypeOrExtent(iri=format_.file_type_iri, label=format_.label) if known else None,
        media_type=format_.iana if known else "",
        license=license_,
    )
    return Dataset(
        iri=file,
        identifier=file,
        title=text_of({"": name}),
        licenses=frozenset([license_] if license_ else []),
        distributions=frozenset([distribution]),
    )
