"""Wordings of standards: faults in their files, tables that do not follow them, and packages made from them."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    # asking for a standard
    "standard-unknown": Wording(_("There is no standard “%(found)s”."), _("Choose for example: %(expected)s.")),
    "edition-unknown": Wording(
        _("The standard “%(standard)s” has no edition “%(found)s”."), _("Its editions are: %(expected)s.")
    ),
    "standard-table-unknown": Wording(
        _("The standard “%(standard)s” has no table “%(found)s”."), _("Its tables are: %(expected)s.")
    ),
    # tables that declare a standard
    "standard-no-column": Wording(
        _("No column of table %(resource)s belongs to the standard “%(standard)s” that it declares."),
        _("Declare the standard that it follows, or give the columns the names of the standard."),
    ),
    "standard-header-ambiguous": Wording(
        _("Several columns stand for the one column “%(expected)s” of the standard: %(found)s."),
        _("Keep one of them, and give the others names of their own."),
    ),
    "standard-mandatory-missing": Wording(
        _("The column “%(expected)s”, which the standard makes mandatory, is missing."), _("Add the column.")
    ),
    "standard-recommended-missing": Wording(
        _("The column “%(expected)s”, which the standard recommends, is missing."), _("Add it if you know its values.")
    ),
    "standard-optional-missing": Wording(_("Optional columns of the standard that are not there: %(expected)s.")),
    "standard-columns-missing": Wording(
        _("Columns of the standard that are not there: %(expected)s."),
        _("Which of them are mandatory could not be verified, so none is asked for."),
    ),
    "standard-columns-other": Wording(_("Columns that the standard does not have, kept as your own: %(found)s.")),
    "standard-type": Wording(
        _("The column “%(field)s” is declared as %(found)s; the standard has %(expected)s."),
        _("Declare it as the standard does, or its values will be missing where tables of several publishers are joined."),
    ),
    "standard-order": Wording(
        _("The column “%(found)s” comes after “%(before)s”; in the standard it comes before."),
        _("Put the columns in the order of the standard."),
    ),
    "standard-table-missing": Wording(
        _("The table %(expected)s of the standard “%(standard)s” is missing."), _("Add the table.")
    ),
    "standard-companion-missing": Wording(
        _("The standard “%(standard)s” keeps places in a table of the standard “%(expected)s”, which is missing."),
        _("Add that table to the package."),
    ),
    "standard-companion-key": Wording(
        _("The column “%(field)s” does not point at the table %(expected)s."), _("Declare a foreign key to that table.")
    ),
    # the files of the standards
    "standard-file-unreadable": Wording(_("The standard %(file)s cannot be read: %(reason)s"), _("Mend the JSON.")),
    "standard-member-unknown": Wording(_("%(file)s has an unknown member “%(found)s”."), _("Use one of: %(expected)s.")),
    "standard-member-missing": Wording(_("%(file)s lacks the member “%(expected)s”."), _("Add the member.")),
    "standard-member-invalid": Wording(_("%(file)s holds “%(found)s” where it must hold %(expected)s."), _("Correct the value.")),
    "standard-block-unknown": Wording(
        _("%(file)s uses the shared column or block “%(found)s”, which does not exist."), _("Did you mean: %(expected)s?")
    ),
    "standard-column-unknown": Wording(
        _("%(file)s names a column “%(found)s” that the table does not have."), _("Mend the name.")
    ),
    "standard-column-repeated": Wording(
        _("The table %(resource)s of %(file)s has the column “%(found)s” more than once."), _("Keep one of them.")
    ),
    "standard-alias-ambiguous": Wording(
        _("In table %(resource)s of %(file)s the spelling “%(found)s” stands for two columns: %(expected)s."),
        _("Take it away from one of them."),
    ),
    "standard-codelist-unknown": Wording(
        _("The column “%(field)s” of %(file)s uses the code list “%(found)s”, which does not exist."),
        _("Use one of: %(expected)s."),
    ),
    "standard-key-table": Wording(
        _("A foreign key in %(file)s points at the table “%(found)s”, which the standard does not have."), _("Mend the name.")
    ),
    "standard-text-missing": Wording(
        _("A text of %(file)s (%(text)s) is not given in both languages."), _("Write it in Japanese and in English.")
    ),
    # packages made from a standard
    "folder-not-empty": Wording(
        _("The folder %(found)s already holds something; nothing was written."),
        _("Name an empty folder, or one that does not exist yet."),
    ),
    "folder-unwritable": Wording(_("The folder %(found)s cannot be written: %(reason)s"), _("Choose another place.")),
    "publisher-id-invalid": Wording(
        _("“%(found)s” cannot be the id of a publisher."),
        _("Use a six-digit local government code, a corporate number, or a short name of a-z, 0-9 and hyphens."),
    ),
    "publisher-check-digit": Wording(
        _("The last digit of the local government code “%(found)s” is wrong."),
        _("By its first five digits it should be %(expected)s."),
    ),
    "corporate-check-digit": Wording(
        _("The first digit of the corporate number “%(found)s” is wrong."), _("By its other digits it should be %(expected)s.")
    ),
    "sample-publisher-real": Wording(
        _("Invented rows must not stand beside the code of a real local government (%(found)s)."),
        _("Leave the sample rows out, or use a code of the list municipality-sample, such as %(expected)s."),
    ),
}
