"""The page that says how the catalogue is used: by those who use data, who publish, and who harvest."""

from flask import Blueprint, Response

from catalog.web import portal
from catalog.web.pages import links
from catalog.web.responses import html, page, remembered
from catalog.web.site import site

blueprint = Blueprint("guidance", __name__)


@blueprint.get("/help")
def guide() -> Response:
    """How to use, publish and harvest, each with addresses of this very catalogue."""
    return page(remembered(lambda: html("help.html", front=portal.front(links())), "help", site().store.position()))
