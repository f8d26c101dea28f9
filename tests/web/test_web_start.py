"""The web starts light: what it serves was worked out before."""

import subprocess
import sys

PROGRAM = """
import sys
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app
settings = Settings(home=sys.argv[1], base_url="https://data.example.jp")
with Store.open(settings) as store:
    client = create_app(settings, store).test_client()
    for path in sys.argv[2:]:
        with client.get(path) as answer:
            assert answer.status_code == 200, (path, answer.status_code)
            assert answer.data
print(sorted({"pandas", "frictionless", "rdflib", "numpy", "alembic", "petl"} & set(sys.modules)))
"""


def test_neither_start_nor_answers_import_what_is_heavy(published_home) -> None:
    paths = ["/ja", "/dataset/stations", "/dataset/stations.ttl", "/dataset/stations/report", "/catalog.jsonld", "/datasets.json"]
    paths += [
        "/schema/stations-stations",
        "/field/stations-stations-passengers",
        "/download/stations/1/stations.zip",
        "/ja/check",
    ]
    done = subprocess.run([sys.executable, "-c", PROGRAM, published_home, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
