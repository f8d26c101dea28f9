"""Publishing over HTTP: who may, what becomes of it, and that nothing becomes of what is refused."""

import io
import json
import threading
import zipfile
from pathlib import Path

import pytest

from catalog import tokens
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

CITY = {"id": "270008", "name": "大阪府"}
OTHER = {"id": "280003", "name": "兵庫県"}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """One application with its sandbox for all tests of this module; each has datasets of its own."""
    settings = Settings(home=str(tmp_path_factory.mktemp("home")), base_url="https://data.example.jp", max_publish_bytes=200_000)
    with Store.open(settings) as store:
        app = create_app(settings, store)
        yield app, store, settings
        app.extensions["publishing-sandbox"].close()
        app.extensions["sandbox"].close()


@pytest.fixture
def client(catalogue):
    return catalogue[0].test_client()


@pytest.fixture
def store(catalogue):
    return catalogue[1]


def secret(store, publisher="270008", actions=("publish", "withdraw"), **changes):
    return tokens.create(store, publisher=publisher, actions=actions, label="", days=1, actor="cli:test", **changes)[0]


def zipped(folder: Path, **more: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(folder).as_posix())
        for name, text in more.items():
            archive.writestr(name, text)
    return written.getvalue()


@pytest.fixture
def package(package_folder):
    """Builder of zips: ``package(name, rows=…, publisher=…)``."""

    def build(name, rows="A01,120\nA02,\n", publisher=CITY, descriptor=None):
        folder = package_folder(name, rows=rows, descriptor=descriptor)
        path = folder / "datapackage.json"
        written = json.loads(path.read_text(encoding="utf-8"))
        if publisher:
            written["catalog"]["publisher"] = publisher
        path.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
        return zipped(folder)

    return build


