"""Wordings of who may write, and of keeping what is published."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "token-missing": Wording(
        _("Publishing takes a token, and none was sent."),
        _("Send the header “Authorization: Bearer …” with the token that the operator of this catalogue gave you."),
    ),
    "token-unknown": Wording(
        _("This catalogue does not know the token."), _("Copy it again, whole; or ask the operator of this catalogue for one.")
    ),
    "token-revoked": Wording(
        _("The token %(token)s was revoked on %(at)s."), _("Ask the operator of this catalogue for a new one.")
    ),
    "token-expired": Wording(_("The token %(token)s expired on %(at)s."), _("Ask the operator of this catalogue for a new one.")),
    "token-scope-action": Wording(
        _("The token %(token)s is not good for “%(found)s”, only for: %(expected)s."),
        _("Ask the operator of this catalogue for a token that is."),
    ),
    "token-scope-publisher": Wording(
        _("The token %(token)s is for the publisher “%(expected)s”, and this would write for “%(found)s”."),
        _("Name your own publisher in the data package, or use the token of that publisher."),
    ),
    "token-id-unknown": Wording(_("There is no token %(token)s."), _("`catalog token list` lists them.")),
    "token-publisher": Wording(
        _("“%(found)s” is no id of a publisher."),
        _("Give a local-government code, a corporate number or a short name (a-z, 0-9, hyphens), or * for every publisher."),
    ),
    "token-action": Wording(_("A token is good for at least one of: %(expected)s."), _("Give --action with one of these.")),
    "token-days": Wording(_("A token lasts %(expected)s days, not %(found)s."), _("Give --days in that range; 0 is for ever.")),
    "token-label": Wording(_("The label is longer than %(expected)s characters."), _("Shorten it.")),
    "transfers-busy": Wording(
        _("Too many files are on their way to or from this address, or all others, at the moment."),
        _("Try again in %(seconds)s seconds."),
    ),
    "host-foreign": Wording(
        _("This server is not called by the name that the request gives it (the header Host)."),
        _("Use the public address of the catalogue; its operator can allow more names (setting “trusted_hosts”)."),
    ),
    "nested-too-deep": Wording(
        _("What was sent is nested too deep to be read."), _("Send it with fewer objects and lists inside one another.")
    ),
    "upload-other-dataset": Wording(
        _("The package is named “%(found)s”, and was sent to the address of “%(expected)s”."),
        _("Send it to the address that ends in its own name, or correct “name” in datapackage.json."),
    ),
    "upload-inconsistent": Wording(
        _("What was found in the package contradicts itself."),
        _("Send it again; if it stays so, tell the operator of this catalogue."),
    ),
    "held-gone": Wording(
        _("The file that was checked is no longer kept here; it is for one hour, and for the token that sent it."),
        _("Choose the file again, and check it once more."),
    ),
    "published-meanwhile": Wording(
        _("Somebody else has published version %(version)s of “%(dataset)s” meanwhile; nothing was changed."),
        _("Look at that version, then publish once more."),
    ),
    "backup-folder": Wording(
        _("“%(found)s” holds something that is no backup of a catalogue."),
        _("Name an empty folder, or that of an earlier backup."),
    ),
    "backup-unknown": Wording(
        _("“%(found)s” is no backup of a catalogue, or one that was never finished."),
        _("Name the folder that `catalog backup` wrote to."),
    ),
    "backup-damaged": Wording(
        _("The database of the backup (%(found)s) is missing, or not what was saved."), _("Use another backup.")
    ),
    "backup-file-damaged": Wording(
        _("The bytes with the SHA-256 %(found)s are missing or damaged where they should be read from."),
        _("Run `catalog verify`, mend what it finds, and try again."),
    ),
    "backup-without-repair": Wording(_("--backup is for mending."), _("Give --repair as well.")),
    "restore-not-empty": Wording(
        _("Something was published in this catalogue already; a backup is brought back into an empty one only."),
        _("Name an empty folder with --home, or an empty database."),
    ),
}
