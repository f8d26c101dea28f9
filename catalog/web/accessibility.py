"""The statement on accessibility: what these pages aim at, how they were tested, and what the last test found.

The result is a file of ours, written by `scripts/accessibility` from what a real browser found on every type of page. The form
follows the guideline of WAIC for Japanese public bodies: aim, test, publication of the result.
"""

import json
from importlib.resources import files
from typing import Any, Final

from flask import Blueprint, Response

from catalog.web.responses import html, page, remembered
from catalog.web.site import site

blueprint = Blueprint("accessibility", __name__)

RESULT: Final[dict[str, Any]] = json.loads(files(__package__).joinpath("accessibility.json").read_bytes())
"""``tested`` (a date), ``axe`` and ``browser`` (versions), ``pages`` (addresses), ``languages``, ``themes``, ``runs`` (a count),
``violations`` and ``undecided`` (rule: pages)."""


@blueprint.get("/accessibility")
def statement() -> Response:
    """Aim, method, result, limits, contact."""
    settings = site().settings
    return page(remembered(lambda: html("accessibility.html", result=RESULT), "accessibility", settings.contact))
