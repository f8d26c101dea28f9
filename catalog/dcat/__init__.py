"""DCAT: what is published as a description that machines harvest, and the way back from one.

``nouns`` are the values, ``mapping`` is the one table attribute <-> predicate, ``describing`` reads that table both ways,
``projection`` makes a noun of a publication, ``rendering`` writes a noun as four documents, ``feed`` joins documents to
pages. ``nouns``, ``projection``, ``framing`` and ``feed`` know nothing of rdflib: what is served needs no graph. The names
below are imported with rdflib when they are first asked for, so that importing the package (or its ``feed``) stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.dcat import bulk
    from catalog.dcat.describing import describe, read, read_catalogs
    from catalog.dcat.projection import catalog_of, dataset_of
    from catalog.dcat.rendering import render, render_catalog

__all__ = ["bulk", "catalog_of", "dataset_of", "describe", "read", "read_catalogs", "render", "render_catalog"]

_HOMES = {
    "catalog_of": "projection",
    "dataset_of": "projection",
    "describe": "describing",
    "read": "describing",
    "read_catalogs": "describing",
    "render": "rendering",
    "render_catalog": "rendering",
}


def __getattr__(name: str) -> Any:
    if name == "bulk":
        return import_module(f"{__name__}.bulk")
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
