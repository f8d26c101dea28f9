"""Wordings of what ``conforming`` finds in a city's file, and of what it leaves to the steward."""

from catalog.messages.wording import Wording, _

_SAVE_UTF8 = _("Open it in the program that made it and save it as CSV UTF-8.")
_SAVE_AGAIN = _("Open it in Excel and save it again as .xlsx.")
_SMALLER = _("Keep only the sheet with the table, or save it as CSV UTF-8.")
_DECIDE = _(
    'Mend the cells in the file (%(count)s; rows %(rows)s). On the command line, --decide "%(field)s:%(found)s=…" '
    "says what is meant."
)

WORDINGS: dict[str, Wording] = {
    # the file
    "clean-file": Wording(_("%(file)s is not there, or cannot be read.")),
    "clean-binary": Wording(_("%(file)s holds NUL characters, so it is no text."), _SAVE_UTF8),
    "clean-encoding": Wording(_("%(file)s is neither UTF-8 nor CP932 (Shift_JIS) text: %(found)s."), _SAVE_UTF8),
    "clean-encoding-two": Wording(
        _("%(file)s can be read in two ways (%(found)s), and nothing in it says which is right."), _SAVE_UTF8
    ),
    "clean-too-many-cells": Wording(_("The table has more than %(expected)s cells."), _("Split the table.")),
    "clean-workbook-damaged": Wording(
        _("The workbook cannot be opened: it is damaged, or protected by a password."), _SAVE_AGAIN
    ),
    "clean-workbook-bomb": Wording(
        _("The workbook would become more than %(expected)s times as large when it is unpacked."), _SMALLER
    ),
    "clean-workbook-large": Wording(_("The workbook would become larger than %(expected)s bytes when it is read."), _SMALLER),
    "clean-workbook-span": Wording(
        _("The cells of a sheet span %(found)s rows and columns; %(expected)s cells are the most."),
        _("A cell far away from the table is not empty. Copy the table into a new workbook."),
    ),
    "clean-workbook-cells": Wording(_("The cells of a sheet do not say where they stand."), _SAVE_AGAIN),
    "clean-workbook-empty": Wording(_("No sheet of the workbook holds a table."), _("Write the table into a visible sheet.")),
    "clean-sheet-unknown": Wording(_("There is no sheet “%(found)s”."), _("The sheets are: %(expected)s.")),
    "clean-sheets-several": Wording(
        _("Several sheets hold such a table: %(found)s."),
        _("Keep one of them in the workbook, or choose one with --sheet on the command line."),
    ),
    "clean-option": Wording(
        _("“%(found)s” cannot be read."),
        _('Write --column "HEADER=COLUMN" and --decide "COLUMN:TEXT=VALUE", in quotation marks.'),
    ),
    # its header
    "clean-standard-needed": Wording(
        _("It is not said which standard the table is to follow. Its columns are: %(found)s."),
        _("Choose the standard (--standard on the command line). Recognised columns: %(expected)s."),
    ),
    "clean-standard-none": Wording(
        _("No standard was named, and none recognises these columns: %(found)s."),
        _("If one of these standards is meant, choose it and name the columns after it: %(expected)s."),
    ),
    "clean-standard-package": Wording(
        _("The standard “%(found)s” consists of several tables, which cannot be made from one file."),
        _("Start with `catalog new`, and put each file in its place."),
    ),
    "clean-header-missing": Wording(
        _("No header of the standard “%(standard)s” (edition %(edition)s) was found. The file begins with: %(found)s."),
        _("Choose another standard, or name the columns as the standard does: %(expected)s."),
    ),
    "clean-headers-several": Wording(_("Rows %(found)s all look like headers."), _("Keep one of them, and delete the others.")),
    "clean-column-unknown": Wording(
        _("The standard “%(standard)s” (edition %(edition)s) has no column “%(found)s”."),
        _("`catalog new` writes all of its columns."),
    ),
    "clean-edition-older": Wording(
        _("The table follows the older edition %(found)s of “%(standard)s”: edition %(expected)s also asks for %(columns)s."),
        _("Add what is missing, or keep the older edition. If you choose edition %(expected)s, every gap is listed."),
    ),
    "clean-columns-few": Wording(
        _("Only %(found)s of %(expected)s columns belong to the standard “%(standard)s”."),
        _("Check whether another standard is meant."),
    ),
    "clean-column-left-out": Wording(
        _("The column “%(found)s” (%(cell)s, %(count)s filled cells) is not one of the standard, and was left out."),
        _('If it is one under another name, rename it; on the command line, --column "%(found)s=…" says so.'),
    ),
    "clean-column-unnamed": Wording(
        _("A column without a name (%(cell)s, %(count)s filled cells) was left out."),
        _("Give it a name. Headers in merged cells count for their first column only."),
    ),
    "clean-title-rows": Wording(_("%(expected)s rows above the header were left out: %(found)s.")),
    # its rows
    "clean-no-rows": Wording(_("There are no rows below the header.")),
    "clean-row-long": Wording(
        _("The row has %(found)s cells, and the header has %(expected)s."),
        _("Put cells that hold a comma in quotation marks: otherwise every cell behind it stands in the wrong column."),
    ),
    "clean-row-short": Wording(
        _("%(count)s rows have fewer cells than the header (rows %(rows)s); the missing ones were read as empty.")
    ),
    "clean-row-note": Wording(
        _("The row holds only “%(found)s”, which looks like a note."), _("Move notes out of the table, into its description.")
    ),
    # its cells
    "clean-left": Wording(_("“%(found)s” is not a value of this column (%(expected)s), and was left as it is."), _DECIDE),
    "clean-required": Wording(
        _("The standard asks for a value in every row, and %(count)s are empty."), _("Fill in the rows %(rows)s.")
    ),
    "clean-code-two": Wording(_("“%(found)s” may be either of these codes: %(expected)s. It was left as it is."), _DECIDE),
    "clean-code-unknown": Wording(_("“%(found)s” is not a code of the list of local governments."), _DECIDE),
    "clean-exponent": Wording(
        _("“%(found)s” looks like a code that a spreadsheet has shortened as a number; its digits cannot be restored."), _DECIDE
    ),
    "clean-corporate-number": Wording(_("The check digit of the corporate number “%(found)s” is wrong."), _DECIDE),
    "clean-suggested": Wording(_("“%(found)s” (%(count)s cells) is not one of the usual values: %(expected)s.")),
    "clean-more": Wording(_("%(found)s more such findings are not listed."), _("Mend the others first, and clean again.")),
    "clean-key-empty": Wording(_("%(count)s rows have no key (rows %(rows)s)."), _("Fill it in.")),
    "clean-key-twice": Wording(
        _("%(count)s rows have the same key “%(found)s” (rows %(rows)s)."), _("Give each row a key of its own.")
    ),
    # what the package says of itself
    "clean-publisher-missing": Wording(
        _("It is not said who publishes the data, and the table has no local-government code to tell it."),
        _("Name the code of the publisher (--publisher on the command line), or fill in the sheet メタデータ."),
    ),
    "clean-publisher-several": Wording(
        _("It is not said who publishes the data, and the table names several local governments: %(found)s."),
        _("Name the code of the publisher (--publisher on the command line), or fill in the sheet メタデータ."),
    ),
    "clean-publisher-differs": Wording(
        _("The publisher is %(expected)s, and the table names another body: %(found)s."), _("Check which is right.")
    ),
    "clean-metadata-unknown": Wording(
        _("“%(found)s” is not a key of the sheet メタデータ; its value was not used."), _("Leave the column キー as it was.")
    ),
    "clean-metadata-value": Wording(_("“%(found)s” cannot be the value of %(key)s."), _("Choose one of: %(expected)s.")),
}
