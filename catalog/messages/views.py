"""Wordings of what can be wrong with declared views, and with what is asked of a dashboard."""

from catalog.messages.wording import Wording, _

_SEE = _("docs/views.md describes each kind of view.")

WORDINGS: dict[str, Wording] = {
    "view-kind": Wording(_("“%(found)s” is not a kind of view."), _("Use one of: %(expected)s.")),
    "view-name": Wording(
        _("“%(found)s” cannot be the name of a view."), _("Use lower-case letters a-z, digits and hyphens, at most 50 of them.")
    ),
    "view-name-duplicate": Wording(_("“%(found)s” stands twice."), _("Keep one, or choose another name.")),
    "view-too-many": Wording(_("There are %(found)s of them, and at most %(expected)s are allowed."), _("Leave some out.")),
    "view-finder-second": Wording(_("A package has at most one finder."), _("Keep one of them.")),
    "view-table": Wording(_("The package publishes no table “%(found)s”."), _("It publishes: %(expected)s.")),
    "view-field": Wording(_("The table of the view has no column “%(found)s”."), _("It has: %(expected)s.")),
    "view-field-type": Wording(
        _("The column “%(found)s” is of type %(type)s, and cannot be shown in this way."),
        _("Choose another column, or kind of view."),
    ),
    "view-filter": Wording(
        _("Rows cannot be found by the column “%(found)s”: it is neither a number nor has few, known values."),
        _("Give it a code list, or leave it out of the filters."),
    ),
    "view-choice": Wording(_("“%(found)s” is not known here."), _("Use one of: %(expected)s.")),
    "view-measure": Wording(
        _("“%(found)s” is nothing that a view can count."),
        _('Write "count", or one of %(expected)s with a column: {"sum": "population"}.'),
    ),
    "view-where": Wording(_("“%(found)s” is no condition for this column (%(expected)s)."), _SEE),
    "dashboard-none": Wording(
        _("The dataset “%(dataset)s” declares no charts, so it has no dashboard."), _("Its own page shows what it has.")
    ),
    "case-unknown": Wording(
        _("The dashboard of “%(dataset)s” has no row “%(key)s”."), _("Look for it with the finder of the dashboard.")
    ),
    "parameter-not-number": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is not a number."),
        _("Give a number in the digits 0-9, such as 10000 or 0.5."),
    ),
}
