"""Wordings of what can be wrong with the settings and the command line."""

from catalog.messages.wording import Wording, _

WORDINGS: dict[str, Wording] = {
    "setting-unknown": Wording(_("%(file)s sets “%(name)s”, which is no setting."), _("`catalog settings` lists the names.")),
    "setting-invalid": Wording(_("The setting “%(name)s” (from %(origin)s) is “%(found)s”."), _("It must be: %(expected)s.")),
    "extra-missing": Wording(
        _("The setting “%(name)s” needs something that is not installed."),
        _("Install it: pip install 'opendata-catalog[%(extra)s]'"),
    ),
    "setting-file": Wording(_("%(file)s cannot be read: %(reason)s"), _("Mend the TOML at that line.")),
    "cannot-listen": Wording(
        _("The server cannot listen on %(host)s:%(port)s (%(reason)s)."),
        _("Stop the program that uses the port, or choose another with --port."),
    ),
    "derive-zip": Wording(_("The tables cannot be written into the zip “%(found)s”."), _("Unpack it, and derive in its folder.")),
}
