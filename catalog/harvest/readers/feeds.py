"""A DCAT feed, in every format that we write, paged by either dialect of Hydra, or as an event stream (DCAT-AP Feeds)."""

from dataclasses import replace
from urllib.parse import urlsplit

from catalog import media
from catalog.dcat import incoming
from catalog.errors import Finding, Refusal
from catalog.harvest.records import Page, paged

ACCEPT = (
    "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7, application/trig;q=0.6,"
    " */*;q=0.1"
)
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "application/xml", "text/xml", "application/json"})
_BEGINNINGS = 2_000


def read(data: bytes, media_type: str, address: str) -> Page:
    """The page. Raises Refusal: harvest-html, harvest-format, and as ``incoming.read_document``."""
    format_ = format_of(data, media_type, address)
    found = incoming.read_document(data, format_, address)
    page = paged(found.datasets, following=found.following, total=found.total)
    return replace(page, gone=found.gone, stream=found.stream)


def format_of(data: bytes, media_type: str, address: str) -> str:
    """By the server's word; where that says little, by the address; else by how it begins."""
    named = media.by_media_type(media_type)
    if named is not None and named.name in incoming.FORMATS:
        return named.name
    begins = data[:_BEGINNINGS].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if media_type == media.HTML.media_type or begins.startswith((b"<!doctype html", b"<html")):
        raise Refusal(Finding(code="harvest-html", found=media_type))
    if media_type not in _VAGUE:
        raise Refusal(Finding(code="harvest-format", found=media_type))
    by_path = media.of_path(urlsplit(address).path).name
    return by_path if by_path in incoming.FORMATS else _sniffed(begins)


def _sniffed(begins: bytes) -> str:
    if begins.startswith((b"{", b"[")):
        return "jsonld"
    if begins.startswith(b"<?xml") or b"<rdf:" in begins:
        return "rdf"
    if begins.startswith((b"@prefix", b"@base", b"prefix", b"#")):
        return "ttl"
    if begins.startswith((b"<", b"_:")):
        return "nt"
    raise Refusal(Finding(code="harvest-format", found=begins[:20].decode(errors="replace")))
