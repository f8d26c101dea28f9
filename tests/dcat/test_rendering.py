"""Documents: the same bytes for the same noun, in every process; heads that never vary; one node is a document too."""

import subprocess
import sys
from pathlib import Path

import pytest
from dcat_samples import ADDRESSES, BASE, FORMATS, SETTINGS, parsed, publication

from catalog.dcat.framing import CLOSES, HEADS
from catalog.dcat.nouns import Catalog
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_catalog
from catalog.settings import Settings

PROGRAM = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from dcat_samples import ADDRESSES, SETTINGS, publication
from catalog.dcat import dataset_of, render, render_catalog
documents = render(dataset_of(publication(), ADDRESSES, SETTINGS)) | {"@" + k: v for k, v in render_catalog(SETTINGS).items()}
print({name: hashlib.sha256(document).hexdigest() for name, document in documents.items()})
"""


def test_another_process_renders_the_same_bytes() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert "@ttl" in answers.pop()


@pytest.mark.parametrize("format_", FORMATS)
def test_every_document_has_the_same_head_and_close(format_: str) -> None:
    for documents in (
        render(dataset_of(publication(), ADDRESSES, SETTINGS)),
        render_catalog(SETTINGS),
        render(Catalog(iri="https://data.example.jp/catalog")),
    ):
        assert documents[format_].startswith(HEADS[format_])
        assert documents[format_].endswith(CLOSES[format_])
        assert len(parsed(format_, documents[format_])) > 0


def test_turtle_begins_with_what_the_document_is_about_and_binds_no_generated_prefix() -> None:
    document = render(dataset_of(publication(), ADDRESSES, SETTINGS))["ttl"].decode()
    body = document.removeprefix(HEADS["ttl"].decode())
    assert body.startswith("<https://data.example.jp/dataset/stations> a dcat:Dataset ;")
    assert "@prefix" not in body
    assert "ns1:" not in body


def test_json_ld_needs_nothing_from_the_network() -> None:
    document = render_catalog(SETTINGS)["jsonld"].decode()
    assert document.startswith('{"@context": {"adms": "http://www.w3.org/ns/adms#"')


def test_the_catalogue_describes_itself_without_dates() -> None:
    text = render_catalog(Settings(base_url=BASE, publisher_id="270008"))["nt"].decode()
    for subject, predicate, object_ in (
        (f"{BASE}/catalog", "http://purl.org/dc/terms/publisher", f"{BASE}/publisher/270008"),
        (f"{BASE}/publisher/270008", "http://purl.org/dc/terms/type", "http://purl.org/adms/publishertype/RegionalAuthority"),
        (f"{BASE}/catalog", "http://xmlns.com/foaf/0.1/homepage", f"{BASE}/"),
    ):
        assert f"<{subject}> <{predicate}> <{object_}> .\n" in text
    assert "terms/modified" not in text
    assert "terms/issued" not in text
