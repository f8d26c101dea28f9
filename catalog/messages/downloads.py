"""Wordings of what cannot be downloaded as it was asked for, and the texts of the download section."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "parameter-not-of-file": Wording(
        _("The parameter “%(parameter)s” is for tables; this address gives another kind of file."),
        _("Leave the parameter out, or ask for a table: its address ends in .csv, .xlsx, .json, .ndjson, .parquet or .geojson."),
    ),
    "parameter-of-csv": Wording(
        _("The parameter “%(parameter)s” is for CSV only."), _("Leave it out, or ask for the same table with .csv at its end.")
    ),
    "sheet-too-long": Wording(
        _("The table “%(resource)s” has %(found)s rows; a sheet of Excel has room for %(expected)s."),
        _("Take the CSV or the Parquet file of this table."),
    ),
    "sheet-too-wide": Wording(
        _("The table “%(resource)s” has %(found)s columns; a sheet of Excel has room for %(expected)s."),
        _("Take the CSV or the Parquet file of this table."),
    ),
    "table-without-places": Wording(
        _("No column of this table says where its rows are, so “%(file)s” cannot be made."),
        _("Take it as CSV or JSON. A point, or a pair of latitude and longitude, gives GeoJSON."),
    ),
    "download-busy": Wording(
        _("Many files are being made at the moment."), _("Try again in %(seconds)s seconds; what is stored can be had at once.")
    ),
    "cell-uncastable": Wording(
        _("“%(found)s” in the column “%(field)s” is no value of the type %(expected)s."),
        _("Validate the table again; a cell that is valid can always be read."),
    ),
    "engine-failed": Wording(
        _("The table could not be converted (%(reason)s)."), _("See whether there is room on the disk, then try again.")
    ),
    "table-unreadable": Wording(
        _("The table “%(resource)s” cannot be converted at the moment."),
        _("Take its CSV, and tell the operator of this catalogue."),
    ),
}
