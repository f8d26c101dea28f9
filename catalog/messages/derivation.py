"""Wordings of derivation: what can be wrong with rules and records, and each rule as a sentence for readers."""

from catalog.messages.wording import Wording, _

_RULE = _("The rule “%(rule)s” cannot take “%(found)s” as “%(parameter)s”.")

WORDINGS: dict[str, Wording] = {
    # rules and their parameters
    "derivation-rule-unknown": Wording(_("“%(found)s” is no rule of derivation."), _("Use one of: %(expected)s.")),
    "derivation-rule-object": Wording(
        _("A rule must be an object with “rule” and its parameters; this is “%(found)s”."),
        _("Write for example: %(expected)s"),
    ),
    "derivation-parameter-unknown": Wording(
        _("The rule “%(rule)s” has no parameter “%(found)s”."), _("Its parameters are: %(expected)s.")
    ),
    "derivation-parameter-missing": Wording(_("The rule “%(rule)s” lacks its parameter “%(parameter)s”."), _("Add it.")),
    "derivation-wants-path": Wording(_RULE, _("Name a column, or table.column for a column of another raw table.")),
    "derivation-wants-text": Wording(_RULE, _("Write a text that is not empty.")),
    "derivation-wants-texts": Wording(_RULE, _("Write a list of texts, each of them once.")),
    "derivation-wants-boolean": Wording(_("“%(found)s” stands where a yes or no is expected."), _("Write true or false.")),
    "derivation-wants-step": Wording(_RULE, _("Write a number from 0.000001 to 1000000000000, such as 10000.")),
    "derivation-wants-minimum": Wording(_RULE, _("Write a whole number of at least 1.")),
    "derivation-wants-into": Wording(_RULE, _("Write one code, or an object that gives one code for each value of “within”.")),
    "derivation-wants-give": Wording(_RULE, _("Write an object with two codes, “from” and “else”.")),
    "derivation-wants-where": Wording(
        _("A “where” must be an object that names at least one column; this is “%(found)s”."),
        _('Write for example {"kind": "city"}.'),
    ),
    "derivation-wants-test": Wording(
        _("“%(found)s” is not a test of a column."),
        _('Write a value, a list of values, {"not": …} or {"present": true}; an empty cell is tested by {"present": false}.'),
    ),
    "derivation-into-without-within": Wording(
        _("The rule “fold-rare” gives a code for each value of “within”, but has no “within”."),
        _("Add “within”, or write one code as “into”."),
    ),
    "derivation-chain-start": Wording(
        _("The rule “%(rule)s” stands first and so must say where it reads."), _("Add its parameter “from”.")
    ),
    "derivation-chain-from": Wording(
        _("The rule “%(rule)s” works on the result of the rule before it and must not have “from”."),
        _("Remove “from”, or make it the first rule."),
    ),
    "derivation-chain-order": Wording(
        _("The rule “%(rule)s” reads records and can only be the first of its list."), _("Move it to the front.")
    ),
    # tables, columns, paths
    "derivation-raw-missing": Wording(
        _("The published tables are to be derived from raw records, but the package has none."),
        _("Put the raw records with their datapackage.json into the folder raw/."),
    ),
    "derivation-unproven": Wording(
        _("That the published tables follow from the raw records cannot be checked: the raw records are not in this package."),
        _("Check it where the raw records are kept: catalog derive --check."),
    ),
    "derivation-nothing": Wording(
        _("No table of this package says what it is derived from."),
        _("Add a “derivation” to the “catalog” object of a table."),
    ),
    "derivation-table-key": Wording(
        _("“%(found)s” is not part of the derivation of a table."), _("Its parts are from, groupBy and where.")
    ),
    "derivation-table-from": Wording(
        _("The table does not say which raw table it is derived from (found: “%(found)s”)."),
        _("The raw tables are: %(expected)s."),
    ),
    "derivation-table-group": Wording(
        _("“%(found)s” cannot group: groupBy lists columns of this table."), _("Its columns are: %(expected)s.")
    ),
    "derivation-table-missing": Wording(
        _("The column has rules, but its table does not say what it is derived from."),
        _("Add a “derivation” to the “catalog” object of the table."),
    ),
    "derivation-field-missing": Wording(
        _("The table is derived, but this column has no rule."), _("Add a “derivation” to its definition.")
    ),
    "derivation-table-unknown": Wording(
        _("“%(path)s” names the table “%(table)s”, which the raw package does not have."), _("Its tables are: %(known)s.")
    ),
    "derivation-column-unknown": Wording(
        _("“%(path)s” names the column “%(column)s”, which the raw table “%(table)s” does not have."),
        _("Its columns are: %(known)s."),
    ),
    "derivation-path-missing": Wording(
        _("No foreign key leads from the raw table “%(table)s” to “%(path)s”."),
        _("Declare the foreign key in raw/datapackage.json, or correct the path."),
    ),
    "derivation-path-ambiguous": Wording(
        _("“%(path)s” can be reached in more than one way: %(ways)s."), _("Name the tables on the way: table.table.column.")
    ),
    "derivation-path-many": Wording(
        _("The rule “%(rule)s” needs one value, but “%(path)s” leads to several records."),
        _("Use a rule that takes several: sum, count, earliest or flag."),
    ),
    "derivation-where-type": Wording(
        _("The column “%(path)s” is of type %(type)s and can never be “%(found)s”."), _("Write a value of that type.")
    ),
    "derivation-codelist-unknown": Wording(_("There is no code list “%(found)s”."), _("The code lists are: %(expected)s.")),
    "derivation-codelist-unbounded": Wording(
        _("The code list “%(found)s” has no bounds, so no amount can be given one of its codes."),
        _("Use a code list of bands, or give its codes a lowest and a highest value."),
    ),
    "derivation-type": Wording(
        _("The rules give %(found)s, but the column is of type %(expected)s."), _("Change the type of the column, or its rules.")
    ),
    # records
    "derivation-form": Wording(
        _("The file of a derived table uses “%(found)s”, a form that derivation does not write."),
        _("Declare it as UTF-8 CSV with one header row and commas."),
    ),
    "derivation-header": Wording(
        _("The header row does not name each column once: “%(found)s”."), _("It must have these columns: %(expected)s.")
    ),
    "derivation-row-ragged": Wording(
        _("The row has %(found)s cells instead of %(expected)s."), _("Give it one cell for each column of the header.")
    ),
    "value-not-numeric": Wording(_("“%(found)s” is not a number."), _("Correct the value, or leave the cell empty.")),
    "value-too-large": Wording(
        _("The numbers of this column are too large to be worked out exactly."), _("Check the unit of the values.")
    ),
    "value-not-boolean": Wording(_("“%(found)s” is neither true nor false."), _("Write one of: %(expected)s.")),
    "value-not-a-time": Wording(
        _("“%(found)s” is not a date or month of the type that the column declares (%(expected)s)."),
        _("Write a date as 2022-04-01, a month as 2022-04."),
    ),
    "value-blank": Wording(
        _("The cell is empty, and “%(rule)s” cannot tell where this record belongs."), _("Fill in the value of the record.")
    ),
    "derivation-fold-target": Wording(
        _("“into” gives no code for “%(found)s”."), _("Add it to “into”: it now knows %(expected)s.")
    ),
    "derivation-key-unmatched": Wording(
        _("The value “%(found)s” refers to a record of “%(expected)s” that does not exist."),
        _("Correct the value, or add the record."),
    ),
    "derivation-key-repeated": Wording(
        _("“%(found)s” stands in more than one row, so records that refer to it cannot tell which is meant."),
        _("Keep one row for each value."),
    ),
    "derivation-value-missing": Wording(
        _("The rules give no value for this row, but the column must have one."),
        _("Complete the raw record, or let the rule say what stands for nothing."),
    ),
    # what is published
    "derivation-file-missing": Wording(
        _("The file of the table is missing."), _("If it is a published table, write it with: catalog derive PACKAGE")
    ),
    "derivation-header-differs": Wording(
        _("The header of the published file is “%(found)s”; derived is “%(expected)s”."),
        _("Write the file anew with: catalog derive PACKAGE"),
    ),
    "derivation-differs": Wording(
        _("Published is “%(found)s”, derived is “%(expected)s” (%(total)s such cells in this table)."),
        _("Correct the raw records or the rules, then write the table anew with: catalog derive PACKAGE"),
    ),
    "derivation-row-missing": Wording(
        _("The derived row “%(expected)s” is not published (%(total)s such rows in this table)."),
        _("Write the table anew with: catalog derive PACKAGE"),
    ),
    "derivation-row-extra": Wording(
        _("The published row “%(found)s” does not follow from the raw records (%(total)s such rows in this table)."),
        _("Write the table anew with: catalog derive PACKAGE"),
    ),
}

