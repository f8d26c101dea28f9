"""Wordings of search: what cannot be looked for, and what its facets are called."""

from collections.abc import Mapping

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "search-too-long": Wording(
        _("What is looked for is longer than %(maximum)s characters."), _("Look for fewer words, or for shorter ones.")
    ),
    "search-too-many-words": Wording(_("Looked for are more than %(maximum)s words."), _("Leave some of them out.")),
    "parameter-not-search": Wording(
        _("What the parameter “%(parameter)s” looks for is too long."),
        _("Give at most %(maximum)s characters and %(words)s words."),
    ),
    "parameter-not-text": Wording(
        _("The parameter “%(parameter)s” is empty or too long."), _("Give at most %(maximum)s characters, or leave it out.")
    ),
    "parameter-not-months": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is no year, month or range of them."),
        _("Write it as 2026, 2026-04, 2026-04..2026-09, 2026.. or ..2026."),
    ),
}
FACET_NAMES: Mapping[str, str] = {
    "standard": _("Standard"),
    "area": _("Area"),
    "publisher": _("Publisher"),
    "format": _("Format"),
    "license": _("Licence"),
    "theme": _("Theme"),
    "valid": _("Validation"),
    "updated": _("Published (latest version)"),
    "sample": _("Sample data"),
    "keyword": _("Keyword"),
}
VALUE_NAMES: Mapping[tuple[str, str], str] = {
    ("valid", "true"): _("valid"),
    ("valid", "warnings"): _("valid, with points to check"),
    ("valid", "false"): _("not valid"),
    ("sample", "true"): _("samples only"),
    ("sample", "false"): _("without samples"),
}
