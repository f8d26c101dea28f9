"""Wordings of what can be wrong with questions across datasets: areas, joins of two tables, comparisons."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "join-missing": Wording(
        _("The parameter “%(parameter)s” is missing."),
        _("Give left and right as <dataset>/<table>, and on as <column of left>:<column of right>."),
    ),
    "join-not-table": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which names no table."),
        _("Write the id of the dataset, a slash and the name of the table, such as public-toilet/toilets."),
    ),
    "join-unknown": Wording(
        _("The parameter “%(parameter)s” asks for “%(found)s”, and nothing of that name is published."),
        _("Take the names from the page of the dataset. There are: %(expected)s."),
    ),
    "join-same-table": Wording(
        _("The parameter “%(parameter)s” names the same table as “left”."), _("Name two different tables.")
    ),
    "join-on-unknown": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is not a column of left, a colon and a column of right."),
        _("These tables can be joined on: %(expected)s."),
    ),
    "join-not-shared": Wording(
        _(
            "The columns that “%(parameter)s” names (%(found)s) do not mean the same by their definitions: they share neither a"
            " code list, nor an identifier of a standard, nor a foreign key."
        ),
        _("These tables can be joined on: %(expected)s."),
    ),
    "join-unfit": Wording(
        _("The columns that “%(parameter)s” names (%(found)s) cannot be held against each other: %(left)s and %(right)s."),
        _("Join columns of texts, whole numbers or times, both of one type."),
    ),
    "join-too-many": Wording(
        _("This join has %(found)s rows, and at most %(maximum)s are made: many rows of each table have the same value."),
        _("Add conditions (left.<column>=…), or join on a column that has each value once in one of the tables."),
    ),
    "area-unknown": Wording(
        _("There is no municipality or prefecture with the code “%(found)s”."),
        _("Give the local-government code with six digits, such as 271004. Those that the catalogue knows are listed at /areas."),
    ),
    "area-check-digit": Wording(
        _("“%(found)s” is no local-government code: its check digit is wrong."),
        _("With the right one it would be %(expected)s. Make sure that the other digits are right."),
    ),
    "compare-field": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is no figure that can be compared between municipalities."),
        _(
            "Give <dataset>/<table>/<column> or standard-<standard>-<column>: a column of numbers (no coordinates), in a table"
            " with a column that is defined as the code of an area."
        ),
    ),
}
