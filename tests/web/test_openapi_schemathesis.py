"""Schemathesis over our own OpenAPI: whatever is asked or sent, no answer is a mistake of ours, and each is as documented.

All checks, and stateful: what an answer links to is asked, too. The short form has few cases of every operation and is seeded;
the long form has many.
"""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as cases
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from catalog import tokens
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

SHORT, LONG = 4, int(os.environ.get("FUZZ_CASES", "400"))
"""Cases of each operation."""
TOLD = [200, 201, 400, 401, 403, 404, 409, 410, 413, 414, 415, 422, 429]
"""What a question that is written as documented may come to: no schema can say which columns there are, or what a package is."""
CHECKS = ("positive_data_acceptance", "negative_data_rejection")
REFUSED = {name: {"expected-statuses": [each for each in TOLD if each > 201 or name == CHECKS[0]]} for name in CHECKS}
CONFIG = schemathesis.Config.from_dict({"checks": REFUSED})
HEADERS = {"Accept-Encoding": "identity"}
"""The transport of schemathesis does not unpack what is compressed."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # nor does it close the files that answers are read from
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def descriptor(name):
    fields = [
        {"name": "code", "type": "string", "title": "駅番号", "constraints": {"required": True}},
        {"name": "passengers", "type": "integer", "title": "乗降人員"},
        {"name": "opened", "type": "date", "title": "開業日"},
    ]
    return {
        "name": name,
        "title": "駅の一覧",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"publisher": {"id": "270008", "name": "大阪府"}},
        "resources": [{"name": "stations", "path": "s.csv", "schema": {"fields": fields, "primaryKey": ["code"]}}],
    }


def zipped(name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("datapackage.json", json.dumps(descriptor(name)))
        archive.writestr("s.csv", "code,passengers,opened\nA01,120,2020-04-01\nA02,,\n")
    return packed.getvalue()


@pytest.fixture(scope="module")
def secret():
    return {}


@pytest.fixture(scope="module")
def api(tmp_path_factory, secret):
    """The document of a catalogue with one dataset, and the application that it is asked of."""
    folder: Path = tmp_path_factory.mktemp("schemathesis")
    known = Settings(home=str(folder / "home"), base_url="http://127.0.0.1", publish_seconds=10)
    (folder / "stations.zip").write_bytes(zipped("stations"))
    with Store.open(known) as store:
        publish(folder / "stations.zip", known, store)
        secret["token"] = tokens.create(
            store, publisher="*", actions=["publish", "withdraw"], label="", days=1, actor="cli:test"
        )[0]
        app = create_app(known, store)
        yield schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=CONFIG)
        for each in ("publishing-sandbox", "sandbox"):
            app.extensions[each].close()


def sent(case: Case, secret: dict[str, str]) -> None:
    """Ask, with a good token, and hold the answer against every check that there is."""
    case.call_and_validate(headers=HEADERS | {"Authorization": f"Bearer {secret['token']}"})


def limits(examples: int) -> cases:
    return cases(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )


def faults(api, secret, examples: int) -> list[str]:
    """What schemathesis finds, one text an operation: asked as documented, and otherwise."""
    found = []
    for result in api.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            run = limits(examples)(given(case=operation.as_strategy(generation_mode=mode))(lambda case: sent(case, secret)))
            try:
                run()
            except Unsatisfiable:
                continue  # an operation without parameters cannot be asked otherwise
            except BaseExceptionGroup as error:
                found += [f"{operation.label}: {each}" for each in error.exceptions]
            except Exception as error:  # noqa: BLE001  all of them are told together
                found.append(f"{operation.label}: {error}")
    return found


def test_every_operation_is_as_documented(api, secret):
    found = faults(api, secret, SHORT)
    assert not found, "\n\n".join(found)


def test_what_follows_from_an_answer_is_as_documented(api, secret):
    """Requests one after another, each with what the answer before told."""
    stateful(api, secret, SHORT)


def stateful(api, secret, examples: int) -> None:
    class Session(api.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, object]:  # noqa: ARG002  as schemathesis calls it
            return {"headers": HEADERS | {"Authorization": f"Bearer {secret['token']}"}}

    Session.run(settings=cases(limits(examples), stateful_step_count=8))


@pytest.mark.long
def test_what_follows_from_an_answer_is_as_documented_in_many_cases(api, secret):
    stateful(api, secret, LONG)


@pytest.mark.long
def test_every_operation_is_as_documented_in_many_cases(api, secret):
    found = faults(api, secret, LONG)
    assert not found, "\n\n".join(found)