SENTENCES: dict[str, str] = {
    "copy": _("The value of %(column)s in the raw record, unchanged."),
    "sum": _("The sum of %(column)s."),
    "sum-distinct": _("Each record is added once, even where it is referred to more than once."),
    "count": _("The number of records with a value in %(column)s."),
    "count-distinct": _("The number of different values of %(column)s."),
    "only-where": _("Only records count for which %(where)s."),
    "round-down": _("Rounded down to a multiple of %(step)s."),
    "read": _("%(column)s is taken from the raw record."),
    "band": _(
        "Given as the band of the code list %(codelist)s that the amount is in; an amount on a boundary is in the upper band."
    ),
    "fold-rare": _("Values with fewer than %(minimum)s records in all are replaced by %(into)s."),
    "fold-rare-within": _(
        "Values with fewer than %(minimum)s records in all within the same %(within)s are replaced by %(into)s."
    ),
    "fold-into": _("%(into)s for %(value)s"),
    "no-data": _("An answer of %(values)s becomes %(into)s; width of characters and blanks around it make no difference."),
    "earliest": _("The earliest known %(column)s."),
    "earliest-else": _("Where none is known: %(column)s."),
    "earliest-give": _("Shown is which of the two it is: %(first)s or %(second)s."),
    "flag": _("%(yes)s where the answer is one of %(values)s, else %(no)s."),
    "flag-from": _("%(yes)s where %(column)s is one of %(values)s, else %(no)s."),
    "flag-separator": _("Several answers in one cell are separated by %(separator)s; one that fits is enough."),
    "table": _("One row for each record of %(table)s."),
    "table-grouped": _("One row for each combination of %(columns)s that occurs in %(table)s."),
    "column-of": _("%(column)s of %(table)s"),
    "blank": _("(blank)"),
    "and": _(" and "),
    "comma": _(", "),
    "is": _("%(column)s is %(values)s"),
    "is-one-of": _("%(column)s is one of %(values)s"),
    "is-not": _("%(column)s is not %(values)s"),
    "is-not-one-of": _("%(column)s is none of %(values)s"),
    "is-present": _("%(column)s has a value"),
    "is-empty": _("%(column)s is empty"),
}
