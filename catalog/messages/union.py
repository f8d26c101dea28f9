"""Wordings of unions: why a dataset that follows a standard is not in it, and what of a table could not be taken over."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    # asking for a union
    "union-empty": Wording(_("No dataset of the standard “%(standard)s” stands here yet.")),
    "union-format": Wording(
        _("The standard “%(standard)s” cannot be had as %(found)s: it has no coordinates."), _("Its formats are: %(expected)s.")
    ),
    # a dataset that is left out
    "union-withdrawn": Wording(_("The dataset was withdrawn (%(at)s). %(reason)s")),
    "union-sample": Wording(_("The dataset is a sample: its rows are made up."), _("With samples=1 it is in.")),
    "union-edition-unknown": Wording(
        _("The table declares the edition “%(found)s” of the standard, which is not known any more."),
        _("Declare one of these: %(expected)s."),
    ),
    "union-table-unknown": Wording(_("The standard has no table “%(found)s” any more.")),
    "union-no-column": Wording(_("No column of the table “%(found)s” belongs to the standard.")),
    # what of a table is left out
    "union-column-other": Wording(_("The current edition of the standard has no column “%(found)s”: it is left out.")),
    "union-columns-several": Wording(
        _("Several columns (%(field)s) stand for the one column “%(expected)s”: none of them is taken."),
        _("Keep one of them under the name of the standard."),
    ),
    "union-column-type": Wording(
        _("The column “%(field)s” is declared as %(found)s, and the standard has %(expected)s: its values are left out."),
        _("Declare it as the standard does."),
    ),
    "union-values": Wording(
        _("Values of the column “%(field)s” that the standard does not have are left out: %(found)s."),
        _("Use the values of the standard, or say in the code list which of its codes each one matches (skos:exactMatch)."),
    ),
}
