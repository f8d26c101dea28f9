"""The shapes of addresses: what stands in them is matched by pattern, so that no view meets a text that is no id."""

from flask import Flask
from werkzeug.routing import BaseConverter

from catalog.media import RDF


class Slug(BaseConverter):
    """A dataset id. It has no dot, so a suffix can follow."""

    regex = r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?"


class Version(BaseConverter):
    """A version number in ASCII digits without leading zeros, or "latest"."""

    regex = r"latest|[1-9][0-9]{0,8}"


class Graph(BaseConverter):
    """The suffix of a graph format, without its dot."""

    regex = "|".join(each.name for each in RDF)


def prepare(app: Flask) -> None:
    """Teach an application these shapes, and never to redirect by itself: its redirects name the host that a client claims."""
    app.url_map.converters.update(slug=Slug, version=Version, graph=Graph)
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
