"""Wordings of what cannot stand in a description, and the few sentences that descriptions are made of."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "description-invalid": Wording(
        _("“%(found)s” (%(pointer)s) cannot stand in the catalogue's DCAT description."), _("Expected: %(expected)s.")
    ),
    "description-missing": Wording(
        _("The catalogue's DCAT description needs %(pointer)s, which is empty."), _("Fill it in, in Japanese or English.")
    ),
    "description-shape": Wording(_("The catalogue's DCAT description would break a rule: %(rule)s Place: %(at)s."), ""),
    "description-keyword": Wording(
        _("Harvesters cannot take the keyword “%(found)s” as it is. In the feed it becomes: %(expected)s."),
        _("Write each keyword without commas, slashes and other punctuation, in 2 to 100 characters."),
    ),
    "description-stale": Wording(
        _("The stored descriptions were written by another edition of this program."), _("Render them again before serving.")
    ),
}

SAMPLE_TITLE = _("[Sample] %(title)s")
SAMPLE_STATEMENT = _("This dataset is a sample, made to show how the catalogue works. The values in it are invented.")
DISTRIBUTION_TITLE = _("%(title)s (%(format)s)")
PACKAGE_TITLE = _("%(title)s: the whole data package (ZIP)")
PACKAGE_DESCRIPTION = _("Every table and file of the dataset with the definitions of their columns, as one data package.")
SCHEMA_TITLE = _("%(title)s: definitions of the columns")
STANDARD_TITLE = _("%(title)s (edition %(edition)s)")
SERVICE_TITLE = _("%(title)s: API for the rows")
SERVICE_DESCRIPTION = _(
    "Filters, sorts and counts the rows of the tables, page by page, as JSON or CSV. No registration is needed."
)
SOURCES_STATEMENT = _("Sources: %(title)s.")
ERRORS_METRIC = _("How many errors frictionless finds in the table when it is held against its definition.")
ROWS_METRIC = _("How many rows of data the table has.")
