"""Two publishers, every address that writes, every kind of token: who may not is told so; the audit log has what it should."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import update

from catalog import tokens
from catalog.settings import Settings
from catalog.store import Store
from catalog.store.database import tokens as table
from catalog.web import create_app

OWNERS = {"mine": {"id": "270008", "name": "大阪府"}, "theirs": {"id": "280003", "name": "兵庫県"}}
ROUTES = {
    "PUT": ("PUT", "/api/v1/datasets/matrix-{whose}", "publish"),
    "validate": ("POST", "/api/v1/datasets/matrix-{whose}/validate", "publish"),
    "DELETE": ("DELETE", "/api/v1/datasets/matrix-{whose}", "withdraw"),
    "form": ("POST", "/ja/publish", "publish"),
    "form, asked": ("POST", "/ja/publish", "publish"),
}
"""Method, address, what the token has to be good for. The form is sent twice: with the file, then to say yes."""
FORMS = ("form", "form, asked")
READING = {"/check", "/mcp", "/api/action/<action>", "/api/3/action/<action>"}
"""What takes a body and writes nothing, so needs no token; also with the language before it."""
KINDS = {
    "none": (401, "token-missing"),
    "malformed": (401, "token-unknown"),
    "unknown": (401, "token-unknown"),
    "expired": (401, "token-expired"),
    "revoked": (401, "token-revoked"),
    "other publisher": (403, "token-scope-publisher"),
    "other action": (403, "token-scope-action"),
}
"""What the answer is; the form tells the same as a page, where no token at all is one that is not known.

