"""What CKAN itself answers of two invented datasets, in the words of its action API: ``tests/harvest`` collects from the record.

.interop/ckan/bin/python scripts/record_ckan.py > tests/harvest/ckan_answer.json

Runs in the environment of interop-requirements.txt, which ``scripts/interop --install`` makes, never in ours: CKAN is AGPL,
and not one line of it is in this repository. What it says of datasets that we have made up is ours. Its own models and its
own writer (``package_dictize``) run as they ship; only PostgreSQL and Solr are missing, so the tables lie in SQLite in
memory, and the envelope is put around the datasets here, as ``package_search`` has it. Ids and times are fixed: the same CKAN,
the same record.
"""

import json
import sys
from datetime import datetime
from typing import Any
from unittest import mock
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy
from ckan import model
from ckan.common import config, config_declaration
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles

PORTAL = "https://portal.example.jp"
config.update({"ckan.locale_default": "ja", "ckan.site_url": PORTAL, "SECRET_KEY": "of no portal", "sqlalchemy.url": "sqlite://"})
config_declaration.setup()
config_declaration.make_safe(config)
config_declaration.normalize(config)

from ckan.lib.dictization import model_dictize  # noqa: E402  CKAN's modules read its configuration as they load

TABLES = ("package", "package_tag", "tag", "vocabulary", "resource", "group", "member", "user",
          "package_relationship", "package_member", "resource_view", "system_info")  # fmt: skip
ORGANIZATION = {"name": "272035", "title": "豊中市"}
DATASETS: tuple[dict[str, Any], ...] = (
    {
        "name": "aed-location",
        "title": "AED設置箇所一覧",
        "notes": "豊中市の *AED* 設置箇所です。",
        "license_id": "cc-by",
        "tags": ("自治体標準ODS", "AED設置箇所"),
        "extras": {"frequency_of_update": "年２回", "spatial": "272035"},
        "resources": (
            {
                "url": f"{PORTAL}/f/272035_aed.csv",
                "format": "CSV",
                "name": "AED設置箇所一覧（CSV）",
                "description": "UTF-8",
                "size": 1234,
            },
        ),
    },
    {
        "name": "population",
        "title": "人口推移",
        "notes": "",
        "license_id": "notspecified",
        "tags": ("人口",),
        "extras": {
            "publisher_name": "大阪府豊中市",
            "uri": "https://city.example.jp/id/population",
            "temporal_start": "2020-04-01",
        },
        "resources": (
            {"url": f"{PORTAL}/f/pop.xlsx", "format": "XLSX", "name": "人口"},
            {"url": f"{PORTAL}/f/pop.pdf", "format": "PDF", "name": "人口（PDF）"},
        ),
    },
)
CREATED, MODIFIED = datetime(2026, 4, 1, 1, 2, 3), datetime(2026, 8, 1, 1, 2, 3, 4)  # noqa: DTZ001  CKAN's times have no zone


@compiles(JSONB, "sqlite")
def as_json(*_arguments: Any, **_options: Any) -> str:
    """What SQLite calls the type of CKAN's extras."""
    return "JSON"


def id_of(*names: str) -> str:
    """A UUID that is always the same."""
    return str(uuid5(NAMESPACE_URL, "/".join((PORTAL, *names))))


def database() -> None:
    """CKAN's tables, as far as datasets need them, in memory."""
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    connection = engine.raw_connection().driver_connection
    for name, arguments, answer in (("jsonb_typeof", 1, "object"), ("jsonb_path_exists", 2, 0)):  # checks of extras ask these
        connection.create_function(name, arguments, lambda *_, answer=answer: answer, deterministic=True)
    for name in TABLES:
        found = model.meta.metadata.tables[name]
        found.indexes.clear()  # they are in PostgreSQL's own words
        found.create(engine)
    model.meta.engine = engine
    model.Session.remove()
    model.Session.configure(bind=engine)


def stored(given: dict[str, Any], organization: str) -> Any:
    """A dataset in them."""
    session = model.Session
    plain = {name: given[name] for name in ("name", "title", "notes", "license_id")}
    dataset = model.Package(**plain, version="1.0", maintainer="データ推進課", maintainer_email="data@city.example.jp")
    dataset.id, dataset.owner_org, dataset.extras = id_of(given["name"]), organization, given["extras"]
    dataset.private, dataset.state = False, "active"
    dataset.metadata_created, dataset.metadata_modified = CREATED, MODIFIED
    session.add(dataset)
    session.flush()
    for each in given["tags"]:
        tag = model.Tag(each)
        tag.id = id_of("tag", each)
        session.add(tag)
        session.flush()
        session.add(model.PackageTag(dataset, tag))
    for position, each in enumerate(given["resources"]):
        resource = model.Resource(package_id=dataset.id, created=CREATED, **each)
        resource.id, resource.position, resource.metadata_modified = id_of(each["url"]), position, MODIFIED
        session.add(resource)
    session.add(model.Member(table_name="package", table_id=dataset.id, capacity="organization", group_id=organization))
    session.commit()
    return dataset


def main() -> None:
    """Record."""
    database()
    organization = model.Group(type="organization", is_organization=True, **ORGANIZATION)
    organization.id, organization.created = id_of("organization"), CREATED
    model.Session.add(organization)
    model.Session.flush()
    datasets = [stored(each, organization.id) for each in DATASETS]
    context = {"model": model, "session": model.Session, "user": "", "ignore_auth": True, "auth_user_obj": None}
    with mock.patch("ckan.lib.helpers.url_for", return_value=PORTAL):  # needs a request
        told = [model_dictize.package_dictize(each, context) for each in datasets]
    result = {"count": len(told), "facets": {}, "results": told, "sort": "name asc", "search_facets": {}}
    answer = {"help": f"{PORTAL}/api/3/action/help_show?name=package_search", "success": True, "result": result}
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
