"""Wordings of stock frictionless's errors, by ``stock.<type>`` and, for constraints, ``stock.constraint-error.<name>``."""

from catalog.messages.wording import Wording, _

_SPLIT = _("Split or join the cells of this row so that it has as many as the header.")

TYPES: dict[str, str] = {
    "integer": _("a whole number, such as 120"),
    "number": _("a number, such as 34.7"),
    "boolean": _("true or false"),
    "date": _("a date, such as 2026-04-01"),
    "datetime": _("a date and time, such as 2026-04-01T09:00:00"),
    "time": _("a time, such as 09:00:00"),
    "year": _("a year, such as 2026"),
    "yearmonth": _("a month, such as 2026-04"),
    "duration": _("a duration, such as P1D"),
    "geopoint": _("longitude and latitude, such as 135.50,34.69"),
    "geojson": _("GeoJSON"),
    "object": _("a JSON object"),
    "array": _("a JSON array"),
    "string/uri": _("an address, such as https://www.example.jp/"),
    "string/email": _("an e-mail address"),
}
"""What a value of a type is, for people; by type and, where it is not the default, format."""

OTHER_TYPE = _("of the type “%(type)s”")

DIGITS = _("%(count)s digits")
TIME_OF_DAY = _("hh:mm, from 00:00 to 24:00")
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?:\[0-9\]|\\d)\{(?P<count>[0-9]+)\}", DIGITS),
    (r"\(\(\[01\]\[0-9\]\|2\[0-3\]\):\[0-5\]\[0-9\]\|24:00\)", TIME_OF_DAY),
)
"""Patterns that can be said in words: expressions that match their text, and the words."""

