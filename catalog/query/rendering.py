"""An answer in the formats that have no room for more than rows: JSON lines, CSV, GeoJSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.query.answering import Answer
from catalog.query.columns import Place


def ndjson(answer: Answer) -> bytes:
    """A JSON object a line."""
    return b"".join(each + b"\n" for each in answer.lines)


def csv_of(answer: Answer) -> bytes:
    """As RFC 4180 has it, in UTF-8: a header, numbers as JSON spells them, nothing where a value is missing."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(answer.names)
    for line in answer.lines:
        row = json.loads(line, parse_float=str, parse_int=str)
        writer.writerow([_cell(row[name]) for name in answer.names])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def geojson(answer: Answer, place: Place, beside: Mapping[str, Any]) -> bytes:
    """A feature collection (RFC 7946): each row a point, or a feature without geometry where its place is missing.

    ``beside`` are further members of the collection.
    """
    begin = json.dumps({"type": "FeatureCollection", **beside}, ensure_ascii=False)[:-1].encode()
    features = b",\n".join(_feature(line, answer, place) for line in answer.lines)
    return begin + b', "features": [\n' + features + b"\n]}\n"


def _feature(line: bytes, answer: Answer, place: Place) -> bytes:
    row = json.loads(line)
    where = _where([row[each.name] for each in place.columns])
    geometry = json.dumps({"type": "Point", "coordinates": where} if where else None).encode()
    if answer.extra:
        row = {name: row[name] for name in answer.names}
        line = json.dumps(row, ensure_ascii=False).encode()
    return b'{"type":"Feature","geometry":' + geometry + b',"properties":' + line + b"}"


def _where(values: Sequence[Any]) -> list[float] | None:
    """Longitude and latitude."""
    if len(values) == 1:  # a point of Table Schema: "lon,lat"
        values = [float(each) for each in reversed(str(values[0]).split(","))] if values[0] else [None, None]
    latitude, longitude = values
    known = all(isinstance(each, int | float) for each in values)
    return [longitude, latitude] if known else None
