"""CKAN's action API as its clients meet it: ckanapi and frictionless's own reader over a real server, and CKAN's errors."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

from catalog import search
from catalog.model import Agent, Text
from catalog.publishing import publish as publish_package
from catalog.publishing import refresh
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

ACTION = "/api/3/action/"
ROOT = Path(__file__).resolve().parents[2]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def ckan(settings: Settings, package_folder) -> Iterator[RemoteCKAN]:
    """A client of a served catalogue with two published packages."""
    server = WSGIServer(("127.0.0.1", 0), Quiet)
    settings = replace(settings, base_url=f"http://127.0.0.1:{server.server_port}")
    with Store.open(settings) as store:
        refresh(store, settings)
        for name in ("alpha", "beta"):
            publish_package(package_folder(name, rows="A01,120\nA02,\nB03,7\n"), settings, store)
        server.set_app(create_app(settings, store))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with RemoteCKAN(settings.base_url) as client:
            yield client
        server.shutdown()
        thread.join()
        server.server_close()


def test_ckanapi_lists_and_reads(ckan: RemoteCKAN) -> None:
    act = ckan.action
    assert act.site_read() is True
    assert act.status_show()["ckan_version"]
    assert act.package_list() == ["alpha", "beta"]
    assert act.package_list(limit=1, offset=1) == ["beta"]
    package = act.package_show(id="alpha")
    assert act.package_show(id=package["id"]) == package
    assert package["title"] == "【見本】小さな見本の表"
    assert [each["name"] for each in package["tags"]] == ["駅", "見本データ", "stations"]
    assert (package["license_id"], package["isopen"], package["num_resources"]) == ("CC-BY-4.0", True, len(package["resources"]))
    for each in package["resources"]:
        assert act.resource_show(id=each["id"]) == each
        assert ckan.session.get(each["url"]).status_code == 200
    table = package["resources"][0]
    assert (table["name"], table["format"], table["schema"]["primaryKey"]) == ("stations", "CSV", ["code"])
    organization = act.organization_show(id=package["owner_org"], include_datasets=True)
    assert (organization["name"], organization["package_count"]) == ("operator", 2)
    assert len(organization["packages"]) == 2
    assert act.organization_list() == ["operator"]
    assert act.organization_list(all_fields=True)[0]["id"] == package["owner_org"]
    assert act.group_list() == ["tran"]
    assert act.group_show(id="tran")["package_count"] == 2
    assert act.tag_list() == ["stations", "見本データ", "駅"]
    assert act.tag_list(query="sta") == ["stations"]
    assert [each["id"] for each in act.license_list()] == ["CC-BY-4.0"]
    assert {each["name"] for each in act.current_package_list_with_resources(limit=10)} == {"alpha", "beta"}
    assert act.package_autocomplete(q="見本")[0]["name"] in ("alpha", "beta")


def test_searches_of_harvesters_and_of_applications(ckan: RemoteCKAN) -> None:
    def names(**asked: object) -> list[str]:
        return sorted(each["name"] for each in ckan.action.package_search(**asked)["results"])

    for fq in (
        "tags:駅",
        'tags:"見本データ"',
        "organization:operator",
        "res_format:CSV",
        "license_id:CC-BY-4.0",
        "groups:tran",
        "type:dataset",
    ):
        assert names(fq=fq) == ["alpha", "beta"], fq
    assert names(fq='+organization:"operator" +tags:駅') == ["alpha", "beta"]
    assert names(fq="organization:(nobody OR operator)") == ["alpha", "beta"]
    assert names(fq="tags:鉄道") == names(fq="type:harvest") == names(q="ロケット") == []
    assert names(q="*:*") == names(q="") == ["alpha", "beta"]
    assert names(q="name:alpha") == names(fq="id:alpha") == ["alpha"]
    assert names(q="乗降 -stations") == []
    assert names(fq="metadata_modified:[2020-01-01T00:00:00Z TO *]", sort="id asc") == ["alpha", "beta"]
    assert names(fq="metadata_modified:[2999-01-01T00:00:00Z TO *]") == []
    assert names(rows=1, start=1, sort="id asc") == ["beta"]
    found = ckan.action.package_search(**{"rows": 0, "facet.field": ["tags", "organization", "res_format"]})
    assert (found["count"], found["results"]) == (2, [])
    assert found["facets"]["tags"] == {"駅": 2, "見本データ": 2, "stations": 2}
    assert found["search_facets"]["organization"]["items"][0]["name"] == "operator"


def test_the_datastore_answers_from_the_table(ckan: RemoteCKAN) -> None:
    table = ckan.action.package_show(id="alpha")["resources"][0]
    assert table["datastore_active"]
    every = ckan.action.datastore_search(resource_id=table["id"])
    assert (every["total"], [each["code"] for each in every["records"]]) == (3, ["A01", "A02", "B03"])
    assert every["records"][0] == {"_id": 1, "code": "A01", "passengers": 120}
    assert {each["id"]: each["type"] for each in every["fields"]} == {"_id": "int", "code": "text", "passengers": "int8"}
    assert every["fields"][1]["info"]["label"] == "駅番号"

    def codes(**asked: object) -> list[str]:
        return [each["code"] for each in ckan.action.datastore_search(resource_id=table["id"], **asked)["records"]]

    assert codes(filters={"code": "A02"}) == ["A02"]
    assert codes(filters={"code": ["A01", "B03"], "passengers": 7}) == ["B03"]
    assert codes(filters={"passengers": None}) == ["A02"]
    assert codes(filters={"code": "x' OR '1'='1"}) == []
    assert codes(q="b0") == ["B03"]
    assert codes(q={"code": "a0"}) == ["A01", "A02"]
    assert codes(sort="code desc", limit=2) == ["B03", "A02"]
    assert codes(sort="code", limit=2, offset=2) == ["B03"]
    assert ckan.action.datastore_search(resource_id=table["id"], fields="passengers", limit=1)["records"] == [{"passengers": 120}]
    for wrong in (
        {"fields": "no"},
        {"sort": "no"},
        {"filters": {"no": 1}},
        {"q": {"no": "x"}},
        {"limit": "x"},
        {"full_text": "x"},
        {"records_format": "xml"},
        {"filters": {"_id": "x"}},
    ):
        with pytest.raises(ValidationError):
            ckan.action.datastore_search(resource_id=table["id"], **wrong)
    with pytest.raises(NotFound):
        ckan.action.datastore_search(resource_id="0" * 36)


def test_rows_of_the_datastore_have_their_number(ckan: RemoteCKAN) -> None:
    table = ckan.action.package_show(id="alpha")["resources"][0]

    def found(**asked: object) -> object:
        return ckan.action.datastore_search(resource_id=table["id"], **asked)["records"]

    assert found(fields=["_id"], sort="_id desc") == [{"_id": 3}, {"_id": 2}, {"_id": 1}]
    assert found(filters={"_id": [1, 3]}, fields="code,_id") == [{"code": "A01", "_id": 1}, {"code": "B03", "_id": 3}]
    assert found(filters={"_id": 2}, records_format="lists") == [[2, "A02", None]]
    assert found(sort="code desc", limit=1, offset=1, records_format="csv") == "2,A02,\n"
    assert found(limit=1, records_format="tsv") == "1\tA01\t120\n"
    assert found(distinct=True, sort="_id desc", limit=1) == [{"_id": 3, "code": "B03", "passengers": 7}]
    assert found(distinct=True, fields="code", sort="code desc", limit=1) == [{"code": "B03"}]
    assert found(distinct=True, fields="code", sort="code", offset=2) == [{"code": "B03"}]
    assert found(q="b0") == [{"_id": 3, "code": "B03", "passengers": 7}]
    pages = [found(limit=1, offset=each)[0]["_id"] for each in range(3)]
    assert pages == [1, 2, 3]
    behind = ckan.action.datastore_search(resource_id=table["id"], offset=5)
    assert (behind["records"], behind["total"]) == ([], 3)


def test_a_question_over_its_limits_is_told_in_ckans_way(settings: Settings, package_folder) -> None:
    with Store.open(settings) as store:
        refresh(store, settings)
        many = "".join(f"{chr(65 + each // 100)}{each % 100:02},{each}\n" for each in range(2_600))
        publish_package(package_folder("large", rows=many), settings, store)
        client, hurried = (
            create_app(each, store).test_client() for each in (settings, replace(settings, rows_seconds=0.000_001))
        )
        resource = client.get(f"{ACTION}package_show?id=large").json["result"]["resources"][0]["id"]
        asked = f"{ACTION}datastore_search?resource_id={resource}&distinct=true&fields=code&sort=code desc"
        told = hurried.get(asked)
        assert (told.status_code, told.json["success"], told.json["error"]["__type"]) == (503, False, "Internal Server Error")
        assert client.get(asked).json["result"]["records"][0] == {"code": "Z99"}


def test_what_is_not_there_is_told_as_ckan_tells_it(ckan: RemoteCKAN) -> None:
    for action in ("package_show", "resource_show", "organization_show", "group_show", "tag_show"):
        with pytest.raises(NotFound):
            ckan.call_action(action, {"id": "nothing"})
        with pytest.raises(ValidationError):
            ckan.call_action(action, {})
    with pytest.raises(NotAuthorized):
        ckan.action.package_create(name="x")
    with pytest.raises(CKANAPIError):
        ckan.action.no_such_action()


def test_frictionless_reads_a_package_from_us(ckan: RemoteCKAN) -> None:
    python = ROOT / ".interop/frictionless/bin/python"
    if not python.exists():
        assert os.environ.get("CI") != "true", "scripts/test installs it"
        pytest.skip("scripts/interop_feed.py --install has not made .interop/frictionless")
    program = ROOT / "scripts/interop_frictionless.py"
    done = subprocess.run(
        [python, program, ckan.address, "alpha", "stations", "operator"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"][0] == {"code": "A01", "passengers": 120}
    assert found["title"] == "小さな見本の表", "the descriptor itself, with every definition"
    assert found["datasets"] == ["alpha", "beta"]


@pytest.mark.parametrize(
    ("path", "status", "type_"),
    [
        ("package_show?id=none", 404, "Not Found Error"),
        ("package_show", 409, "Validation Error"),
        ("package_search?rows=-1", 409, "Validation Error"),
        ("package_search?rows=%EF%BC%91", 409, "Validation Error"),
        ("package_search?colour=red", 400, "Search Query Error"),
        ("package_search?sort=random", 400, "Search Query Error"),
        ("package_search?q=title:[a%20TO%20b]", 400, "Search Query Error"),
        ("package_search?q=%22", 400, "Search Query Error"),
        ("package_search?fq=metadata_modified:[x%20TO%20*]", 400, "Search Query Error"),
        ("package_search?facet.field=[", 409, "Validation Error"),
        ("package_delete", 403, "Authorization Error"),
        ("datastore_search?resource_id=x", 404, "Not Found Error"),
        ("datastore_search?resource_id=x&filters=[", 404, "Not Found Error"),
    ],
)
def test_errors_have_ckans_shape(read, path: str, status: int, type_: str) -> None:
    answer = read(ACTION + path)
    assert (answer.status, answer.json["success"], answer.json["error"]["__type"]) == (status, False, type_)
    assert answer.json["help"].startswith("https://data.example.jp/api/3/action/help_show?name=")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 5_000, b"1"])
def test_a_body_that_is_no_object_is_refused_in_ckans_way(app, body: bytes) -> None:
    answer = app.test_client().post(ACTION + "package_show", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert json.loads(answer.data).startswith("Bad request - JSON Error")


def test_both_addresses_take_get_and_post(app) -> None:
    client = app.test_client()
    told = [
        client.get("/api/action/package_show?id=stations").json["result"],
        client.post("/api/action/package_show", json={"id": "stations"}).json["result"],
        client.post(ACTION + "package_show?id=stations").json["result"],
        client.get(ACTION + "package_show?name_or_id=stations").json["result"],
    ]
    assert all(each == told[0] for each in told)


def test_ids_follow_from_addresses_and_stay(publish, ask, store: Store, settings: Settings) -> None:
    first = ask(ACTION + "package_show?id=stations").json["result"]
    publish(note="again")
    second = ask(ACTION + "package_show?id=stations").json["result"]
    assert [first[name] for name in ("id", "owner_org")] == [second[name] for name in ("id", "owner_org")]
    assert [each["id"] for each in first["resources"]] == [each["id"] for each in second["resources"]]
    assert first["id"] == search.uuid_of("dataset/stations", settings)
    publish("other", package={"publisher": Agent(id="131130", name=Text("渋谷区"))})
    assert ask(f"{ACTION}organization_show?id={search.uuid_of('publisher/131130', settings)}").json["result"]["name"] == "131130"
    with store.writing() as writing:
        writing.withdraw("stations", "2026-05-01T00:00:00Z")
        search.remove(writing, "stations")
    for known in ("stations", first["id"]):
        assert ask(f"{ACTION}package_show?id={known}").status == 404
    assert ask(f"{ACTION}resource_show?id={first['resources'][0]['id']}").status == 404
