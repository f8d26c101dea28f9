"""Which edition of the Data Package standard a descriptor follows; profiles of others are refused, never fetched.

Official names and addresses: Data Package v1 (specs.frictionlessdata.io) and v2 (datapackage.org).
"""

import re

from catalog.datapackage.objects import Node

V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
TABULAR = "tabular-data-resource"

_NAMES = frozenset({"data-package", "tabular-data-package", "data-resource", TABULAR, "table-schema", "csv-dialect"})
_ADDRESSES = re.compile(
    r"https?://(datapackage\.org/profiles/[12]\.[0-9]+/(datapackage|dataresource|tableschema|tabledialect)\.json"
    r"|(specs|schemas)\.frictionlessdata\.io/(schemas/)?"
    r"(data-package|tabular-data-package|data-resource|tabular-data-resource|table-schema|csv-dialect)(\.json|/)?)"
)


def check_profiles(node: Node) -> None:
    """Note every profile that is not the standard's own."""
    for key in ("$schema", "profile"):
        text = node.text(key)
        if text and not _is_official(text):
            node.refuse("profile-unsupported", key, found=text)
    for index, text in enumerate(node.lines("profiles")):
        if not _is_official(text):
            node.refuse("profile-unsupported", "profiles", index, found=text)


def is_v2(node: Node) -> bool:
    """Whether the package says that it follows v2; one that says nothing follows v1 (v2, "$schema")."""
    return "/profiles/2." in node.text("$schema")


def _is_official(text: str) -> bool:
    return text in _NAMES or bool(_ADDRESSES.fullmatch(text))
