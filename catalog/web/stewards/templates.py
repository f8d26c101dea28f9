"""The workbook of a standard to fill in, for a steward who has no command line; ``/check`` and ``/publish`` take it back."""

from flask import Blueprint, Response, g

from catalog import media
from catalog.dcat import shipped
from catalog.errors import Finding, Refusal
from catalog.model import Agent, Text
from catalog.standards import Standard
from catalog.values import fold
from catalog.web.definitions import EDITION
from catalog.web.parameters import BadQuery, Line, takes
from catalog.web.responses import Manners, answer, content_of

blueprint = Blueprint("templates", __name__)

PUBLISHER = Line("publisher", 100)


@blueprint.get("/standard/<slug:slug>/template.xlsx")
@takes(PUBLISHER, EDITION)
def template(slug: str) -> Response:
    """The workbook for a publisher, named by its local-government code, its corporate number or a short name.

    Of standards of one table: a workbook is one. Raises NotFound("standard-unknown", "edition-unknown"), BadQuery, Refusal.
    """
    standard = shipped.editions().standard(slug, g.asked.get(EDITION.name, ""))
    publisher = fold(g.asked.get(PUBLISHER.name, ""))
    if not publisher:
        raise BadQuery([Finding(code="parameter-missing", details={"parameter": PUBLISHER.name, "expected": "272035"})])
    if len(standard.tables) > 1:
        raise Refusal(Finding(code="clean-standard-package", found=slug))
    response = answer(content_of(_workbook(standard, publisher)), media.XLSX.media_type, Manners(), compressible=False)
    response.headers["Content-Disposition"] = f'attachment; filename="{publisher}-{slug}{media.XLSX.suffix}"'
    return response


def _workbook(standard: Standard, publisher: str) -> bytes:
    from catalog import scaffolding  # the library of workbooks is loaded where one is made

    return scaffolding.template(standard, Agent(id=publisher, name=Text()), shipped.editions(), shipped.vocabulary())
