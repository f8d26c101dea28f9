"""Wordings of checks of a stranger's file: what the sandbox stopped, what an upload lacks, what a lone table shows."""

from catalog.messages.wording import Wording, _

_LATER = _("Try again in %(seconds)s seconds.")

RULES: dict[str, str] = {
    "invisible": _("Invisible characters removed"),
    "line-break": _("Line break in the cell made a space"),
    "blank": _("Spaces at the ends removed"),
    "width": _("Full-width letters and digits made half-width"),
    "kana": _("Half-width kana made full-width"),
    "flag": _("Mark written as the value of the standard"),
    "none": _("Mark for “none” made an empty cell"),
    "choice": _("Written as in the list of values"),
    "number": _("Number without separators"),
    "zero-coordinate": _("Coordinate 0 made an empty cell"),
    "date": _("Date as year-month-day"),
    "time": _("Time as hh:mm"),
    "code-number": _("Code that had become a number restored"),
    "code-zero": _("Lost leading zero restored, as the check digit proves"),
    "code-check-digit": _("Check digit added, as the list of codes proves"),
    "decision": _("As was decided for this text"),
    "swap": _("Latitude and longitude exchanged"),
    "header": _("Name of the column as in the standard"),
}
"""What each rule of ``conforming`` does, by its id."""

WORDINGS: dict[str, Wording] = {
    # the sandbox
    "sandbox-time": Wording(
        _("The check was stopped because it took longer than %(expected)s seconds."),
        _("Split the file, or simplify its schema (above all its patterns), and check it again."),
    ),
    "sandbox-memory": Wording(
        _("The check was stopped because it needed more than %(expected)s MB of memory."),
        _("Split the file, and remove empty rows and columns far from the data."),
    ),
    "sandbox-died": Wording(
        _("The check stopped before its end (%(found)s)."),
        _("Save the file anew in the program that made it. If that does not help, tell the operator of this catalogue."),
    ),
    "sandbox-clock-only": Wording(
        _("This catalogue runs on a system where only the running time of a check is limited, not its memory or its network.")
    ),
    "pattern-slow": Wording(
        _("The pattern “%(found)s” of this field may take very long, so the check runs in a process whose time is limited."),
        _("Write it without repetitions inside repetitions, looking ahead and references."),
    ),
    "pattern-not-judged": Wording(
        _("The pattern “%(found)s” takes longer than %(expected)s seconds; %(count)s cells were not held against it."),
        _("Write it without repetitions inside repetitions, looking ahead and references."),
    ),
    "cell-slow": Wording(
        _("Long cells of this field may take very long to read, so the check runs in a process whose time is limited."),
    ),
    # a lone table
    "header-not-first": Wording(
        _("The first row holds nothing but “%(found)s”: it is a title, not the names of the columns."),
        _("Delete the rows above the header, or choose a standard, whose header is found wherever it stands."),
    ),
    "column-outlier.number": Wording(
        _("Nearly every cell of “%(field)s” is a number, and this one is “%(found)s”."),
        _("Write a number, or leave the cell empty and say in another column why."),
    ),
    "column-outlier.date": Wording(
        _("Nearly every cell of “%(field)s” is a date, and this one is “%(found)s”."),
        _("Write it as year-month-day: 2026-04-01."),
    ),
    "table-alone": Wording(
        _("“%(file)s” is a table alone, not a data package."),
        _(
            "`catalog clean %(file)s --standard … -o FOLDER` makes a package of it. "
            "The page /check of a catalogue checks any table."
        ),
    ),
    "encoding-other": Wording(_("The text is in %(found)s."), _("Save it as “CSV UTF-8”, which every program reads alike.")),
    "sheets-other": Wording(
        _("Only the sheet “%(expected)s” was checked, not: %(found)s."), _("Check each table as a file of its own.")
    ),
    # the form
    "form-missing": Wording(_("“%(label)s” is empty."), _("Fill it in: a data package cannot be made without it.")),
    "form-field": Wording(_("The field “%(field)s” of the form cannot be read."), _("Send the form of the page as it is.")),
    "upload-missing": Wording(_("No file was sent."), _("Choose one file in the field “file”.")),
    "upload-too-large": Wording(
        _("The file is larger than %(maximum)s MB."), _("Split it, or check it on your own computer with: catalog validate")
    ),
    "request-cross-site": Wording(
        _("The form was sent by another site."), _("Open the page of this catalogue, and send the file from there.")
    ),
    "busy": Wording(_("Other files are being checked at the moment."), _LATER),
}
