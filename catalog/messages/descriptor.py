"""Wordings of what the strict loader (``datapackage``) and the table reader (``tables``) refuse."""

from catalog.messages.wording import Wording, _

_NAME_A_FILE = _("Name a file inside the package by its path from the folder of datapackage.json, such as data/list.csv.")
_REMOVE = _("Remove it.")
_RENAME = _("Choose another name.")
_REZIP = _("Make the zip anew from the folder of the package.")
_SAVE_AS_CSV = _("Save the sheet as “CSV UTF-8” and name that file in “path”.")
_SPLIT = _("Publish fewer or smaller files, or ask the operator of the catalogue to raise the limit.")
_LOOK_AT_KEYS = _("Compare the names in the key with the names of the fields.")
_ESCAPED = _("Write the text without it.")

_JSON: dict[str, Wording] = {
    "json-encoding": Wording(_("%(file)s is not UTF-8 text (byte %(found)s)."), _("Save the file as UTF-8.")),
    "json-invalid": Wording(
        _("%(file)s is not JSON: line %(line)s, column %(column)s, at “%(found)s”."),
        _("Look there and just before for a missing comma, quotation mark or bracket."),
    ),
    "json-incomplete": Wording(
        _("%(file)s ends in line %(line)s, before its JSON is complete."),
        _("Close every bracket and quotation mark, and see whether the file was cut off."),
    ),
    "json-duplicate-key": Wording(_("The key “%(found)s” stands twice in one object."), _("Keep one of the two.")),
    "json-number": Wording(
        _("“%(found)s” is no number that every program can read."), _("Write an ordinary number, or leave the key out.")
    ),
    "json-surrogate": Wording(_("The text “%(found)s” holds half a character (a lone surrogate)."), _ESCAPED),
    "json-depth": Wording(_("%(file)s is nested more than %(expected)s levels deep."), _("Make it flatter.")),
    "text-control": Wording(
        _("The text “%(found)s” holds a control character, or a line break where one line is expected."), _ESCAPED
    ),
    "file-too-large": Wording(_("%(file)s is larger than %(expected)s bytes."), _("Make it shorter.")),
    "not-text": Wording(_("A text is expected, and this is %(found)s."), _("Put the value in quotation marks.")),
    "text-empty": Wording(_("One of the texts of a list is empty."), _REMOVE),
    "not-boolean": Wording(
        _("true or false is expected, and this is %(found)s."), _("Write true or false, without quotation marks.")
    ),
    "not-count": Wording(
        _("A whole number from 0 is expected, and this is %(found)s."), _("Write the number without quotation marks.")
    ),
    "not-list": Wording(_("A list is expected, and this is %(found)s."), _("Put the values in square brackets: [ ].")),
    "not-object": Wording(_("An object is expected, and this is %(found)s."), _("Write it in braces: { }.")),
    "property-missing": Wording(_("“%(expected)s” is missing or empty."), _("Fill it in.")),
    "property-unsupported": Wording(_("“%(name)s” is not supported here."), _REMOVE),
    "key-unknown": Wording(_("“%(found)s” is not a key of this object."), _("Did you mean “%(expected)s”?")),
    "address-invalid": Wording(
        _("“%(found)s” is not a web address."), _("Write the whole address, beginning with https:// or http://, without spaces.")
    ),
    "date-invalid": Wording(_("“%(found)s” is not a date."), _("Write it as year-month-day: 2026-04-01.")),
    "time-invalid": Wording(
        _("“%(found)s” is not a date with a time."), _("Write it with its time zone: 2026-04-01T09:00:00+09:00.")
    ),
    "email-invalid": Wording(
        _("“%(found)s” is not a mail address."), _("Correct it, or leave it out: a contact needs only a name.")
    ),
    "slug-invalid": Wording(
        _("“%(found)s” cannot stand in an address."), _("Use lower-case letters a-z, digits and hyphens, at most 100 of them.")
    ),
}

