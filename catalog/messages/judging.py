"""Wordings of our own findings about cells and definitions. Rules are those of the Digital Agency for machine readability."""

from catalog.messages.wording import Wording, _

_CODES: dict[str, Wording] = {
    "local-government-check-digit": Wording(
        _("The last digit of the local government code “%(found)s” is wrong (machine-readability rule %(rule)s)."),
        _("Check the first five digits; with them the code is %(expected)s."),
    ),
    "code-five-digits": Wording(
        _("“%(found)s” has five digits; a local government code has six (machine-readability rule %(rule)s)."),
        _("Add the check digit: %(expected)s. Keep the column as text, so that a spreadsheet does not change it."),
    ),
    "code-leading-zero": Wording(
        _("“%(found)s” seems to have lost the zero at its front."),
        _("Write %(expected)s. In a spreadsheet, format the column as text before typing or opening the values."),
    ),
    "code-exponent": Wording(
        _("“%(found)s” is a number that a spreadsheet has shortened; its last digits are lost."),
        _("Take the value from where it came from, into a column that is formatted as text."),
    ),
    "category-unknown": Wording(
        _("“%(found)s” is none of the categories of this field: %(expected)s (machine-readability rule %(rule)s)."),
        _("Write one of them, or add the value to “categories”."),
    ),
    "unique-key": Wording(
        _("“%(found)s” stands in an earlier row already, and “uniqueKeys” wants it only once (%(fields)s)."),
        _("Give each row values of its own, or delete the row that is there twice."),
    ),
}

_VALUES: dict[str, Wording] = {
    "mandatory-empty": Wording(_("The cell is empty, and this field is mandatory."), _("Fill in the value.")),
    "recommended-empty": Wording(
        _("%(count)s cells of this field are empty, and it is recommended."), _("Fill in the values that you know.")
    ),
    "more-cells": Wording(
        _("%(count)s more cells of this field are like the above (%(kind)s)."), _("They are in the rows: %(rows)s.")
    ),
    "coordinate-swapped": Wording(
        _("“%(found)s” is outside %(expected)s: latitude and longitude seem to be swapped."),
        _("Put the latitude (20 to 46) and the longitude (122 to 154.5) into their own columns."),
    ),
    "coordinate-outside": Wording(
        _("“%(found)s” is outside Japan (%(expected)s)."), _("Check the value and its decimal point; the unit is degrees.")
    ),
    "coordinate-zero": Wording(
        _("The coordinate is 0, which is a place in the sea (machine-readability rule %(rule)s)."),
        _("Leave the cell empty if the place is not known."),
    ),
    "time-24": Wording(
        _("24:00 stands here (%(count)s cells of this field); many programs cannot read it as a time."),
        _("It may stay where it means the end of the day and the field is text."),
    ),
    "wareki-date": Wording(
        _("“%(found)s” is a date of the Japanese calendar (machine-readability rule %(rule)s)."),
        _("Write it as %(expected)s; the Japanese form may stand in a column of its own."),
    ),
    "date-not-iso": Wording(
        _("“%(found)s” is a date in another form than the usual one (machine-readability rule %(rule)s)."),
        _("Write it as %(expected)s."),
    ),
    "full-width": Wording(_("“%(found)s” has full-width letters or digits."), _("Write it in half width: %(expected)s.")),
    "full-width.number": Wording(
        _("“%(found)s” has full-width digits (machine-readability rule %(rule)s)."),
        _("Write it in half width: %(expected)s. Many programs do not read full-width digits as a number."),
    ),
    "unit-in-number": Wording(
        _("“%(found)s” has a unit or a word beside the number (machine-readability rule %(rule)s)."),
        _("Write %(expected)s alone, and the unit under “unit” of the definition."),
    ),
    "none-mark": Wording(
        _("“%(found)s” seems to stand for “there is none”."),
        _("Leave the cell empty, or write the mark into “missingValues”. %(count)s cells of this field are like this."),
    ),
    "none-mark.number": Wording(
        _("“%(found)s” stands in a column of numbers without being declared (machine-readability rule %(rule)s)."),
        _("Leave the cell empty, or write the mark into “missingValues” and say in the description what it means."),
    ),
    "circle-mark": Wording(
        _("The mark “%(found)s” stands for a value without a definition (machine-readability rule %(rule)s)."),
        _("Write the value itself, such as 有 and 無, or list the marks under “enum” with a code list that explains them."),
    ),
    "ditto-mark": Wording(
        _("“%(found)s” says “as above” (machine-readability rule %(rule)s)."), _("Write the value into every row.")
    ),
    "other-with-detail": Wording(
        _("“%(found)s” holds a choice and its details in one cell (machine-readability rule %(rule)s)."),
        _("Put the details into a column of their own. %(count)s cells of this field are like this."),
    ),
    "spreadsheet-error": Wording(
        _("“%(found)s” is an error of a spreadsheet (machine-readability rule %(rule)s)."),
        _("Mend the formula or widen the column, then write the values out again."),
    ),
    "formula": Wording(
        _("“%(found)s” is a formula of a spreadsheet (machine-readability rule %(rule)s)."), _("Write its result.")
    ),
    "note-row": Wording(
        _("This row seems to be a note, not a record: “%(found)s” (machine-readability rule %(rule)s)."),
        _("Move the note into the description of the table or into README.md."),
    ),
    "total-row": Wording(
        _("This row seems to be a total: “%(found)s” (machine-readability rule %(rule)s)."),
        _("Leave it out, so that adding up the column does not count it twice. %(count)s cells of this field are like this."),
    ),
}

