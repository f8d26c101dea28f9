"""Wordings of what can be wrong with code lists, and with codes held against them."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "codelist-unknown": Wording(
        _("There is no code list “%(codelist)s”."),
        _("Lists of a similar name: %(expected)s. Or write the list as codelists/%(codelist)s.ttl in the package."),
    ),
    "codelist-clash": Wording(
        _("A code list “%(found)s” comes with the catalogue already."),
        _("Use that one, or give the package's own list another name."),
    ),
    "codelist-file-name": Wording(
        _("“%(found)s” cannot be the name of a code list."),
        _("Name the file with lower-case ASCII letters, digits and single hyphens: cost-band.ttl."),
    ),
    "codelist-file": Wording(
        _("%(found)s is a link, no regular file, or larger than %(expected)s MB."),
        _("Put the file itself there, or split the list."),
    ),
    "codelist-encoding": Wording(
        _("The file is not UTF-8: the byte %(found)s stands at place %(expected)s."), _("Save it as UTF-8.")
    ),
    "codelist-not-turtle": Wording(
        _("The file is not Turtle: %(found)s."),
        _("Mend it at that line; statements end with a dot, strings stand in quotation marks."),
    ),
    "codelist-character": Wording(
        _("The code list holds a character that cannot be written everywhere (%(found)s), such as a control character."),
        _("Remove it."),
    ),
    "codelist-empty": Wording(_("The code list “%(found)s” has no concept."), _("Write a skos:Concept for each code.")),
    "scheme-missing": Wording(
        _("The file does not describe the code list %(expected)s (found: %(found)s)."),
        _("A file name.ttl describes <codelist/name> a skos:ConceptScheme."),
    ),
    "concept-scheme": Wording(
        _("%(about)s belongs to no known code list (skos:inScheme: %(found)s)."),
        _("Write skos:inScheme %(expected)s, or the list that it belongs to."),
    ),
    "concept-address": Wording(
        _("The code “%(about)s” stands at the address %(found)s."), _("Its address has to be %(expected)s.")
    ),
    "concept-twice": Wording(
        _("Two concepts have the code “%(found)s”."), _("Give each concept a code of its own, or remove one.")
    ),
    "broader-itself": Wording(
        _("The code “%(about)s” is given as broader than itself."), _("Name the concept above it, or leave skos:broader out.")
    ),
    "broader-unknown": Wording(
        _("The code “%(about)s” is below a concept that is not there: %(found)s."),
        _("Mend the address; for a concept of another list, say its skos:inScheme and skos:notation in this file."),
    ),
    "statement-unknown": Wording(_("“%(about)s” has a property that we do not read: %(found)s."), _("Known here: %(expected)s.")),
    "statement-twice": Wording(_("“%(about)s” has more than one %(property)s: %(found)s."), _("Keep one.")),
    "statement-missing": Wording(_("“%(about)s” has no %(property)s."), _("Write one.")),
    "text-twice": Wording(
        _("“%(about)s” has more than one %(property)s in the language “%(language)s”: %(found)s."),
        _("Keep one; further names are skos:altLabel."),
    ),
    "text-missing": Wording(
        _("“%(about)s” has no %(property)s in the language “%(language)s”."),
        _('Write it in Japanese and in English, each with its language tag: "…"@ja, "…"@en.'),
    ),
    "value-unreadable": Wording(
        _("The %(property)s of “%(about)s” cannot be read: “%(found)s”."), _("Write it like this: %(expected)s.")
    ),
    "notation-spaces": Wording(
        _("The code “%(found)s” has spaces at an end, or characters that cannot be seen."), _("Remove them.")
    ),
    "position-missing": Wording(
        _("The code “%(about)s” has no position, and others of its list have one."),
        _("Give every concept of the list a schema:position, or none."),
    ),
    "position-twice": Wording(
        _("The code “%(about)s” shares the position %(found)s with another."), _("Give each concept a position of its own.")
    ),
    "band-without-bounds": Wording(
        _("The code “%(about)s” has no bound, and others of its list are bands."),
        _("Give it schema:minValue, schema:maxValue, or both."),
    ),
    "band-empty": Wording(
        _("No value falls into the band “%(about)s”: %(found)s."), _("Its schema:minValue has to be below its schema:maxValue.")
    ),
    "band-overlap": Wording(
        _("The bands “%(about)s” and “%(next)s” overlap: one ends below %(expected)s, the next begins at %(found)s."),
        _("Let the next band begin where the one before it ends."),
    ),
    "band-gap": Wording(
        _("There is a gap between the bands “%(about)s” and “%(next)s”: %(found)s."),
        _("Let the next band begin at %(expected)s, where the one before it ends."),
    ),
    "validity-empty": Wording(
        _("The code “%(about)s” ends before it begins: %(found)s."),
        _("schema:validFrom is the first day, schema:validThrough the last."),
    ),
    "name-twice": Wording(
        _("“%(found)s” names both “%(about)s” and “%(other)s”."),
        _("Give them different labels; otherwise the text cannot be turned into a code."),
    ),
    "table-description": Wording(
        _("The description of the table beside the list cannot be used (csvw:url: %(found)s)."),
        _("Name the table %(expected)s and the address concept/NAME-{code}; vocab/codelists/README.md lists the rest."),
    ),
    "table-header": Wording(_("The header of the table is “%(found)s”."), _("The list's description wants: %(expected)s.")),
    "table-cells": Wording(
        _("The row has %(found)s cells; the header has %(expected)s."), _("Give the row as many cells as the header.")
    ),
    "table-unreadable": Wording(_("The table cannot be read: %(found)s."), _("Save it as CSV in UTF-8.")),
    "codelist-sample": Wording(
        _("The code list “%(codelist)s” names invented places, and the package is not marked as a sample."),
        _('Write "sample": true into the package\'s catalog object, or use the list of real ones.'),
    ),
    "codelist-real-in-sample": Wording(
        _("The package is a sample, and “%(codelist)s” names real local governments."),
        _("Invented figures must not stand beside a real name: use the list municipality-sample."),
    ),
    "enum-outside-codelist": Wording(
        _("The enum has codes that the list “%(codelist)s” lacks: %(found)s."),
        _("Only the list has: %(expected)s. `catalog vocab sync` writes the list into the enum."),
    ),
    "code-not-valid": Wording(
        _("The code “%(found)s” of the list “%(codelist)s” is not valid on the day of the data (%(expected)s)."),
        _("Use the code that was valid then, if the data is about the area of that day."),
    ),
    "code-unassigned": Wording(
        _("The code “%(found)s” is not in the list “%(codelist)s”, though its check digit is right."),
        _("It may be newer than the list: please check it."),
    ),
    "code-is-name": Wording(
        _("“%(found)s” is the name of a code, not the code."), _("The list “%(codelist)s” has the code “%(expected)s” for it.")
    ),
    "code-unknown": Wording(
        _("“%(found)s” is no code of the list “%(codelist)s”."),
        _("Perhaps meant: %(expected)s. The page of the list shows all of its codes."),
    ),
    "value-outside-bands": Wording(
        _("%(found)s falls into no band of the list “%(codelist)s”."),
        _("Check the value; the page of the list shows the bounds."),
    ),
    "enum-narrower": Wording(
        _("The enum leaves out codes of the list “%(codelist)s”: %(found)s."),
        _("If that is not meant, `catalog vocab sync --whole` writes them too."),
    ),
    "sync-unreadable": Wording(_("The descriptor cannot be read: %(found)s."), _("Name a folder that holds a datapackage.json.")),
    "sync-not-json": Wording(_("The file is not JSON: %(found)s."), _("Mend it; `catalog validate` says more.")),
}