WORDINGS: dict[str, Wording] = {
    "validator-stopped": Wording(
        _("The validator stopped before its end (%(found)s)."),
        _("Check the bounds, patterns and keys of the schema: one of them does not fit the values it is compared with."),
    ),
    "report-cut": Wording(
        _("There are more errors than the %(found)s that are told: the rows after row %(row)s were not examined."),
        _("Mend what is told, then check the file once more."),
    ),
    "cells-beyond": Wording(
        _("This row and others have up to %(found)s cells, and the table has %(expected)s columns."),
        _("Delete the columns behind the table: they may look empty. Then save the file again."),
    ),
    "stock.type-error": Wording(
        _("“%(found)s” cannot be read as %(expected)s."), _("Write the value in that form, or leave the cell empty.")
    ),
    "stock.constraint-error": Wording(
        _("“%(found)s” breaks a rule of its field: %(note)s."), _("Write a value that keeps the rule.")
    ),
    "stock.constraint-error.required": Wording(
        _("The cell is empty, and this field must have a value."), _("Fill in the value.")
    ),
    "stock.constraint-error.enum": Wording(
        _("“%(found)s” is not one of the allowed values: %(expected)s."), _("Choose one of them, letter for letter.")
    ),
    "stock.constraint-error.pattern": Wording(
        _("“%(found)s” does not have the form %(expected)s."), _("Write the value in that form.")
    ),
    "stock.constraint-error.minimum": Wording(
        _("“%(found)s” is less than the smallest allowed value, %(expected)s."), _("Check the value.")
    ),
    "stock.constraint-error.maximum": Wording(
        _("“%(found)s” is more than the largest allowed value, %(expected)s."), _("Check the value.")
    ),
    "stock.constraint-error.exclusiveMinimum": Wording(_("“%(found)s” must be more than %(expected)s."), _("Check the value.")),
    "stock.constraint-error.exclusiveMaximum": Wording(_("“%(found)s” must be less than %(expected)s."), _("Check the value.")),
    "stock.constraint-error.minLength": Wording(
        _("“%(found)s” is shorter than %(expected)s characters."), _("Write it in full.")
    ),
    "stock.constraint-error.maxLength": Wording(_("“%(found)s” is longer than %(expected)s characters."), _("Shorten it.")),
    "stock.unique-error": Wording(
        _("“%(found)s” stands in this column already (%(note)s), and its values must all differ."),
        _("Give each row its own value."),
    ),
    "stock.primary-key": Wording(
        _("The row's key is not its own: %(note)s."), _("Give each row a key that no other row has, and leave none empty.")
    ),
    "stock.foreign-key": Wording(
        _("The row refers to something that is not there: %(note)s."),
        _("Write a value that the other table has, or add it there."),
    ),
    "stock.unique-error.same": Wording(
        _("“%(found)s” stands in this column already, in row %(other)s, and its values must all differ."),
        _("Give each row its own value."),
    ),
    "stock.primary-key.same": Wording(
        _("The row has the same key as row %(other)s."), _("Give each row a key that no other row has.")
    ),
    "stock.primary-key.empty": Wording(_("The key of the row is empty."), _("Fill in the key.")),
    "stock.foreign-key.absent": Wording(
        _("%(fields)s is “%(values)s”, and %(reference)s of the table %(table)s has no such value."),
        _("Write a value that the other table has, or add it there."),
    ),
    "stock.blank-row": Wording(_("The row is empty."), _("Delete the row.")),
    "stock.row-constraint": Wording(_("The row breaks a rule: %(note)s."), _("Check the values of the row.")),
    "stock.duplicate-row": Wording(_("The row is there twice: %(note)s."), _("Delete one of them.")),
    "stock.extra-cell": Wording(_("The row has a cell too many: “%(found)s” in column %(column)s."), _SPLIT),
    "stock.missing-cell": Wording(_("The row has no cell for this field (column %(column)s)."), _SPLIT),
    "stock.blank-header": Wording(_("The header row is empty."), _("Write the field names into the first row.")),
    "stock.unmatched-header": Wording(
        _("The header has none of the fields of the schema."), _("Write the field names into the first row.")
    ),
    "stock.extra-label": Wording(
        _("The header has a column that the schema does not know: “%(found)s” (column %(column)s)."),
        _("Remove the column, or describe it in the schema."),
    ),
    "stock.missing-label": Wording(
        _("The header lacks the column of this field (column %(column)s)."), _("Add the column in the order of the schema.")
    ),
    "stock.blank-label": Wording(_("The header of column %(column)s is empty."), _("Write the field's name there.")),
    "stock.duplicate-label": Wording(
        _("The header has “%(found)s” twice (column %(column)s)."), _("Give each column its own name.")
    ),
    "stock.incorrect-label": Wording(
        _("The header of column %(column)s is “%(found)s” instead of the field's name."),
        _("Write the field's name, or put the columns in the order of the schema."),
    ),
    "stock.encoding-error": Wording(
        _("The file cannot be decoded: %(note)s."), _("Save it as UTF-8, or name its encoding in the descriptor.")
    ),
    "stock.source-error": Wording(_("The file cannot be read as a table: %(note)s."), _("Save it as CSV in UTF-8.")),
    "stock.format-error": Wording(_("The file cannot be read as a table: %(note)s."), _("Save it as CSV in UTF-8.")),
    "stock.hash-count": Wording(
        _("The file is not the one whose hash the descriptor gives: %(note)s."), _("Correct the hash, or restore the file.")
    ),
    "stock.byte-count": Wording(
        _("The file does not have the size that the descriptor gives: %(note)s."), _("Correct the size, or restore the file.")
    ),
    "stock.package-error": Wording(_("The descriptor is not valid: %(note)s"), _("Mend datapackage.json.")),
    "stock.resource-error": Wording(_("The description of a resource is not valid: %(note)s"), _("Mend datapackage.json.")),
    "stock.schema-error": Wording(_("A schema is not valid: %(note)s"), _("Mend the schema in datapackage.json.")),
    "stock.field-error": Wording(_("A field of the schema is not valid: %(note)s"), _("Mend the field in datapackage.json.")),
    "stock.dialect-error": Wording(_("A dialect is not valid: %(note)s"), _("Mend the dialect in datapackage.json.")),
}