Its second half knows nothing of what a token of somebody else has sent: 409, whatever that token is good for.
"""
NOT_THERE = (409, "held-gone")


def package(whose, rows="A01,120\n", name=""):
    fields = [{"name": "code", "type": "string"}, {"name": "passengers", "type": "integer"}]
    told = {
        "name": name or f"matrix-{whose}",
        "title": "駅の一覧",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"publisher": OWNERS[whose]},
        "resources": [{"name": "stations", "path": "s.csv", "schema": {"fields": fields}}],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("datapackage.json", json.dumps(told, ensure_ascii=False))
        archive.writestr("s.csv", f"code,passengers\n{rows}")
    return packed.getvalue()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    settings = Settings(
        home=str(tmp_path_factory.mktemp("home")),
        base_url="https://data.example.jp",
        rate_limit_failures="",
        rate_limit_writes="",
    )
    with Store.open(settings) as store:
        app = create_app(settings, store)
        client = app.test_client()
        for whose, publisher in OWNERS.items():
            answer = send(client, "PUT", whose, made(store, publisher["id"]), package(whose))
            assert answer.status_code == 201, answer.text
        yield client, store
        for each in ("publishing-sandbox", "sandbox"):
            app.extensions[each].close()


def made(store, publisher, actions=("publish", "withdraw")):
    return tokens.create(store, publisher=publisher, actions=actions, label="", days=1, actor="cli:test")[0]


def spoil(store, kind, secret):
    """Make a good token one that is not."""
    identity = tokens.authenticate(store, secret).id
    if kind == "revoked":
        tokens.revoke(store, identity, "cli:test")
    else:
        with store._database.writing() as connection:
            connection.execute(update(table).where(table.c.id == identity).values(expires="2020-01-01T00:00:00Z"))


def secret_of(store, kind, whose, action):
    """A token of that kind for the dataset of that publisher; of one that will be spoiled, while it is good."""
    owner = OWNERS[whose]["id"]
    other = OWNERS["theirs" if whose == "mine" else "mine"]["id"]
    match kind:
        case "none":
            return ""
        case "malformed":
            return "odcat_x' OR 1=1 --"
        case "unknown":
            return tokens.PREFIX + "x" * 43
        case "other publisher":
            return made(store, other)
        case "other action":
            return made(store, owner, ["withdraw" if action == "publish" else "publish"])
    return made(store, owner)


def held(client, secret, body):
    """What the form answers with, for its second half."""
    data = {"token": secret, "file": (io.BytesIO(body), "p.zip")}
    shown = client.post("/ja/publish", data=data, headers={"Accept": "text/html"})
    assert shown.status_code == 200, shown.text
    return re.search(r'name="held" value="([0-9a-f]{32})"', shown.text)[1]


def send(client, route, whose, secret, body, waits=""):
    method, address, _action = ROUTES[route]
    if route in FORMS:
        data = {"token": secret} | ({"held": waits} if waits else {"file": (io.BytesIO(body), "p.zip")})
        return client.post(address, data=data, headers={"Accept": "text/html"})
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    kind = {} if method == "DELETE" else {"data": body, "content_type": "application/zip"}
    return client.open(address.format(whose=whose), method=method, headers=headers, **kind)


def waiting(client, store, kind, whose, secret, body):
    """A package that was shown: to the token itself where it is good no more, else to one that is good."""
    return held(client, secret if kind in ("expired", "revoked") else made(store, OWNERS[whose]["id"]), body)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("whose", OWNERS)
def test_who_may_not_write_does_not(catalogue, whose, route, kind):
    client, store = catalogue
    action, body = ROUTES[route][2], package(whose, rows="Z99,9\n")
    secret = secret_of(store, kind, whose, action)
    waits = waiting(client, store, kind, whose, secret, body) if route == "form, asked" else ""
    status, code = NOT_THERE if waits and KINDS[kind][0] == 403 else KINDS[kind]
    if kind in ("expired", "revoked"):
        spoil(store, kind, secret)
    before, files, length = store.position(), set(store.files.all()), len(store.trust.audit(limit=500))
    answer = send(client, route, whose, secret, body, waits)
    assert answer.status_code == status, answer.text
    if route in FORMS:
        assert answer.mimetype == "text/html"
    else:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"] == code
        assert set(answer.json) == {"type", "title", "status", "detail", "code"}, "one shape for all"
        assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert not secret or secret not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert (store.position(), set(store.files.all())) == (before, files), "nothing was written"
    told = store.trust.audit(limit=500)[: len(store.trust.audit(limit=500)) - length]
    if status == 401:
        assert told == (), "nobody who is known did anything"
    else:
        line = told[0]
        assert len(told) == 1
        assert (line.action, line.outcome, line.details["codes"]) == (action, "refused", code)
        assert line.actor == f"token:{tokens.authenticate(store, secret).id}"
        assert line.dataset in (f"matrix-{whose}", "")


@pytest.mark.parametrize("state", ["published", "withdrawn", "never published"])
@pytest.mark.parametrize("route", [each for each in ROUTES if each != "form, asked"])
@pytest.mark.parametrize("whose", OWNERS)
def test_nobody_takes_a_dataset_over(catalogue, whose, route, state):
    """With a good token, and a package that says it is of the sender: a dataset stays with whoever published it first."""
    client, store = catalogue
    method, address, _action = ROUTES[route]
    name = f"{whose}-{route.lower()}-{state.replace(' ', '-')}"
    other = "theirs" if whose == "mine" else "mine"
    if state != "never published":
        owner = made(store, OWNERS[whose]["id"])
        assert write(client, "PUT", name, owner, package(whose, name=name)).status_code == 201
        if state == "withdrawn":
            assert write(client, "DELETE", name, owner).status_code == 200
    before = store.position()
    body = package(whose if state == "never published" else other, rows="Z99,9\n", name=name)
    secret = made(store, OWNERS[other]["id"])
    if route == "form":
        answer = send(client, route, whose, secret, body)
    else:
        answer = write(client, method, name, secret, None if method == "DELETE" else body, address.partition("{whose}")[2])
    unknown = method == "DELETE" and state == "never published"
    assert answer.status_code in ({404} if unknown else {403, 409}), answer.text
    assert store.position() == before
    assert store.owner(name) == (None if state == "never published" else OWNERS[whose]["id"])


def write(client, method, name, secret, body=None, after=""):
    sent = {} if body is None else {"data": body, "content_type": "application/zip"}
    return client.open(f"/api/v1/datasets/{name}{after}", method=method, headers={"Authorization": f"Bearer {secret}"}, **sent)


def test_no_other_address_takes_a_body(catalogue):
    """Whatever comes to be has to be added to the ways of writing above, or to those that only read."""
    client, _store = catalogue
    writing = {"POST", "PUT", "DELETE", "PATCH"}
    found = set()
    for rule in client.application.url_map.iter_rules():
        address = rule.rule.replace("/<any(ja,en):language>", "").replace("<slug:dataset>", "matrix-{whose}")
        found |= {(method, address) for method in (rule.methods or set()) & writing}
    known = {(method, address.removeprefix("/ja")) for method, address, _action in ROUTES.values()}
    assert found == known | {("POST", each) for each in READING}


@pytest.mark.parametrize("whose", OWNERS)
def test_who_may_does_and_each_write_is_a_line_of_the_log(catalogue, whose):
    client, store = catalogue
    secret = made(store, OWNERS[whose]["id"])
    actor, dataset = f"token:{tokens.authenticate(store, secret).id}", f"matrix-{whose}"
    assert send(client, "validate", whose, secret, package(whose, rows="B01,1\n")).status_code == 200
    assert send(client, "form", whose, secret, package(whose, rows="B01,1\n")).status_code == 200
    assert send(client, "PUT", whose, secret, package(whose, rows="B01,1\n")).status_code == 201
    assert send(client, "PUT", whose, secret, package(whose, rows="B01,1\n")).status_code == 200
    assert send(client, "PUT", whose, secret, package(whose, rows="B01,many\n")).status_code == 422
    assert send(client, "DELETE", whose, secret, b"").status_code == 200
    assert send(client, "DELETE", whose, secret, b"").status_code == 410
    assert send(client, "PUT", whose, secret, package(whose)).status_code == 201
    lines = [(each.action, each.outcome) for each in reversed(store.trust.audit(dataset=dataset)) if each.actor == actor]
    assert lines == [
        ("publish", "done"),
        ("publish", "refused"),
        ("withdraw", "done"),
        ("withdraw", "refused"),
        ("publish", "done"),
    ]