_FILES: dict[str, Wording] = {
    "package-missing": Wording(
        _("“%(found)s” is not there, or is neither a folder, nor datapackage.json, nor a zip."),
        _("Name the folder of the package, the datapackage.json in it, or a zip of the folder."),
    ),
    "descriptor-missing": Wording(
        _("There is no datapackage.json."),
        _("Put it at the top of the package (in a zip: at the top, or in the one folder there)."),
    ),
    "file-unreadable": Wording(_("“%(found)s” cannot be read."), _("Give yourself the permission to read the file.")),
    "path-absolute": Wording(_("“%(found)s” begins at the root of a machine."), _NAME_A_FILE),
    "path-remote": Wording(_("“%(found)s” is an address on a network. The catalogue fetches nothing."), _NAME_A_FILE),
    "path-outside": Wording(_("“%(found)s” leads out of the package."), _NAME_A_FILE),
    "path-backslash": Wording(_("“%(found)s” holds a backslash."), _("Separate folders by a forward slash: /.")),
    "path-expanded": Wording(_("“%(found)s” holds ~, $ or %%, which some programs replace by something else."), _NAME_A_FILE),
    "path-invalid": Wording(
        _("“%(found)s” is not a path that every system can hold."),
        _('Use a shorter name without control characters, : * ? " < > |, and without a dot or space at the end of a part.'),
    ),
    "path-link": Wording(_("“%(found)s” is a link, or leads through one."), _("Put the file itself in its place.")),
    "path-not-file": Wording(_("“%(found)s” is not an ordinary file."), _("Name a file, not a folder or device.")),
    "path-missing": Wording(_("The package has no file “%(found)s”."), _("Add the file, or correct the path.")),
    "path-case": Wording(
        _("The package has “%(found)s” only in another spelling (upper and lower case, or the Unicode form)."),
        _("Write the path letter for letter as the file is named."),
    ),
    "path-multipart": Wording(
        _("A table or file in several parts is not supported; here there are %(found)s."), _("Join them into one file.")
    ),
    "path-reserved": Wording(_("The descriptor cannot be a resource of itself."), _("Name another file.")),
    "path-raw": Wording(
        _("“%(found)s” lies in raw/, the folder of raw records, which are not published as they are."),
        _("Move the file to another folder, such as data/."),
    ),
    "compression-unsupported": Wording(
        _("A compressed table (%(found)s) is not supported."),
        _("Unpack it and name the CSV file. The catalogue compresses what it sends."),
    ),
    "scheme-unsupported": Wording(_("“scheme” is not supported: every file lies in the package."), _REMOVE),
    "data-inline": Wording(
        _("The rows are written into the descriptor (“data”)."), _("Put them into a CSV file and name it in “path”.")
    ),
    "file-bytes": Wording(
        _("The file has %(found)s bytes, and “bytes” says %(expected)s."), _("Correct the number, or replace the file.")
    ),
    "file-hash": Wording(
        _("The file has the hash %(found)s, and “hash” says %(expected)s."), _("Correct the hash, or replace the file.")
    ),
    "hash-invalid": Wording(_("“%(found)s” is not a hash."), _("Write sha256: and the 64 hexadecimal digits, or leave it out.")),
    "package-too-large": Wording(_("The files of the package take more than %(expected)s bytes."), _SPLIT),
    "package-too-many-files": Wording(_("The package has more than %(expected)s files."), _SPLIT),
    "readme-encoding": Wording(_("%(file)s is not UTF-8 text."), _("Save the file as UTF-8.")),
    "codelist-name": Wording(
        _("“%(found)s” is not a name for a code list."), _("Use lower-case letters a-z, digits and hyphens, then .ttl.")
    ),
    "zip-invalid": Wording(_("%(file)s is damaged, or is no zip."), _REZIP),
    "zip-link": Wording(_("“%(found)s” in the zip is a link."), _REZIP),
    "zip-outside": Wording(_("“%(found)s” in the zip would be unpacked outside its folder."), _REZIP),
    "zip-name": Wording(_("“%(found)s” in the zip is not a name that every system can hold."), _REZIP),
    "zip-duplicate": Wording(_("“%(found)s” is in the zip twice, or is both a file and a folder."), _REZIP),
    "zip-encrypted": Wording(_("“%(found)s” in the zip is protected by a password."), _("Make the zip without a password.")),
    "zip-not-file": Wording(_("“%(found)s” in the zip is not an ordinary file."), _REZIP),
    "zip-compression": Wording(
        _("“%(found)s” in the zip is compressed in an unusual way."), _("Make the zip with the usual method (Deflate).")
    ),
    "zip-bomb": Wording(
        _("%(file)s would become more than %(expected)s times as large when it is unpacked."),
        _("Publish the folder without zipping it."),
    ),
}