_TEXTS: dict[str, Wording] = {
    "cell-blanks": Wording(
        _("“%(found)s” begins or ends with a blank (machine-readability rule %(rule)s)."), _("Write “%(expected)s”.")
    ),
    "cell-spaced": Wording(
        _("“%(found)s” seems to be spread out with blanks (machine-readability rule %(rule)s)."),
        _("Write “%(expected)s”, unless the blank belongs to a name. %(count)s cells of this field are like this."),
    ),
    "cell-newline": Wording(
        _("The cell has a line break (machine-readability rule %(rule)s)."),
        _("Use columns of their own for several values; in a text it may stay. %(count)s cells of this field are like this."),
    ),
    "half-width-kana": Wording(_("“%(found)s” has half-width katakana."), _("Write it in full width: %(expected)s.")),
    "mojibake": Wording(
        _("“%(found)s” seems to be garbled: the text was read or saved in a wrong encoding."),
        _("Take the value from where it came from, and save the file as UTF-8."),
    ),
    "private-character": Wording(
        _("“%(found)s” has a character of a private font, which others cannot see (machine-readability rule %(rule)s)."),
        _("Write it with a character of Unicode, or in kana."),
    ),
    "invisible-character": Wording(
        _("“%(found)s” has a character that cannot be seen, such as a space without width."),
        _("Type the value anew: it will not be found by searching for it."),
    ),
    "platform-character": Wording(
        _("“%(found)s” has a character that older systems cannot show (machine-readability rule %(rule)s)."),
        _("It may be written as “%(expected)s”. %(count)s cells of this field are like this."),
    ),
}

_DEFINITIONS: dict[str, Wording] = {
    "license-missing": Wording(
        _("No licence is given, so nobody may use the data."),
        _("Name one under “licenses”, such as CC-BY-4.0 or PDL-1.0."),
    ),
    "personal-suspected": Wording(
        _("“%(found)s” seems to be about persons."),
        _('Take the column out if it is. If it is not, write "personal": false into its definition; you are not asked again.'),
    ),
    "fields-undescribed": Wording(
        _("These fields have no description: %(found)s (machine-readability rule %(rule)s)."),
        _("Write what the values mean, in words that a citizen understands."),
    ),
    "fields-without-english": Wording(
        _("These fields have no English title: %(found)s."), _("Write it under “translations”, “en” of the definition.")
    ),
    "unit-missing": Wording(
        _("These numbers have no unit: %(found)s (machine-readability rule %(rule)s)."),
        _("Write it under “unit” of the definition: person, household, JPY …"),
    ),
    "codes-unexplained": Wording(
        _("The codes of these fields are explained nowhere: %(found)s (machine-readability rule %(rule)s)."),
        _("Write a code list with a name for each code, and name it under “codelist” of the definition."),
    ),
    "missing-unexplained": Wording(
        _("These columns of numbers have unexplained marks in “missingValues”: %(found)s (machine-readability rule %(rule)s)."),
        _('Write each as an object with its label: {"value": "x", "label": "秘匿"}, or explain it in the description.'),
    ),
    "header-none": Wording(
        _("The file has no header (machine-readability rule %(rule)s)."), _("Write the names of the fields into its first row.")
    ),
    "header-late": Wording(
        _("The header stands in row %(found)s (machine-readability rule %(rule)s)."),
        _("Begin the file with the header; titles and notes belong into the descriptor."),
    ),
    "header-rows": Wording(
        _("The header has %(found)s rows (machine-readability rule %(rule)s)."), _("Write each name in full, in one row.")
    ),
    "wide-table": Wording(
        _("The names of these columns hold values, such as a year: %(found)s (machine-readability rule %(rule)s)."),
        _("A table with one column for the year or month and one for the value can be added to and compared more easily."),
    ),
    "area-code-missing": Wording(
        _("The table names local governments (%(found)s) without their codes (machine-readability rule %(rule)s)."),
        _("Add a column with the six-digit code and the code list municipality."),
    ),
}

WORDINGS: dict[str, Wording] = _CODES | _VALUES | _TEXTS | _DEFINITIONS
