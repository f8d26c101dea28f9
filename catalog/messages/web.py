"""Wordings of what can be wrong with a request."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "parameter-unknown": Wording(_("“%(parameter)s” is not a parameter of this address."), _("Allowed here: %(expected)s.")),
    "parameter-none": Wording(
        _("“%(parameter)s” is not a parameter of this address."),
        _("This address takes no parameters: leave out what follows “?”."),
    ),
    "parameter-repeated": Wording(_("The parameter “%(parameter)s” is given more than once."), _("Give it once.")),
    "parameter-conflict": Wording(
        _("The parameters “%(parameter)s” and “%(other)s” say two things about the same."), _("Give one of them.")
    ),
    "parameter-not-integer": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”."),
        _("Give a whole number from %(minimum)s to %(maximum)s, in the digits 0-9."),
    ),
    "parameter-not-id": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”."),
        _("Give an id: lower-case letters, digits and hyphens, at most 100 of them."),
    ),
    "parameter-not-choice": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which it knows nothing about."), _("Give one of: %(expected)s.")
    ),
    "parameter-not-time": Wording(
        _("The parameter “%(parameter)s” is “%(found)s”, which is not a date or time."),
        _("Write it as 2026-04-01 or 2026-04-01T09:00:00Z."),
    ),
    "parameter-not-utf8": Wording(
        _("The parameter “%(parameter)s” is not text in UTF-8: “%(found)s”."),
        _("Write it in UTF-8, percent-encoded (not in Shift_JIS or EUC-JP)."),
    ),
    "parameter-not-words": Wording(
        _("The parameter “%(parameter)s” has no word to look for, or is too long."),
        _("Give at least one word, and at most %(maximum)s characters."),
    ),
    "parameter-not-line": Wording(
        _("The parameter “%(parameter)s” is longer than %(maximum)s characters, or has more than one line."), _("Shorten it.")
    ),
    "media-type-unsupported": Wording(
        _("The body is of a kind that is not taken here."), _("Send a zip, with “Content-Type: application/zip”.")
    ),
    "page-unknown": Wording(_("There is nothing at this address."), _("Check its spelling, or start from the list of datasets.")),
    "version-file-unknown": Wording(
        _("Version %(version)s of the dataset “%(dataset)s” has no file “%(file)s”."),
        _("The page of the dataset lists its files."),
    ),
    "request-malformed": Wording(_("The request cannot be read."), _("Check the address and the headers that were sent.")),
    "method-not-allowed": Wording(_("This address does not take the method %(method)s."), _("Use one of: %(allowed)s.")),
    "precondition-failed": Wording(
        _("The content is no longer the one that the request names in If-Match."), _("Ask again without that condition.")
    ),
    "body-too-large": Wording(_("The request carries more than is read here."), _("Send it without a body.")),
    "address-too-long": Wording(_("The address is too long."), _("Use at most %(maximum)s characters.")),
    "range-impossible": Wording(
        _("The range that was asked for lies outside the file."), _("The header Content-Range says how long the file is.")
    ),
    "internal": Wording(
        _("Something went wrong on our side."), _("Try again later; if it stays so, tell the operator of this catalogue.")
    ),
    "unavailable": Wording(
        _("The catalogue cannot be read at the moment."),
        _("Try again later; if it stays so, tell the operator of this catalogue."),
    ),
}
