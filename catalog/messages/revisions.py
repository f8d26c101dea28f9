"""Wordings of changes that would break readers of the version before."""

from catalog.messages.wording import Wording, _

_MEND = _("Keep it as it was, or publish with --breaking and the reason; the reason is shown to everyone who reads the data.")

WORDINGS: dict[str, Wording] = {
    "breaking-change.table-removed": Wording(_("The published version has this table, and the new one does not."), _MEND),
    "breaking-change.removed": Wording(_("The published version has this column, and the new one does not."), _MEND),
    "breaking-change.retyped": Wording(
        _("The published version has this column as “%(expected)s”, and the new one as “%(found)s”."), _MEND
    ),
}
