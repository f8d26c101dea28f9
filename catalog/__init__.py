"""Publish open data from Frictionless Data Packages; see ``publishing`` for the one path through it."""

__version__ = "0.1.0"
