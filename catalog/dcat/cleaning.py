"""Texts, addresses, keywords and telephone numbers as every RDF syntax and every known harvester can take them."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit, urlunsplit

_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, what Char leaves out; CR is folded before
_BLANKS = re.compile("[ \t\n]+")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TELEPHONE = re.compile(r"(\+?[0-9(][0-9().-]*[0-9])(?:-?\(?(?:内線|ext\.?)[:-]?([0-9]+)\)?)?", re.IGNORECASE)
_HYPHENS = re.compile("[\\s\u2010-\u2015\u2212\u30fc]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&_.+-]*")
_BETWEEN_KEYWORDS = re.compile("[,;/、]")  # after NFKC, which makes the wide forms narrow
_NOT_IN_KEYWORD = re.compile(r"[^\w .-]+")
_KEYWORD_LENGTHS = range(2, 101)  # CKAN's tags (docs/decisions/0013)

_IN_PATH = "/:@!$&'()*+,;=~%"
_IN_QUERY = _IN_PATH + "?"
_IN_ADDRESS = _IN_QUERY + "#[]"


def text(value: str) -> str:
    """Without what XML 1.0 forbids, with line feeds only, without blanks around it."""
    return _NOT_XML.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n")


def line(value: str) -> str:
    """The same on one line: titles and names."""
    return _BLANKS.sub(" ", text(value))


def address(value: str) -> str:
    """An absolute http or https address in ASCII, percent-encoded; "" for anything else, and for one with a password."""
    try:
        parts = urlsplit(text(value))
        host = _host(parts.hostname or "")
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            return ""
        netloc = host if parts.port is None else f"{host}:{parts.port}"
        path, query, fragment = (
            quote(_STRAY_PERCENT.sub("%25", part), safe=safe)
            for part, safe in ((parts.path, _IN_PATH), (parts.query, _IN_QUERY), (parts.fragment, _IN_QUERY))
        )
    except ValueError:  # no such port, host name or brackets
        return ""
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _host(name: str) -> str:
    if ":" in name:
        return f"[{IPv6Address(name)}]"
    plain = name.encode("idna").decode("ascii")
    return plain if _HOST.fullmatch(plain) else ""


@lru_cache(maxsize=4096)
def encoded(iri: str) -> str:
    """An address of our own with what an IRI must not hold percent-encoded; nothing else is changed."""
    return quote(_STRAY_PERCENT.sub("%25", iri), safe=_IN_ADDRESS)


def email(value: str) -> str:
    """A bare mailbox in ASCII, or "" where it is none."""
    bare = text(value)
    return bare if _MAILBOX.fullmatch(bare) else ""


def telephone(value: str) -> str:
    """A number as RFC 3966 writes it: hyphens for blanks, an extension (内線) as ``;ext=``; "" where it is none."""
    found = _TELEPHONE.fullmatch(_HYPHENS.sub("-", unicodedata.normalize("NFKC", text(value))))
    if not found:
        return ""
    number, extension = found.groups()
    return f"{number};ext={extension}" if extension else str(number)


def media_type(value: str) -> str:
    """A media type in lower case without its parameters, or "" where it is none."""
    bare = value.partition(";")[0].strip()
    return bare.lower() if _MEDIA_TYPE.fullmatch(bare) else ""


def is_several(keyword: str) -> bool:
    """Whether a keyword is split for the feed: it has a comma, semicolon or slash."""
    return bool(_BETWEEN_KEYWORDS.search(unicodedata.normalize("NFKC", keyword)))


def keywords(values: Iterable[str]) -> frozenset[str]:
    """Keywords that CKAN takes as tags: split at commas and slashes, other punctuation a blank, 2 to 100 characters."""
    parts = (part for each in values for part in _BETWEEN_KEYWORDS.split(unicodedata.normalize("NFKC", text(each))))
    cleaned = (" ".join(_NOT_IN_KEYWORD.sub(" ", part).split()) for part in parts)
    return frozenset(each for each in cleaned if len(each) in _KEYWORD_LENGTHS)
