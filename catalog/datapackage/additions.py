"""Our two objects in a descriptor: ``catalog`` (package, resource) and ``definition`` (field). See docs/descriptor.md.

Top-level texts of a descriptor are Japanese; ``translations.en`` holds the English. Unknown members are errors.
"""

import re

from catalog.datapackage.objects import Node
from catalog.model import Agent, Contact, Definition, Json, Obligation, Period, StandardRef, Text

PACKAGE_KEYS = (
    "publisher", "translations", "themes", "spatial", "temporal", "frequency", "contact", "landingPage",
    "sample", "open", "views",
)  # fmt: skip
RESOURCE_KEYS = ("role", "translations", "standard", "derivation")
DEFINITION_KEYS = (
    "translations", "section", "source", "obligation", "unit", "codelist", "property", "personal", "derivation",
)  # fmt: skip
PUBLISHER_KEYS = ("id", "name", "uri", "translations")
CONTACT_KEYS = ("name", "email", "telephone", "url")
TEMPORAL_KEYS = ("start", "end")
STANDARD_KEYS = ("id", "edition")
TRANSLATION_KEYS = {"package": ("title", "description", "keywords"), "title": ("title", "description"), "name": ("name",)}
OBLIGATIONS: tuple[Obligation, ...] = ("mandatory", "recommended", "optional")

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")
"""What a flat address can hold: dataset ids, publisher ids, code lists, standards."""

_CODE6 = re.compile(r"[0-9]{6}")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]+")


def translation(node: Node, kind: str = "title") -> Node:
    """The English texts of an object that has ``translations``."""
    return node.child("translations", ("en",)).child("en", TRANSLATION_KEYS[kind])


def in_both(node: Node, english: Node, key: str, *, lines: bool = False) -> Text:
    """A text of the descriptor with its English; ``lines`` where it may have several lines."""
    if lines:
        return Text(ja=node.text(key), en=english.text(key))
    return Text(ja=node.line(key), en=english.line(key))


def slug(node: Node, key: str, *, needed: bool = False) -> str:
    """A short name in lower-case ASCII."""
    text = node.need(key) if needed else node.line(key)
    if text and not SLUG.fullmatch(text):
        node.refuse("slug-invalid", key, found=text)
    return text


def publisher(catalog: Node) -> Agent | None:
    """Who publishes; None means the operator of the catalogue."""
    if "publisher" not in catalog:
        return None
    node = catalog.child("publisher", PUBLISHER_KEYS)
    english = translation(node, "name")
    return Agent(
        id=slug(node, "id", needed=True), name=Text(ja=node.need("name"), en=english.line("name")), uri=node.address("uri")
    )


def contact(catalog: Node) -> Contact | None:
    """Whom to ask. Only the name is needed; nobody has to give a mail address."""
    if "contact" not in catalog:
        return None
    node = catalog.child("contact", CONTACT_KEYS)
    email = node.line("email")
    if email and not _EMAIL.fullmatch(email):
        node.refuse("email-invalid", "email", found=email)
    return Contact(name=node.need("name"), email=email, telephone=node.line("telephone"), url=node.address("url"))


def temporal(catalog: Node) -> Period | None:
    """The time that the data tell of; one of the two ends may be open."""
    if "temporal" not in catalog:
        return None
    node = catalog.child("temporal", TEMPORAL_KEYS)
    period = Period(start=node.date("start"), end=node.date("end"))
    if not (period.start or period.end):
        catalog.refuse("property-missing", "temporal", expected="start")
    elif period.start and period.end and period.start > period.end:
        catalog.refuse("temporal-order", "temporal", found=f"{period.start} > {period.end}")
    return period


def spatial(catalog: Node) -> tuple[str, ...]:
    """Codes of local governments: six digits, the check digit with them."""
    codes = catalog.lines("spatial")
    for index, code in enumerate(codes):
        if not _CODE6.fullmatch(code):
            catalog.refuse("spatial-code", "spatial", index, found=code)
    return codes


def standard(catalog: Node) -> StandardRef | None:
    """The standard that a table declares to follow."""
    if "standard" not in catalog:
        return None
    node = catalog.child("standard", STANDARD_KEYS)
    return StandardRef(id=slug(node, "id", needed=True), edition=node.line("edition"))


def definition(field: Node, *, personal_allowed: bool) -> tuple[Definition, Node]:
    """The definition of a field, and its English texts."""
    node = field.child("definition", DEFINITION_KEYS)
    personal = node.flag("personal")
    if personal and not personal_allowed:
        node.refuse("personal-field", "personal")
    read = Definition(
        section=node.line("section"),
        source=node.text("source"),
        obligation=_obligation(node),
        unit=node.line("unit"),
        codelist=slug(node, "codelist"),
        property=node.address("property"),
        personal=personal,
        derivation=_rules(node),
    )
    return read, translation(node)


def _obligation(node: Node) -> Obligation | None:
    text = node.line("obligation")
    found = next((each for each in OBLIGATIONS if each == text), None)
    if "obligation" in node and found is None and isinstance(node.value["obligation"], str):
        node.refuse("obligation-unknown", "obligation", found=text, expected=", ".join(OBLIGATIONS))
    return found


def _rules(node: Node) -> tuple[Json, ...]:
    """One rule or a list of them; ``derivation`` reads what they say."""
    if isinstance(node.value.get("derivation"), list):
        return tuple(each.value for each in node.children("derivation"))
    return (node.child("derivation").value,) if "derivation" in node else ()
