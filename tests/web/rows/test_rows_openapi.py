"""OpenAPI: valid, complete, and true: every documented address answers as its schema says."""

import re
from dataclasses import replace
from urllib.parse import quote, urlencode

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from rows_samples import BASE, FIELDS, LINES, toilets

from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app


@pytest.fixture(scope="module")
def app(tmp_path_factory, publisher_of):
    """A catalogue of one dataset with two versions, that no test changes."""
    folder = tmp_path_factory.mktemp("openapi")
    settings = Settings(home=str(folder / "home"), base_url=BASE)
    with Store.open(settings) as store:
        publish = publisher_of(store, settings, folder)
        toilets(publish)
        toilets(publish, LINES[:-1])
        yield create_app(settings, store)


@pytest.fixture(scope="module")
def get(app: Flask):
    """What asks for an address, and closes the file that may be behind the answer."""
    client = app.test_client()

    def ask(address: str):
        with client.get(address) as response:
            assert response.data is not None
            return response

    return ask


@pytest.fixture(scope="module")
def whole(app: Flask):
    return app.test_client().get("/api/openapi.json").json


def schema_of(document, operation):
    """The schema of an answer, with what it refers to."""
    content = operation["responses"]["200"]["content"]
    found = next((each["schema"] for name, each in content.items() if "json" in name and "geo" not in name), {})
    return {"components": document["components"], **found}


def test_the_whole_document_is_valid(whole) -> None:
    OpenAPIV31SpecValidator(whole).validate()
    assert whole["openapi"].startswith("3.1")
    assert whole["servers"] == [{"url": BASE}]


def test_every_documented_address_answers_as_its_schema_says(get, whole) -> None:
    for path, item in whole["paths"].items():
        if "get" not in item:  # what writes: tests/web/test_openapi_schemathesis.py
            continue
        operation = item["get"]
        asked = {each["name"]: each for each in operation["parameters"]}
        real = re.sub(r"\{(\w+)\}", lambda found: quote(str(asked[found[1]]["example"])), path)  # noqa: B023  used at once
        needed = {name: each["example"] for name, each in asked.items() if each["in"] == "query" and each.get("required")}
        found = get(real + (f"?{urlencode(needed)}" if needed else ""))
        assert found.status_code == 200, (real, found.text[:300])
        assert found.mimetype in {each.partition(";")[0] for each in operation["responses"]["200"]["content"]}, path
        jsonschema.validate(found.json, schema_of(whole, operation), cls=jsonschema.Draft202012Validator)


def test_every_documented_parameter_is_taken_and_no_other(get, whole) -> None:
    for path, item in whole["paths"].items():
        if "get" not in item:
            continue
        asked = {each["name"]: each for each in item["get"]["parameters"]}
        real = re.sub(r"\{(\w+)\}", lambda found: quote(str(asked[found[1]]["example"])), path)  # noqa: B023  used at once
        if path.startswith("/api/3/"):  # errors there are CKAN's
            continue
        refused = get(f"{real}?nobody_knows_this=1")
        assert refused.status_code == 400, path
        jsonschema.validate(refused.json, {"components": whole["components"], "$ref": "#/components/schemas/Problem"})
        for name, each in asked.items():
            if each["in"] == "query" and each["schema"].get("type") == "integer":
                assert get(f"{real}?{name}=x").status_code == 400, (path, name)


def test_the_document_of_a_dataset_has_its_columns_as_parameters(get) -> None:
    document = get("/api/v1/datasets/toilets/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    path, item = next(iter(document["paths"].items()))
    assert path == "/api/v1/datasets/toilets/tables/toilets/rows"
    asked = {each["name"]: each for each in item["get"]["parameters"]}
    for field in FIELDS:
        assert (field.name if field.name != "version" else "version__exact") in asked
    assert "施設の名前。" in asked["名称"]["description"]
    assert "Name of the place." in asked["名称"]["description"]
    assert asked["名称"]["example"] == "中央公園トイレ"
    assert asked["便器数__sum"] if "便器数__sum" in asked else "便器数__sum" in asked["aggregate"]["schema"]["items"]["enum"]
    found = get(path).json
    jsonschema.validate(found, schema_of(document, item["get"]), cls=jsonschema.Draft202012Validator)
    for name, each in asked.items():
        if "example" not in each:
            continue
        value = each["example"]
        text = (
            ",".join(map(str, value))
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
        )
        answered = get(f"{path}?{urlencode({name: text})}")
        assert answered.status_code == 200, (name, answered.text)


def test_names_of_parameters_are_unique(get) -> None:
    document = get("/api/v1/datasets/toilets/openapi.json").json
    for item in document["paths"].values():
        names = [each["name"] for each in item["get"]["parameters"]]
        assert len(names) == len(set(names))


def test_addresses_that_answer_in_json_are_documented(app: Flask, whole) -> None:
    """A new address of the API, or one that ends in .json, has to be described beside its view."""
    documented = {re.sub(r"\{\w+\}", "*", path) for path in whole["paths"]}
    wanted = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<any\(json\):\w+>", "json", re.sub(r"<any\([^)]*\bjson\b[^)]*\):\w+>", "json", rule.rule))
        path = re.sub(r"<[^>]+>", "*", path)
        if not rule.endpoint.startswith("fixed-") and (path.startswith("/api/") or path.endswith(".json")):
            wanted.add(path)
    same = {"/download/*/*/*.csv-metadata.json", "/download/*/*/csv-metadata.json", "/api/action/*"}
    undocumented = wanted - documented - same
    assert not undocumented


def test_the_page_about_the_api(get) -> None:
    for language, words in (("ja", "行を取り出す"), ("en", "Rows of tables")):
        found = get(f"/{language}/api")
        assert found.status_code == 200
        assert words in found.text
        assert "<script" not in found.text
        for name in ("__near", "group_by", "aggregate", "/api/v1/datasets/{dataset}", "/api/openapi.json"):
            assert name in found.text
    for address in re.findall(r'href="(/[^"]*)"', get("/ja/api").text):
        assert get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_list_of_apis(get) -> None:
    found = get("/.well-known/api-catalog")
    assert found.headers["Content-Type"].startswith("application/linkset+json; profile=")
    whole, dataset = found.json["linkset"]
    assert whole["service-desc"][0]["href"] == f"{BASE}/api/openapi.json"
    assert dataset["service-desc"][0]["href"] == f"{BASE}/api/v1/datasets/toilets/openapi.json"


def test_an_empty_catalogue_has_a_document_and_a_page(tmp_path, settings: Settings) -> None:
    empty = replace(settings, home=str(tmp_path / "empty"))
    with Store.open(empty) as store:
        client = create_app(empty, store).test_client()
        OpenAPIV31SpecValidator(client.get("/api/openapi.json").json).validate()
        assert client.get("/api").status_code == 200
