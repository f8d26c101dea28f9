"""Wordings of collecting from other catalogues: what a source, a page or a record is refused for, and what came of it."""

from collections.abc import Mapping

from catalog.messages.wording import Wording, _

_TELL = _("Tell whoever runs the source; the next run reads it again.")

WORDINGS: dict[str, Wording] = {
    "harvest-unreachable": Wording(
        _("%(address)s cannot be reached (%(found)s)."), _("See whether the address is right and the source is running.")
    ),
    "harvest-name": Wording(_("The host name %(found)s leads nowhere."), _("See whether the address is right.")),
    "harvest-forbidden": Wording(
        _("%(address)s leads to %(found)s, which is no address of the public internet."),
        _("If that is meant, allow the host: catalog harvest change NAME --allow-host HOST."),
    ),
    "harvest-address": Wording(
        _("“%(found)s” is no address that can be fetched."), _("Addresses begin with http:// or https:// and hold no password.")
    ),
    "harvest-redirects": Wording(_("%(address)s sends on to another address more than %(found)s times."), _TELL),
    "harvest-status": Wording(_("%(address)s answers with status %(found)s."), _TELL),
    "harvest-gone": Wording(_("There is nothing at %(address)s (status %(found)s)."), _("See whether the address is right.")),
    "harvest-too-large": Wording(_("The answer of %(address)s is larger than %(found)s bytes."), _TELL),
    "harvest-cut-short": Wording(_("The answer of %(address)s ends before it is complete."), _TELL),
    "harvest-time": Wording(_("%(address)s has not answered completely after %(found)s seconds."), _TELL),
    "harvest-kind": Wording(
        _("What is at %(address)s (%(found)s) is none of the catalogues that can be read."),
        _("Give the address of a DCAT feed, a CKAN portal, a list of open data or a list of files; --kind says which it is."),
    ),
    "harvest-html": Wording(_("The answer is a web page, not data."), _("See whether the address is that of the feed itself.")),
    "harvest-format": Wording(
        _("The answer is “%(found)s”, which cannot be read."), _("Turtle, RDF/XML, JSON-LD, N-Triples and TriG can.")
    ),
    "harvest-encoding": Wording(_("The answer is not UTF-8 (from byte %(found)s on)."), _TELL),
    "harvest-dtd": Wording(_("The XML declares a document type, which is not read."), _TELL),
    "harvest-context": Wording(
        _("The JSON-LD needs the context %(found)s, and none is fetched."),
        _("Ask the source to write the context into the document."),
    ),
    "harvest-depth": Wording(_("The answer is nested too deep to be read."), _TELL),
    "harvest-syntax": Wording(_("The answer cannot be read: %(found)s."), _TELL),
    "harvest-not-dcat": Wording(
        _("The answer holds neither a catalogue nor a dataset."), _("See whether the address is that of the feed itself.")
    ),
    "harvest-ckan": Wording(_("This is no answer of CKAN: %(found)s."), _("Give the address of the portal.")),
    "harvest-list": Wording(
        _("This is no list of open data; it begins with: %(found)s."),
        _("The columns are those of the standard オープンデータ一覧, in its present or its former layout."),
    ),
    "harvest-loop": Wording(_("The pages of the source lead in a circle (%(found)s)."), _TELL),
    "harvest-pages": Wording(_("The source has more than %(expected)s pages."), _TELL),
    "harvest-incomplete": Wording(
        _("The source says that it has %(expected)s datasets, and %(found)s were read."),
        _("Nothing was withdrawn; run again later."),
    ),
    "harvest-shrink": Wording(
        _("%(found)s of %(expected)s datasets would be withdrawn, for the source no longer has them; nothing was withdrawn."),
        _("If that is meant, run again with --accept-shrink."),
    ),
    "harvest-record": Wording(_("The record cannot be read (%(found)s)."), _TELL),
    "harvest-identifier": Wording(_("The record has no identifier, or one that is too long (%(found)s)."), _TELL),
    "harvest-title": Wording(_("The record has no title in Japanese or English."), _TELL),
    "harvest-markup": Wording(_("The title holds markup: %(found)s."), _TELL),
    "harvest-too-many": Wording(_("The record has %(found)s values of %(property)s; %(expected)s are the most."), _TELL),
    "harvest-description-large": Wording(_("The description is larger than %(expected)s bytes."), _TELL),
    "harvest-publisher": Wording(
        _("The record does not say who publishes it."),
        _("Add the source with --publisher, which is used where a record names nobody."),
    ),
    "harvest-repeated": Wording(
        _("The source holds this identifier more than once; the first record counts (%(found)s)."), _TELL
    ),
    "harvest-duplicate": Wording(_("The source “%(source)s” has the same dataset; it is kept as %(dataset)s."), ""),
    "harvest-held-back": Wording(_("The dataset was withdrawn here by the operator, and stays so."), ""),
    "harvest-id-taken": Wording(_("The id %(found)s belongs to another dataset."), _("Rename the source.")),
    "harvest-licence": Wording(
        _("The licence (%(found)s) does not say that files may be passed on, so only the description was taken in."),
        _("With CC BY, CC BY-SA, CC0 or PDL they are."),
    ),
    "harvest-file-which": Wording(
        _("%(found)s %(format)s files could be the table of the standard “%(standard)s”, so only the description was taken in."),
        _("One of them has to name what it conforms to (dct:conformsTo), or be the only one."),
    ),
    "harvest-file": Wording(
        _("The file %(found)s does not conform to the standard “%(standard)s”, so only the description was taken in."),
        _("The findings below say what the publisher would have to mend."),
    ),
    "harvest-option": Wording(_("%(parameter)s cannot be “%(found)s”."), _("Possible are: %(expected)s.")),
    "harvest-source-unknown": Wording(_("There is no source “%(source)s”."), _("Sources that there are: %(expected)s.")),
    "harvest-source-taken": Wording(
        _("There is a source “%(source)s” already."),
        _("Choose another name, or change that source: catalog harvest change %(source)s."),
    ),
    "harvest-remove": Wording(
        _("%(found)s datasets of the source “%(source)s” are published."),
        _("Say what is to become of them: --withdraw takes them back, --keep leaves them as they are."),
    ),
    "harvest-running": Wording(_("The source “%(source)s” is being read by another process."), _("Wait until that has ended.")),
}
OUTCOMES: Mapping[str, str] = {
    "created": _("new"),
    "updated": _("changed"),
    "unchanged": _("unchanged"),
    "waiting": _("to be checked again"),
    "filed": _("taken in with its file"),
    "described": _("description only"),
    "duplicate": _("known from another source"),
    "own": _("our own"),
    "refused": _("refused"),
    "repeated": _("repeated"),
    "held-back": _("held back"),
    "withdrawn": _("withdrawn"),
    "failed": _("failed"),
}
"""What came of a record or a page, as reports name it."""
ENDINGS: Mapping[str, str] = {
    "": _("under way or interrupted"),
    "done": _("complete"),
    "incomplete": _("incomplete: nothing was withdrawn"),
    "shrunk": _("too much has vanished: nothing was withdrawn"),
    "changes": _("changes only; everything is read next"),
    "rehearsed": _("dry run: nothing was changed"),
}
"""How a run ended."""
