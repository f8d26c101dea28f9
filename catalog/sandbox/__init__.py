"""Run a function on a stranger's bytes in a child process that cannot do harm: ``Sandbox().run(function, *args, limits=…)``.

``client`` is the caller's side, ``server`` the warm process that forks a child for each call and watches it, ``child`` what
a child gives up before it reads the bytes, ``lone`` a child without that server, ``wire`` what passes between them. What
holds where: docs/check.md.
"""

from catalog.sandbox.child import confined
from catalog.sandbox.client import Sandbox
from catalog.sandbox.limits import Limits

__all__ = ["Limits", "Sandbox", "confined"]
