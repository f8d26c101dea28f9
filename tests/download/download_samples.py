"""A descriptor of one small table, for packages that are made once a module."""

from typing import Any


def small_descriptor(name: str) -> dict[str, Any]:
    """A complete, valid descriptor of one table ``stations`` in ``data/stations.csv``."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": "小さな見本の表",
        "description": "試験のために作った、駅の一覧です。",
        "licenses": [{"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "sources": [{"title": "本試験"}],
        "catalog": {
            "translations": {"en": {"title": "A small table", "description": "Stations made up for tests."}},
            "themes": ["TRAN"],
            "contact": {"name": "試験係", "telephone": "+81-6-0000-0000"},
            "sample": True,
        },
        "resources": [
            {
                "name": "stations",
                "title": "駅",
                "path": "data/stations.csv",
                "schema": {
                    "fields": [
                        {
                            "name": "code",
                            "title": "駅番号",
                            "description": "駅の番号。",
                            "type": "string",
                            "constraints": {"required": True},
                            "definition": {"translations": {"en": {"title": "Station code"}}},
                        },
                        {
                            "name": "passengers",
                            "title": "乗降人員",
                            "description": "1日あたりの人数。",
                            "type": "integer",
                            "definition": {"translations": {"en": {"title": "Passengers"}}, "unit": "person"},
                        },
                    ],
                    "primaryKey": ["code"],
                },
            }
        ],
    }
