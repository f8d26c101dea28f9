"""The code lists that DCAT-AP 3.0.1 names, as far as we use them: EU authority tables, ADMS, SPDX, licences, e-Stat areas."""

import re

from catalog.dcat.nouns import LicenseDocument, SoftwareAgent, Standard
from catalog.model import Text

_EU = "http://publications.europa.eu/resource/authority/"

THEME_TAXONOMY = _EU + "data-theme"
THEMES = frozenset(
    ["AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN"]
)
FREQUENCIES = frozenset((
    "1MIN", "5MIN", "10MIN", "15MIN", "30MIN", "12HRS", "ANNUAL", "ANNUAL_2", "ANNUAL_3", "AS_NEEDED", "BIDECENNIAL",
    "BIENNIAL", "BIHOURLY", "BIMONTHLY", "BIWEEKLY", "CONT", "DAILY", "DAILY_2", "DAILY_3", "DECENNIAL", "HOURLY", "IRREG",
    "MONTHLY", "MONTHLY_2", "MONTHLY_3", "NEVER", "NOT_PLANNED", "OP_DATPRO", "OTHER", "QUADRENNIAL", "QUARTERLY",
    "QUINQUENNIAL", "TRIDECENNIAL", "TRIENNIAL", "TRIHOURLY", "UNKNOWN", "UPDATE_CONT", "WEEKLY", "WEEKLY_2", "WEEKLY_3",
    "WEEKLY_5",
))  # fmt: skip
LANGUAGES = {"ja": _EU + "language/JPN", "en": _EU + "language/ENG"}
PUBLIC = _EU + "access-right/PUBLIC"
STABLE = _EU + "planned-availability/STABLE"
COMPLETED = _EU + "distribution-status/COMPLETED"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
OPENAPI = Standard(iri="https://spec.openapis.org/oas/v3.1.1", title=Text(ja="OpenAPI 3.1", en="OpenAPI 3.1"))
SYNTACTIC_VALIDITY = "http://www.w3.org/2016/05/ldqd#syntacticValidity"
COMPLETENESS = "http://www.w3.org/2016/05/ldqd#completeness"
_FRICTIONLESS = re.compile(r"frictionless ([0-9]+(?:\.[0-9A-Za-z]+)+)")
_PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
_E_STAT = "http://data.e-stat.go.jp/lod/sac/C"
_PREFECTURES = 47
_SIX_DIGITS = re.compile("[0-9]{6}")

_LICENSE_TYPES = "http://purl.org/adms/licencetype/"
_ATTRIBUTION, _SHARE_ALIKE = _LICENSE_TYPES + "Attribution", _LICENSE_TYPES + "ViralEffect-ShareAlike"
_PUBLIC_DOMAIN = _LICENSE_TYPES + "PublicDomain"
_CC, _ODC = "https://creativecommons.org/", "https://opendatacommons.org/licenses/"
_LICENSES = {
    id_: LicenseDocument(iri=iri, title=title, type=type_)
    for id_, iri, title, type_ in (
        ("CC-BY-4.0", _CC + "licenses/by/4.0/", "Creative Commons Attribution", _ATTRIBUTION),
        ("CC-BY-3.0", _CC + "licenses/by/3.0/", "Creative Commons Attribution", _ATTRIBUTION),
        ("CC-BY-2.1-JP", _CC + "licenses/by/2.1/jp/", "Creative Commons Attribution", _ATTRIBUTION),
        ("CC-BY-SA-4.0", _CC + "licenses/by-sa/4.0/", "Creative Commons Attribution Share-Alike", _SHARE_ALIKE),
        ("CC0-1.0", _CC + "publicdomain/zero/1.0/", "Creative Commons CCZero", _PUBLIC_DOMAIN),
        ("ODC-BY-1.0", _ODC + "by/1-0/", "Open Data Commons Attribution License", _ATTRIBUTION),
        ("ODBL-1.0", _ODC + "odbl/1-0/", "Open Data Commons Open Database License (ODbL)", _SHARE_ALIKE),
        (
            "PDL-1.0",
            "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
            "Public Data License (Version 1.0)",
            _ATTRIBUTION,
        ),
        (
            "GJSTU-2.0",
            "http://www.kantei.go.jp/jp/singi/it2/densi/kettei/gl2_betten_1.pdf",
            "Government of Japan Standard Terms of Use (Version 2.0)",
            _ATTRIBUTION,
        ),
    )
}


def theme(code: str) -> str:
    """The IRI of a theme of the EU list."""
    return f"{THEME_TAXONOMY}/{code}"


def frequency(code: str) -> str:
    """The IRI of an update frequency of the EU list."""
    return f"{_EU}frequency/{code}"


def media_type(name: str) -> str:
    """The IRI of a media type in IANA's register."""
    return "https://www.iana.org/assignments/media-types/" + name


def license_named(name: str) -> LicenseDocument | None:
    """The licence of that SPDX or Open Definition id, whatever its case; None where we do not know it."""
    return _LICENSES.get(name.strip().upper())


def license_at(address: str) -> LicenseDocument | None:
    """The known licence at that address, with http or https, and with or without the last slash; else None."""
    return next((each for each in _LICENSES.values() if _bare(each.iri) == _bare(address)), None)


def license_id(address: str, title: str = "") -> str:
    """The SPDX or Open Definition id of a licence that has this address, or is called by its id; "" where we do not know it."""
    named = license_at(address) or license_named(address) or license_named(title)
    return next((id_ for id_, each in _LICENSES.items() if named is each), "")


def _bare(address: str) -> str:
    return address.partition("://")[2].rstrip("/").lower()


def is_local_government(code: str) -> bool:
    """Whether this is a local-government code: JIS X 0401 (2 digits), JIS X 0402 (3), and a check digit.

    The check digit is the last digit of 11 - (sum of the first five digits times 6, 5, 4, 3, 2) mod 11.
    """
    if not _SIX_DIGITS.fullmatch(code):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return int(code[5]) == (11 - total % 11) % 10


def is_assigned_prefecture(code: str) -> bool:
    """Whether the first two digits are those of one of the 47 prefectures."""
    return 1 <= int(code[:2]) <= _PREFECTURES


def area(code: str) -> str:
    """The area in the Statistics LOD of e-Stat (NSTAC): the five-digit code, without the check digit."""
    return _E_STAT + code[:5]


def validator(name: str) -> SoftwareAgent | None:
    """The program that made a validation report, as ``Publication.validator`` names it: its release on the web. Else None."""
    found = _FRICTIONLESS.match(name)
    if not found:
        return None
    iri = f"https://github.com/frictionlessdata/frictionless-py/releases/tag/v{found.group(1)}"
    return SoftwareAgent(iri=iri, name=found.group())


def publisher_type(agent: str) -> str:
    """The ADMS publisher type of an agent whose id is a local-government code; "" where the id does not tell."""
    if not (is_local_government(agent) and is_assigned_prefecture(agent)):
        return ""
    return _PUBLISHER_TYPES + ("RegionalAuthority" if agent[2:5] == "000" else "LocalAuthority")
