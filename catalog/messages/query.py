"""Wordings of what can be wrong with a question to a table."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "query-parameter-unknown": Wording(
        _("“%(parameter)s” is neither a column of this table nor a parameter."), _("There are: %(expected)s.")
    ),
    "query-column-unknown": Wording(
        _("The parameter “%(parameter)s” names “%(found)s”, which cannot be used there."), _("It takes: %(expected)s.")
    ),
    "query-column-twice": Wording(_("The parameter “%(parameter)s” names “%(found)s” twice."), _("Name it once.")),
    "query-aggregate-unknown": Wording(
        _("“%(found)s” is not a figure of this table."),
        _("Write a column, two underscores and sum, avg, min, max or count. There are: %(expected)s."),
    ),
    "query-operator-unfit": Wording(
        _("“%(parameter)s”: the column “%(column)s” cannot be asked by “__%(found)s”."), _("It can be asked by: %(expected)s.")
    ),
    "query-not-list": Wording(
        _("The list in “%(parameter)s” cannot be read."),
        _("Separate its members with commas; put one that holds a comma in double quotes."),
    ),
    "query-not-integer": Wording(
        _("“%(parameter)s” is “%(found)s”, and the column holds whole numbers."), _("Give whole numbers in the digits 0-9.")
    ),
    "query-not-number": Wording(
        _("“%(parameter)s” is “%(found)s”, and the column holds numbers."), _("Give numbers such as 12, -0.5 or 1e3.")
    ),
    "query-not-boolean": Wording(_("“%(parameter)s” is “%(found)s”."), _("Give true or false.")),
    "query-not-date": Wording(_("“%(parameter)s” is “%(found)s”, and the column holds dates."), _("Write one as 2026-04-01.")),
    "query-not-datetime": Wording(
        _("“%(parameter)s” is “%(found)s”, and the column holds dates with times."),
        _("Write one as 2026-04-01T09:00:00, without a time zone."),
    ),
    "query-not-instant": Wording(
        _("“%(parameter)s” is “%(found)s”, and the column holds times with a zone."),
        _("Write one as 2026-04-01T09:00:00Z or 2026-04-01T18:00:00%%2B09:00."),
    ),
    "query-not-time": Wording(
        _("“%(parameter)s” is “%(found)s”, and the column holds times of day."), _("Write one as 09:00 or 09:00:00.")
    ),
    "query-not-text": Wording(
        _("The text in “%(parameter)s” cannot be read."), _("Send it in UTF-8, without control characters.")
    ),
    "query-not-near": Wording(
        _("“%(parameter)s” is “%(found)s”."),
        _("Give latitude, longitude and metres, such as 34.6937,135.5023,500."),
    ),
    "query-not-bbox": Wording(
        _("“%(parameter)s” is “%(found)s”."),
        _("Give west, south, east and north in degrees, such as 135.4,34.6,135.6,34.8."),
    ),
    "query-area-missing": Wording(
        _("“%(parameter)s” asks for the rows of an area, and no column of this table is defined as the code of an area."),
        _("Ask the columns themselves, or choose a table with a column of the code list municipality or local-government."),
    ),
    "query-area-unfit": Wording(
        _("“%(parameter)s” is “%(found)s”, which is not the code of a municipality or prefecture."),
        _("Give the code of six digits, such as 271004; five without its check digit, or two of a prefecture, will do as well."),
    ),
    "query-place-missing": Wording(
        _("“%(parameter)s” asks for places, and this table has none."),
        _("Only tables with a column of points, or with a latitude and a longitude, can be asked so."),
    ),
    "query-places-several": Wording(
        _("This table has several places for each row, and “%(parameter)s” names none of them."), _("Write one of: %(expected)s.")
    ),
    "query-conflict": Wording(
        _("The parameter “%(parameter)s” does not go with “%(other)s”: groups have no rows of their own."), _("Leave one out.")
    ),
    "query-terms": Wording(
        _("The question is too long: “%(parameter)s” is beyond %(maximum)s values."),
        _("Ask for less at a time, or take the whole table from its downloads."),
    ),
    "query-cursor": Wording(
        _("The parameter “%(parameter)s” does not belong to this question or this version."),
        _("Follow the address in “next” as it is, or leave the parameter out to begin anew."),
    ),
    "query-overflow": Wording(
        _("A figure that “%(parameter)s” asks for is too large to be computed."), _("Ask for fewer rows, or for another figure.")
    ),
    "query-slow": Wording(
        _("The answer takes longer than %(maximum)s seconds, and was given up."),
        _("Ask for less: add conditions, or take the whole table from its downloads. Under less load it may pass, too."),
    ),
    "query-memory": Wording(
        _("The answer takes more than %(maximum)s MB of memory, and was given up."),
        _("Ask for less: add conditions, or group by columns with fewer values."),
    ),
    "query-crowded": Wording(_("Too many questions are being answered at the moment."), _("Try again in %(seconds)s seconds.")),
    "table-unknown": Wording(_("The dataset “%(dataset)s” has no table “%(table)s”."), _("Its tables: %(expected)s.")),
    "too-many": Wording(
        _("This address has sent more requests than are answered (%(maximum)s)."), _("Try again in %(seconds)s seconds.")
    ),
    "parameter-not-table": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is no name of a table."),
        _("Give the name as the page of the dataset has it: lower-case letters, digits and underscores."),
    ),
    "diff-versions": Wording(
        _("The dataset “%(dataset)s” has one version, so there is nothing to compare."),
        _("Name two versions that exist, by from and to."),
    ),
    "diff-table-missing": Wording(
        _("Version %(version)s of the dataset “%(dataset)s” has no table “%(table)s”."),
        _("Compare versions that both have it: its tables are %(expected)s."),
    ),
}
