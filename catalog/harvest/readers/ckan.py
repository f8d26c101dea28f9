"""A CKAN portal, by its action API (``package_search``): fields as CKAN names them, and as Japanese portals use them.

The IRI of a dataset is its page in the portal, as ckanext-dcat has it; its identifier is what the portal's harvesters keep
(``guid``, ``identifier``), else CKAN's id. Tags are the keywords, by which standard datasets are recognised (BODIK).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from catalog import media
from catalog.dcat import authorities
from catalog.dcat.incoming import safe
from catalog.dcat.nouns import (
    Agent,
    Checksum,
    ContactPoint,
    Dataset,
    Distribution,
    LicenseDocument,
    Location,
    MediaTypeOrExtent,
    PeriodOfTime,
)
from catalog.errors import Finding, Refusal
from catalog.harvest.readers.words import frequency_code, text_of
from catalog.harvest.records import Page, Refused, paged

ROWS = 100
_ACTION = "api/3/action/"
_NOW = "NOW"


def first(address: str, since: str = "") -> str:
    """Where the walk through a portal begins. ``address`` is that of the portal, of its API or of a search.

    ``since`` (ISO 8601): only what the portal has changed since.
    """
    parts = urlsplit(address)
    path, query = parts.path, dict(parse_qsl(parts.query))
    if not path.rstrip("/").endswith("package_search"):
        path = path[: path.index("api/3")] if "api/3" in path else path.rstrip("/") + "/"
        path += _ACTION + "package_search"
    asked = {**query, "rows": str(ROWS), "start": "0", "sort": "name asc"}
    if since:
        changed = f"metadata_modified:[{since} TO {_NOW}]"
        asked["fq"] = f"{asked['fq']} {changed}" if asked.get("fq") else changed
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(asked), ""))


def read(data: bytes, address: str) -> Page:
    """One page of a search. Raises Refusal("harvest-ckan") where it is no answer of CKAN's."""
    result = _result(data)
    packages = [each for each in result["results"] if isinstance(each, dict)]
    portal = _portal(address)
    datasets, refused = [], []
    for each in packages:
        try:
            datasets.append(safe(_dataset(each, portal)))
        except (TypeError, ValueError, AttributeError, KeyError) as error:  # one record of a strange form is no reason to stop
            finding = Finding(code="harvest-record", found=type(error).__name__)
            refused.append(Refused(identifier=str(each.get("id", ""))[:200], findings=(finding,)))
    total = result["count"]
    return paged(datasets, refused, following=tuple(_following(address, len(packages), total)), total=total)


def _result(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refusal(Finding(code="harvest-ckan", found=type(error).__name__)) from error
    result = content.get("result") if isinstance(content, dict) and content.get("success") is True else None
    if not isinstance(result, dict) or not isinstance(result.get("results"), list) or not isinstance(result.get("count"), int):
        raise Refusal(Finding(code="harvest-ckan", found=str(content)[:100]))
    return result


def _following(address: str, here: int, total: int) -> Iterator[str]:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    start = int(query.get("start", "0")) + here
    if here and start < total:
        yield urlunsplit(parts._replace(query=urlencode({**query, "start": str(start)})))


def _portal(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.partition("api/3")[0], "", ""))


def _dataset(package: Mapping[str, Any], portal: str) -> Dataset:
    said = {**_extras(package), **{name: value for name, value in package.items() if value not in (None, "")}}
    page = urljoin(portal, f"dataset/{package.get('name') or package['id']}")
    license_ = _license(said)
    return Dataset(
        iri=_iri(said, page),
        identifier=_text(said.get("guid") or said.get("identifier") or package["id"]),
        title=text_of(_both(said, "title")),
        description=text_of(_both(said, "notes")),
        publisher=_publisher(said, portal),
        contact_point=_contact(said),
        keywords=frozenset(_tags(said)),
        spatial=frozenset(_spatial(said)),
        temporal=_temporal(said),
        accrual_periodicity=_frequency(said),
        landing_page=_text(said.get("url") or said.get("landingPage") or said.get("landing_page") or page),
        licenses=frozenset([license_] if license_ else []),
        version=_text(said.get("version")),
        issued=_moment(said.get("issued") or said.get("metadata_created")),
        modified=_moment(said.get("modified") or said.get("metadata_modified")),
        distributions=frozenset(_distributions(said, page, license_)),
    )


def _extras(package: Mapping[str, Any]) -> dict[str, Any]:
    listed = package.get("extras") or []
    return {each["key"]: each.get("value") for each in listed if isinstance(each, dict) and isinstance(each.get("key"), str)}


def _iri(said: Mapping[str, Any], page: str) -> str:
    own = _text(said.get("uri"))
    return own if own.startswith(("http://", "https://")) else page


def _both(said: Mapping[str, Any], name: str) -> dict[str, str]:
    """A text with its translations, where ckanext-fluent keeps some."""
    translated = said.get(f"{name}_translated")
    found = {"": _text(said.get(name))}
    if isinstance(translated, dict):
        found |= {code: _text(each) for code, each in translated.items() if code in ("ja", "en")}
    return found