def send(client, method, address, token="", body=None, **headers):
    headers = {name.replace("_", "-"): text for name, text in headers.items()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers.setdefault("Content-Type", "application/zip")
    return client.open(address, method=method, data=body, headers=headers)


def audit(store, dataset):
    return [(each.action, each.outcome, each.version) for each in reversed(store.trust.audit(dataset=dataset))]


def test_a_package_is_published_and_the_same_bytes_are_no_new_version(client, store, package):
    token = secret(store)
    first = send(client, "PUT", "/api/v1/datasets/up-one", token, package("up-one"))
    assert first.status_code == 201
    assert first.headers["Location"] == "https://data.example.jp/dataset/up-one"
    assert (first.json["version"], first.json["created"]) == (1, True)
    again = send(client, "PUT", "/api/v1/datasets/up-one", token, package("up-one"))
    assert again.status_code == 200
    assert (again.json["version"], again.json["created"]) == (1, False)
    second = send(
        client, "PUT", "/api/v1/datasets/up-one?note=訂正：1行を追加", token, package("up-one", rows="A01,120\nA03,4\n")
    )
    assert second.status_code == 201
    assert store.latest("up-one").note == "訂正：1行を追加"
    assert audit(store, "up-one") == [("publish", "done", 1), ("publish", "done", 2)]
    assert store.verify() == ()
    assert client.get("/dataset/up-one.json").json["version"] == 2
    with client.get("/download/up-one/2/stations.csv") as downloaded:
        assert b"A03" in downloaded.data


def test_what_http_publishes_is_what_the_command_publishes(client, catalogue, package, tmp_path):
    _app, store, settings = catalogue
    body = package("up-same")
    assert send(client, "PUT", "/api/v1/datasets/up-same", secret(store), body).status_code == 201
    (tmp_path / "same.zip").write_bytes(body)
    assert not publish(tmp_path / "same.zip", settings, store).created
    assert not publish(tmp_path / "packages" / "up-same", settings, store).created


def test_invalid_data_is_refused_with_every_finding_and_nothing_is_stored(client, store, package):
    before = set(store.files.all())
    answer = send(client, "PUT", "/api/v1/datasets/up-bad", secret(store), package("up-bad", rows="A01,-5\nA01,many\n"))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert {each["code"] for each in answer.json["errors"]} == {
        "stock.constraint-error.minimum",
        "stock.type-error",
        "stock.primary-key.same",
    }
    assert all(each["place"]["row"] in {2, 3} for each in answer.json["errors"])
    assert set(store.files.all()) == before
    assert client.get("/dataset/up-bad").status_code == 404
    assert audit(store, "up-bad") == [("publish", "refused", 0)]


def test_a_dry_run_answers_as_publishing_would_and_stores_nothing(client, store, package):
    token, before = secret(store), set(store.files.all())
    good = send(client, "POST", "/api/v1/datasets/up-dry/validate", token, package("up-dry"))
    assert good.status_code == 200
    assert (good.json["valid"], good.json["version"], good.json["created"]) == (True, 1, True)
    assert good.json["rows"] == {"stations": 2}
    bad = send(client, "POST", "/api/v1/datasets/up-dry/validate", token, package("up-dry", rows="A01,x\n"))
    assert bad.status_code == 422
    assert set(store.files.all()) == before
    assert client.get("/dataset/up-dry").status_code == 404
    assert audit(store, "up-dry") == []


def test_a_dry_run_names_what_would_change(client, store, package, package_folder):
    token = secret(store)
    assert send(client, "PUT", "/api/v1/datasets/up-diff", token, package("up-diff")).status_code == 201
    folder = package_folder("up-diff")
    path = folder / "datapackage.json"
    changed = json.loads(path.read_text(encoding="utf-8"))
    changed["catalog"]["publisher"] = CITY
    changed["resources"][0]["schema"]["fields"][1]["type"] = "number"
    path.write_text(json.dumps(changed), encoding="utf-8")
    refused = send(client, "POST", "/api/v1/datasets/up-diff/validate", token, zipped(folder))
    assert refused.status_code == 422
    assert {each["code"] for each in refused.json["errors"]} == {"breaking-change.retyped"}
    told = send(client, "POST", "/api/v1/datasets/up-diff/validate?breaking=小数になった", token, zipped(folder)).json
    assert [(each["field"], each["before"], each["after"], each["breaking"]) for each in told["changes"]] == [
        ("passengers", "integer", "number", True)
    ]
    assert store.latest("up-diff").version == 1


def test_a_dry_run_sees_conflicts_too(client, store, package):
    assert send(client, "PUT", "/api/v1/datasets/up-clash", secret(store), package("up-clash")).status_code == 201
    body = package("up", publisher=CITY)
    folder = json.loads(zipfile.ZipFile(io.BytesIO(body)).read("datapackage.json"))
    folder["resources"][0]["name"] = "clash_stations"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("datapackage.json", json.dumps(folder))
        archive.writestr("data/stations.csv", "code,passengers\nA01,1\n")
    for method, address in (("POST", "/api/v1/datasets/up/validate"), ("PUT", "/api/v1/datasets/up")):
        answer = send(client, method, address, secret(store), written.getvalue())
        assert answer.status_code in {200, 201}, answer.json  # "-" and "_" differ: these addresses do not clash
    other = secret(store, publisher="280003")
    mine = package("up-clash", publisher=OTHER)
    assert send(client, "POST", "/api/v1/datasets/up-clash/validate", other, mine).status_code == 403


def test_withdrawing(client, store, package):
    token = secret(store)
    assert send(client, "DELETE", "/api/v1/datasets/up-gone", token).status_code == 404
    send(client, "PUT", "/api/v1/datasets/up-gone", token, package("up-gone"))
    gone = send(client, "DELETE", "/api/v1/datasets/up-gone?reason=誤りがあったため", token)
    assert (gone.status_code, gone.json["withdrawn"]) == (200, True)
    assert client.get("/dataset/up-gone").status_code == 410
    assert send(client, "DELETE", "/api/v1/datasets/up-gone", token).status_code == 410
    again = send(client, "PUT", "/api/v1/datasets/up-gone", token, package("up-gone"))
    assert (again.status_code, again.json["version"]) == (201, 2)


WRITES = [
    ("PUT", "/api/v1/datasets/up-own", "publish"),
    ("POST", "/api/v1/datasets/up-own/validate", "publish"),
    ("DELETE", "/api/v1/datasets/up-own", "withdraw"),
]


@pytest.mark.parametrize(("method", "address", "action"), WRITES)
def test_two_publishers_every_write_and_every_kind_of_token(client, store, package, method, address, action):
    owner = secret(store)
    send(client, "PUT", "/api/v1/datasets/up-own", owner, package("up-own"))
    version = store.latest("up-own").version
    revoked = secret(store)
    tokens.revoke(store, tokens.authenticate(store, revoked).id, "cli:test")
    kinds = {
        "none": ("", 401, "token-missing"),
        "unknown": ("odcat_" + "x" * 43, 401, "token-unknown"),
        "revoked": (revoked, 401, "token-revoked"),
        "other publisher": (secret(store, publisher="280003"), 403, "token-scope-publisher"),
        "other action": (
            secret(store, actions=["withdraw" if action == "publish" else "publish"]),
            403,
            "token-scope-action",
        ),
    }
    body = None if method == "DELETE" else package("up-own", rows="A09,9\n")
    shapes = set()
    for kind, (token, status, code) in kinds.items():
        answer = send(client, method, address, token, body)
        assert (answer.status_code, answer.json["code"]) == (status, code), kind
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        shapes.add(tuple(answer.json))
    assert len(shapes) == 1
    assert store.latest("up-own").version == version


def test_an_expired_token(client, store, package, monkeypatch):
    token = secret(store)
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "_TOLERANCE", -tokens.timedelta(days=2))
        answer = send(client, "PUT", "/api/v1/datasets/up-late", token, package("up-late"))
    assert (answer.status_code, answer.json["code"]) == (401, "token-expired")


