"""What scripts/bench_server.py has every server serve: the catalogue of the environment's settings."""

from flask import Flask

from catalog.settings import load
from catalog.web import create_app


def application() -> Flask:
    """The application, made anew in each worker."""
    return create_app(load())