def _publisher(said: Mapping[str, Any], portal: str) -> Agent | None:
    """Whom the record names as publisher; else the organization that owns it, with its page in the portal."""
    named = _text(said.get("publisher_name") or said.get("publisher"))
    iri = _text(said.get("publisher_uri"))
    if named or iri:
        return Agent(iri=iri, name=text_of({"": named}))
    organization = said.get("organization")
    if not isinstance(organization, dict) or not _text(organization.get("name")):
        return None
    page = urljoin(portal, f"organization/{organization['name']}")
    return Agent(iri="", name=text_of(_both(organization, "title")) or text_of({"": organization["name"]}), homepage=page)


def _contact(said: Mapping[str, Any]) -> ContactPoint | None:
    name = _text(said.get("contact_name") or said.get("contactPoint_name") or said.get("maintainer") or said.get("author"))
    email = _text(
        said.get("contact_email") or said.get("contactPoint_email") or said.get("maintainer_email") or said.get("author_email")
    )
    telephone = _text(said.get("contactPoint_tel") or said.get("contact_telephone"))
    return ContactPoint(iri="", name=name, email=email.removeprefix("mailto:"), telephone=telephone) if name or email else None


def _tags(said: Mapping[str, Any]) -> Iterator[str]:
    for each in said.get("tags") or []:
        name = each.get("display_name") or each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str) and name.strip():
            yield name.strip()


def _spatial(said: Mapping[str, Any]) -> Iterator[Location]:
    """Areas that are named by their public code, or by an address of the Statistics LOD."""
    for name in ("spatial_uri", "spatial"):
        value = _text(said.get(name))
        if value.startswith(("http://", "https://")):
            yield Location(iri=value)
        elif authorities.is_local_government(value):
            yield Location(iri=authorities.area(value))


def _temporal(said: Mapping[str, Any]) -> PeriodOfTime | None:
    start, end = _day(said.get("temporal_start")), _day(said.get("temporal_end"))
    return PeriodOfTime(start=start, end=end) if start or end else None


def _frequency(said: Mapping[str, Any]) -> str:
    told = _text(said.get("frequency") or said.get("frequency_of_update"))
    code = frequency_code(told)
    return authorities.frequency(code) if code else ""


def _license(said: Mapping[str, Any]) -> LicenseDocument | None:
    return _licensed(_text(said.get("license_id")), _text(said.get("license_url")), _text(said.get("license_title")))


def _licensed(id_: str, address: str, title: str) -> LicenseDocument | None:
    known = authorities.license_at(address) or authorities.license_named(_LICENSES.get(id_.lower(), id_))
    if known or not (address or title or id_):
        return known
    return LicenseDocument(iri=address, title=title or id_)


_LICENSES: Mapping[str, str] = {
    "cc-by-40-intl": "CC-BY-4.0", "cc-by-sa-40-intl": "CC-BY-SA-4.0", "cc-zero": "CC0-1.0", "cc0": "CC0-1.0",
    "cc-by-21-jp": "CC-BY-2.1-JP", "pdl1.0": "PDL-1.0",
}  # fmt: skip
"""Ids of CKAN's own list of licences and of BODIK's that name one version of a licence; CKAN's "cc-by" names none."""


def _distributions(said: Mapping[str, Any], page: str, license_: LicenseDocument | None) -> Iterator[Distribution]:
    for each in said.get("resources") or []:
        if not isinstance(each, dict) or not _text(each.get("url")):
            continue
        url = _text(each.get("url"))
        named = media.by_name(_text(each.get("format"))) or media.by_media_type(_text(each.get("mimetype")))
        label = named.label if named else _text(each.get("format"))
        own = _licensed(_text(each.get("license_id")), _text(each.get("license_url")), _text(each.get("license")))
        yield Distribution(
            iri=_text(each.get("uri")) or f"{page}/resource/{_text(each.get('id'))}",
            title=text_of(_both(each, "name")),
            description=text_of(_both(each, "description")),
            access_url=_text(each.get("access_url")) or url,
            download_url=_text(each.get("download_url")) or url,
            format=MediaTypeOrExtent(iri=named.file_type_iri if named else "", label=label) if label else None,
            media_type=named.iana if named else "",
            byte_size=_size(each.get("size")),
            checksum=_checksum(each),
            license=own or license_,
            issued=_moment(each.get("created")),
            modified=_moment(each.get("last_modified")),
        )


def _checksum(resource: Mapping[str, Any]) -> Checksum | None:
    value = _text(resource.get("hash"))
    algorithm = _text(resource.get("hash_algorithm"))
    return Checksum(iri="", algorithm=algorithm if "://" in algorithm else "", value=value) if value else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _size(value: Any) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() else None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    found = _moment(value)
    return found.date() if found else None