def test_a_package_of_another_publisher_is_refused(client, store, package):
    answer = send(client, "PUT", "/api/v1/datasets/up-theirs", secret(store), package("up-theirs", publisher=OTHER))
    assert (answer.status_code, answer.json["code"]) == (403, "token-scope-publisher")
    mine = send(client, "PUT", "/api/v1/datasets/up-nobodys", secret(store), package("up-nobodys", publisher=None))
    assert mine.status_code == 403  # a package that names nobody is the operator's
    operators = secret(store, publisher="operator")
    assert send(client, "PUT", "/api/v1/datasets/up-nobodys", operators, package("up-nobodys", publisher=None)).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "zip-invalid"),
        (b"PK\x03\x04 broken", 422, "zip-invalid"),
        (b"code,passengers\nA01,1\n", 422, "zip-invalid"),
        (b"\0" * 300_000, 413, "upload-too-large"),
    ],
)
def test_what_is_no_package(client, store, body, status, code):
    answer = send(client, "PUT", "/api/v1/datasets/up-no", secret(store), body)
    assert answer.status_code == status
    assert code in {answer.json["code"], *(each["code"] for each in answer.json.get("errors", ()))}
    assert client.get("/dataset/up-no").status_code == 404


def test_other_mistakes_are_told(client, store, package):
    token, body = secret(store), package("up-name")
    assert send(client, "PUT", "/api/v1/datasets/up-else", token, body).json["errors"][0]["code"] == "upload-other-dataset"
    assert send(client, "PUT", "/api/v1/datasets/up-name", token, body, Content_Type="text/csv").status_code == 415
    assert send(client, "PUT", "/api/v1/datasets/up-name?nope=1", token, body).status_code == 400
    assert send(client, "PUT", "/api/v1/datasets/up-name?note=a%0Ab", token, body).status_code == 400
    assert send(client, "PUT", "/api/v1/datasets/UP%20NAME", token, body).status_code == 404
    assert send(client, "PATCH", "/api/v1/datasets/up-name", token, body).status_code == 405
    foreign = send(client, "PUT", "/api/v1/datasets/up-name", token, body, Origin="https://evil.example")
    assert foreign.status_code == 403
    basic = client.put("/api/v1/datasets/up-name", data=body, headers={"Authorization": "Basic eDp5"})
    assert (basic.status_code, basic.json["code"]) == (401, "token-missing")


def test_several_publishers_of_one_dataset_at_once(catalogue, store, package):
    app, _store, _settings = catalogue
    token, bodies = secret(store), [package("up-race", rows=f"A0{number},{number}\n") for number in range(8)]
    send(app.test_client(), "PUT", "/api/v1/datasets/up-race", token, package("up-race"))
    answers, begin = [], threading.Barrier(len(bodies))

    def work(body):
        begin.wait()
        for _attempt in range(40):
            answer = send(app.test_client(), "PUT", "/api/v1/datasets/up-race", token, body)
            answers.append((answer.status_code, answer.json.get("version")))
            if answer.status_code != 503:  # so many wait already: the answer says when to come again
                break
            threading.Event().wait(0.2)

    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done = sorted(version for status, version in answers if status == 201)
    assert {status for status, _version in answers} <= {201, 409, 503}
    assert done == list(range(2, 2 + len(done)))
    assert done
    assert [each.version for each in store.versions("up-race")] == list(range(1 + len(done), 0, -1))
    assert store.verify() == ()


def test_the_last_use_of_a_token_is_remembered(client, store):
    token = secret(store)
    made = tokens.authenticate(store, token)
    assert made.last_used == ""
    send(client, "DELETE", "/api/v1/datasets/up-nothing", token)
    assert tokens.authenticate(store, token).last_used >= made.created


def test_secrets_and_paths_stand_in_no_answer_and_no_log(client, store, package, caplog, tmp_path):
    token = secret(store)
    answers = [
        send(client, "PUT", "/api/v1/datasets/up-quiet", token, package("up-quiet", rows="A01,x\n")),
        send(client, "PUT", "/api/v1/datasets/up-quiet", token, package("up-quiet")),
        client.get("/dataset/up-quiet.json"),
    ]
    told = b"".join(each.data for each in answers).decode() + caplog.text + str(store.trust.audit(limit=500))
    assert token not in told
    assert str(tmp_path) not in told
    assert "/tmp/" not in told