_PACKAGE: dict[str, Wording] = {
    "profile-unsupported": Wording(
        _("“%(found)s” is not a profile of the Data Package standard."),
        _('Write "$schema": "https://datapackage.org/profiles/2.0/datapackage.json", or leave the key out.'),
    ),
    "dataset-name": Wording(
        _("“%(found)s” cannot be the name of a dataset."),
        _("Use lower-case letters a-z, digits and hyphens, at most 100, beginning and ending with a letter or digit."),
    ),
    "dataset-name-reserved": Wording(_("Names that begin with “%(expected)s” belong to standards."), _RENAME),
    "resources-missing": Wording(_("The package has no resources."), _("List at least one file under “resources”.")),
    "resource-name-duplicate": Wording(_("Two resources have the name “%(found)s”."), _RENAME),
    "resource-name-reserved": Wording(_("“%(found)s” has a meaning of its own in addresses (v1, v2 … and package)."), _RENAME),
    "table-name": Wording(
        _("“%(found)s” cannot be the name of a table."), _("Use lower-case letters a-z, digits and _, beginning with a letter.")
    ),
    "file-name": Wording(
        _("“%(found)s” cannot be the name of a file."), _("Use lower-case letters a-z, digits, _ and -, beginning with a letter.")
    ),
    "role-unknown": Wording(_("“%(found)s” is not a role."), _("Choose one of: %(expected)s.")),
    "table-spreadsheet": Wording(
        _("A table is CSV text, or a sheet of a workbook whose name ends with .xlsx or .ods; this is “%(found)s”."), _SAVE_AS_CSV
    ),
    "table-format": Wording(_("A table must be CSV or TSV text, and this is “%(found)s”."), _SAVE_AS_CSV),
    "format-invalid": Wording(_("“%(found)s” is not a file format."), _("Write the usual ending of the file name, such as pdf.")),
    "media-type-invalid": Wording(_("“%(found)s” is not a media type."), _("Write one like text/csv, or leave it out.")),
    "encoding-unknown": Wording(
        _("“%(found)s” is not a text encoding that is read here."),
        _("Write utf-8 or cp932 (Windows), or save the file as UTF-8."),
    ),
    "license-empty": Wording(_("A licence needs “name” or “path”."), _("Write both, such as CC-BY-4.0 and its address.")),
    "spatial-code": Wording(
        _("“%(found)s” is not a code of a local government."), _("Write six digits, the check digit with them: 270008.")
    ),
    "temporal-order": Wording(_("The period ends before it begins (%(found)s)."), _("Swap “start” and “end”.")),
    "personal-field": Wording(
        _("The field “%(field)s” is marked as personal and must not be published."),
        _("Move it to raw/, in a package that is not open, and publish what is derived from it."),
    ),
}

