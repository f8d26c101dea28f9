"""Wordings of what the store declines, does not have, or finds damaged."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "dataset-unknown": Wording(
        _("No dataset “%(dataset)s” is published here."), _("Check the id, or look for it in the list of datasets.")
    ),
    "dataset-withdrawn": Wording(
        _("The dataset “%(dataset)s” was withdrawn on %(at)s."), _("Ask its publisher why, or publish it again.")
    ),
    "version-unknown": Wording(
        _("The dataset “%(dataset)s” has no version %(version)s."), _("Its list of versions names those that exist.")
    ),
    "publisher-unknown": Wording(
        _("No publisher “%(publisher)s” has published a dataset here."), _("Check the id in the list of publishers.")
    ),
    "file-unknown": Wording(_("There is no such file."), _("The page of the dataset lists its files.")),
    "publisher-mismatch": Wording(
        _("The dataset “%(dataset)s” belongs to the publisher “%(expected)s”, not to “%(found)s”."),
        _("Publish under another dataset id, or as the publisher that owns it."),
    ),
    "address-taken": Wording(
        _("The address “%(address)s” already belongs to the dataset “%(dataset)s”."),
        _("Rename the dataset or the table; an address is never given to another dataset."),
    ),
    "address-shipped": Wording(
        _("The address “%(address)s” belongs to a code list or a standard of the catalogue."),
        _("Rename the dataset, the column or the code list that would have it."),
    ),
    "address-twice": Wording(
        _("Two definitions of “%(dataset)s” would have the address “%(address)s”."),
        _("Rename one of them: joined with its table or list, its name becomes the same text."),
    ),
    "version-order": Wording(
        _("The next version of “%(dataset)s” is %(expected)s, not %(found)s: somebody else has published it meanwhile."),
        _("Publish once more."),
    ),
    "edition-changed": Wording(
        _("The catalogue has just been rendered anew for other settings; nothing was changed."), _("Try again.")
    ),
    "store-newer": Wording(
        _("A newer version of this program has changed the catalogue's database (revision %(found)s; known here: %(expected)s)."),
        _("Start the newer program, or restore a backup from before the update."),
    ),
    "store-full": Wording(
        _("The disk of the catalogue is full (%(reason)s); nothing was changed."), _("Make room on it, then try again.")
    ),
    "store-locked": Wording(
        _("Another program has been writing to the catalogue for too long (%(reason)s); nothing was changed."),
        _("Wait until it has finished, then try again."),
    ),
    "store-denied": Wording(
        _("The catalogue's folder refuses access (%(reason)s)."),
        _("Give the account that runs this program the right to read and write it."),
    ),
    "store-unreadable": Wording(
        _("The catalogue's database or files cannot be used (%(reason)s)."),
        _("Run `catalog verify`; if the disk is damaged, restore a backup."),
    ),
    "store-file-missing": Wording(
        _("A published file is missing from the catalogue's folder (SHA-256 %(sha256)s)."),
        _("Run `catalog verify`, then restore a backup."),
    ),
    "record-unreadable": Wording(
        _("The record of “%(dataset)s” version %(version)s cannot be read."), _("Restore the database from a backup.")
    ),
    "record-differs": Wording(
        _("The record of “%(dataset)s” version %(version)s and its list of files contradict each other."),
        _("Restore the database from a backup."),
    ),
    "latest-missing": Wording(
        _("The latest version of “%(dataset)s” is said to be %(version)s, which does not exist."),
        _("Restore the database from a backup."),
    ),
    "database-damaged": Wording(
        _("The database fails its own integrity check: %(found)s"), _("Restore the database from a backup.")
    ),
    "blob-missing": Wording(
        _("%(file)s of “%(dataset)s” version %(version)s is missing from the catalogue's folder."),
        _("Restore the files from a backup."),
    ),
    "blob-size": Wording(
        _("%(file)s of “%(dataset)s” version %(version)s has %(found)s bytes instead of %(expected)s."),
        _("Restore the files from a backup."),
    ),
    "blob-hash": Wording(
        _("The bytes of %(file)s of “%(dataset)s” version %(version)s have changed since they were published."),
        _("Restore the files from a backup."),
    ),
    "blob-unreadable": Wording(
        _("%(file)s of “%(dataset)s” version %(version)s cannot be read from the disk (%(found)s)."),
        _("Check the disk, then restore the files from a backup."),
    ),
    "blob-orphan": Wording(
        _("No version names the stored bytes %(sha256)s; an interrupted publication left them, or one is under way."),
        _("Nothing needs to be done: they take up room, and nobody is shown them."),
    ),
}
