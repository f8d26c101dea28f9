"""The catalogue over HTTP. The only home of Flask; but for ``uploads`` it writes nothing.

A request runs: the language of its address is set aside, its query is checked against what the view takes, the view makes
a plain value (``presenting``) and an answer of it (``responses``), and what goes wrong is told by one table (``problems``).
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, current_app, g, request
from flask_babel import Babel
from werkzeug.exceptions import HTTPException, RequestURITooLarge
from werkzeug.wsgi import get_path_info

from catalog.errors import CatalogError
from catalog.messages import DOMAIN, LOCALES
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import (
    accessibility,
    api,
    changes,
    definitions,
    diff,
    documentation,
    dumps,
    feeds,
    files,
    guidance,
    harvest,
    llms,
    maps,
    mcp,
    missing,
    openapi,
    pages,
    parameters,
    problems,
    projections,
    routing,
    rows,
    searching,
    service,
    shaping,
    union,
)
from catalog.web.across import areas, comparing, joining
from catalog.web.ckan import actions as ckan
from catalog.web.forms import MAX_BODY, check_body
from catalog.web.negotiation import language
from catalog.web.responses import secure
from catalog.web.serving import hosts, limits, logs
from catalog.web.sharing import atom, badges, cards, citing, oembed, snippets, versionfeed
from catalog.web.site import EXTENSION, Site
from catalog.web.stewards import check, desk, receiving, templates, uploads
from catalog.web.views import dashboard

MAX_ADDRESS = 8_000
"""Characters of path and query together."""
_GUIDES = (accessibility, guidance)
_SEARCH = (searching, atom, ckan)
_FEEDS = (feeds, dumps, changes)
_API = (rows, openapi, documentation, diff, union, joining)
_ACROSS = (areas, comparing)
_SHARED = (badges, cards, citing, llms, maps, mcp, oembed, snippets, versionfeed)


def create_app(settings: Settings, store: Store | None = None) -> Flask:
    """The application of one catalogue. ``store`` is opened by the settings where it is not given.

    Raises as ``Store.open``.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_ADDRESS_LENGTH=MAX_ADDRESS, PROPAGATE_EXCEPTIONS=False)
    app.extensions[EXTENSION] = Site(settings, store if store is not None else Store.open(settings))
    routing.prepare(app)
    _speak(app)
    own = (pages, *_GUIDES, dashboard, definitions, check, desk, templates, harvest, api, projections, files, uploads, service)
    for module in (*own, *_FEEDS, *_SEARCH, *_API, *_SHARED, *_ACROSS):
        app.register_blueprint(module.blueprint)
    codes = ",".join(settings.language_codes())
    fixed = (pages, *_GUIDES, dashboard, definitions, check, desk, templates, harvest, documentation, diff)
    for module in (*fixed, *_ACROSS, badges, cards, snippets, versionfeed, searching, atom):
        app.register_blueprint(module.blueprint, url_prefix=f"/<any({codes}):language>", name=f"fixed-{module.blueprint.name}")
    for prefix, name in (("", "coverage"), (f"/<any({codes}):language>", "fixed-coverage")):
        app.register_blueprint(union.pages, url_prefix=prefix, name=name)
    shaping.prepare(app)
    check.prepare(app, settings)
    missing.prepare(app, app.extensions[EXTENSION].store)
    receiving.prepare(app, settings)
    app.url_value_preprocessor(_set_language_aside)
    hosts.prepare(app, settings)
    limits.prepare(app, settings)
    app.before_request(_check_request)
    app.after_request(secure)
    app.register_error_handler(CatalogError, problems.handle_catalog_error)
    app.register_error_handler(HTTPException, problems.handle_http_error)
    app.register_error_handler(RecursionError, problems.handle_depth)
    app.register_error_handler(Exception, problems.handle_mistake)
    if base_path := app.extensions[EXTENSION].base_path:
        app.wsgi_app = _answer_below(base_path, app.wsgi_app)  # type: ignore[method-assign, assignment]  # as Flask documents it
    logs.prepare(app, settings)
    return app


def _speak(app: Flask) -> None:
    """Texts of the templates in the reader's language."""
    Babel(
        app,
        default_locale="en",
        default_domain=DOMAIN,
        default_translation_directories=str(LOCALES),
        locale_selector=language,
    )


def _set_language_aside(_endpoint: str | None, values: dict[str, object] | None) -> None:
    if values:
        values.pop("language", None)


def _check_request() -> None:
    """Refuse what is too long, and every query parameter that the view does not take."""
    if len(get_path_info(request.environ)) + len(request.query_string) > MAX_ADDRESS:
        raise RequestURITooLarge
    view = current_app.view_functions.get(request.endpoint or "")
    check_body(view)
    if view is not None and request.method != "OPTIONS":
        g.query = parameters.pairs(request.query_string)
        g.asked = {} if parameters.knows_its_own(view) else parameters.read(g.query, parameters.of_view(view))


def _answer_below(base_path: str, app: WSGIApplication) -> WSGIApplication:
    """Answer below the base URL's path as well as at the root: whether a proxy in front strips that path is its choice."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == base_path or path.startswith(f"{base_path}/"):
            environ = environ | {"SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + base_path}
            environ["PATH_INFO"] = path[len(base_path) :] or "/"
        return app(environ, start_response)

    return answer
