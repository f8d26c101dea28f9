"""The same record in other vocabularies: what the DCAT feed says of a dataset, for readers that speak something else.

Each module is pure functions from a ``Record`` to plain values (dicts, rows): ``schemaorg`` (search engines), ``croissant``
(machine learning), ``descriptor`` (Data Package), ``opendata`` (Project Open Data 1.1), ``csvw`` (CSV on the Web), ``listing``
(the municipal list of open data), ``signposting`` (RFC 9264). All start from the noun that ``dcat.projection`` makes, so that
no two of them can tell different things. No RDF library here, and nothing is remembered: ``web`` serves and keeps.
"""

from catalog.projections.record import File, Record, record_of

__all__ = ["File", "Record", "record_of"]