_SCHEMA: dict[str, Wording] = {
    "schema-missing": Wording(
        _("The table “%(resource)s” has no schema."), _("Describe each column under “schema”: name, type, title.")
    ),
    "schema-on-file": Wording(
        _("“%(resource)s” has the role file, so its schema would never be checked."), _("Remove the schema, or make it a table.")
    ),
    "fields-missing": Wording(_("The schema has no fields."), _("Describe each column under “fields”.")),
    "field-not-object": Wording(
        _("A field must be written out in the schema, and this is %(found)s."),
        _('Write it as an object: { "name": …, "type": … }.'),
    ),
    "field-name-duplicate": Wording(_("Two fields have the name “%(found)s”."), _RENAME),
    "field-name-space": Wording(_("The name “%(found)s” begins or ends with a space."), _("Remove the space.")),
    "field-type-unknown": Wording(_("“%(found)s” is not a type."), _("Choose one of: %(expected)s.")),
    "fields-match-unknown": Wording(_("“%(found)s” is not a way to match fields."), _("Choose one of: %(expected)s.")),
    "too-many-columns": Wording(_("There are %(found)s columns; %(expected)s are the most."), _("Split the table.")),
    "pattern-invalid": Wording(
        _("The pattern “%(found)s” is not a regular expression (%(reason)s)."), _("Correct it, or remove the constraint.")
    ),
    "constraint-invalid": Wording(
        _("The constraint is %(found)s, which cannot be compared with the values of this field."),
        _("Write it as a value of the field's own type and format."),
    ),
    "obligation-unknown": Wording(_("“%(found)s” is not an obligation."), _("Choose one of: %(expected)s.")),
    "primary-key-field": Wording(_("The primary key names “%(found)s”, which is no field of the table."), _LOOK_AT_KEYS),
    "unique-key-field": Wording(_("A unique key names “%(found)s”, which is no field of the table."), _LOOK_AT_KEYS),
    "foreign-key-field": Wording(_("A foreign key names “%(found)s”, which is no field of its table."), _LOOK_AT_KEYS),
    "foreign-key-resource": Wording(
        _("A foreign key points at “%(found)s”, which is no table of the package."),
        _("Write the name of a table of this package."),
    ),
    "foreign-key-length": Wording(
        _("A foreign key joins unequal numbers of fields (%(found)s)."),
        _("Name as many fields here as in the reference, at least one."),
    ),
    "key-type": Wording(
        _("“%(found)s” is of type %(expected)s, whose values cannot be compared as keys."),
        _("Take a field of another type for the key, such as a code."),
    ),
    "dialect-key-unknown": Wording(
        _("“%(found)s” is not a key of the dialect of such a table."), _("Did you mean “%(expected)s”?")
    ),
    "dialect-unsupported": Wording(
        _("“%(found)s” of the dialect does not apply to tables here."),
        _("Remove it. For empty cells, use “missingValues” of the schema."),
    ),
    "dialect-character": Wording(
        _("“%(found)s” does not fit: each is one character, and delimiter, quote and escape characters differ."),
        _('Write one character for each, such as , and ".'),
    ),
    "dialect-rows": Wording(
        _("Row numbers are expected, and this is %(found)s."), _("Write rising numbers from 1 to %(expected)s, such as [1, 2].")
    ),
}

_TABLES: dict[str, Wording] = {
    "encoding-invalid": Wording(
        _("%(file)s is not text in %(expected)s: row %(row)s, column %(column)s (byte %(found)s at offset %(offset)s)."),
        _("Save the file as UTF-8, or say under “encoding” which encoding it has (it may be: %(proposal)s)."),
    ),
    "not-a-table": Wording(_("%(file)s is not CSV text; it looks like: %(found)s."), _SAVE_AS_CSV),
    "table-empty": Wording(_("%(file)s has no header."), _("Write the names of the columns into its first row.")),
    "nul-byte": Wording(
        _("Row %(row)s, column %(column)s of %(file)s holds a NUL character."), _("Export the file again as CSV UTF-8.")
    ),
    "cell-too-long": Wording(
        _("Row %(row)s, column %(column)s of %(file)s has %(found)s bytes; %(expected)s are the most."),
        _("Shorten the cell. If it has swallowed other rows, a quotation mark is not closed."),
    ),
    "row-too-long": Wording(
        _("Row %(row)s of %(file)s has more than %(expected)s characters."), _("Look for a quotation mark that is not closed.")
    ),
    "quote-invalid": Wording(
        _("In row %(row)s of %(file)s a quotation mark is not closed, or text follows a closing one."),
        _("Close it, and write a quotation mark inside a quoted cell twice."),
    ),
    "delimiter-undeclared": Wording(
        _("%(file)s is cut into columns by “%(found)s”, and the descriptor does not say so."),
        _('Write "dialect": { "delimiter": "%(found)s" }, or save the file with commas.'),
    ),
}

WORDINGS: dict[str, Wording] = _JSON | _FILES | _PACKAGE | _SCHEMA | _TABLES
