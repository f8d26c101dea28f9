"""SKOS code lists: what the codes in the data mean.

``codelists`` holds the values and can be imported by anything; ``reading`` (home of rdflib, with ``describing``) loads
them from ``vocab/codelists`` and from a package's own ``codelists``; ``checking`` holds packages against them and
``syncing`` writes their codes into the ``enum`` of descriptors. ``vocab/codelists/README.md`` says how a list is written.
"""
