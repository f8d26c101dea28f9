"""The sample table of the rows API's tests."""

from catalog.model import Definition, Field, Resource, Schema, Text

BASE = "https://data.example.jp"
ROWS = "/api/v1/datasets/toilets/tables/toilets/rows"
FIELDS = (
    Field(name="ID", type="string", title=Text("ID", "Id"), definition=Definition(obligation="mandatory")),
    Field(name="名称", type="string", title=Text("名称", "Name"), description=Text("施設の名前。", "Name of the place.")),
    Field(name="市", type="string", title=Text("市", "City")),
    Field(name="便器数", type="integer", title=Text("便器数", "Number of toilets")),
    Field(name="緯度", type="number", definition=Definition(property="https://schema.org/latitude")),
    Field(name="経度", type="number", definition=Definition(property="https://schema.org/longitude")),
    Field(name="開設日", type="date"),
    Field(name="version", type="string"),
)
LINES = [
    "ID,名称,市,便器数,緯度,経度,開設日,version",
    "T01,中央公園トイレ,架空市,4,34.70,135.50,2020-04-01,a",
    "T02,駅前トイレ,架空市,10,34.71,135.51,2021-04-01,b",
    'T03,"海辺の, トイレ",見本町,,34.90,135.90,,a',
    "T04,ﾄｲﾚ,見本町,2,,,2019-01-01,",
]
SCHEMA = Schema(fields=FIELDS, primary_key=("ID",))
TABLE = Resource(name="toilets", path="data/stations.csv", title=Text("公衆トイレ", "Public toilets"), schema=SCHEMA)


def table_bytes(lines: list[str]) -> bytes:
    return "".join(f"{each}\r\n" for each in lines).encode()


def toilets(publish, lines=LINES, table=TABLE, **changes):
    return publish(
        "toilets",
        package={"resources": (table,)},
        contents={"toilets.csv": table_bytes(lines)},
        rows={"toilets": len(lines) - 1},
        **changes,
    )
