"""What ckanext-dcat's own serialiser needs for the pages of a feed: CPU seconds on standard output.

python scripts/bench_feed_ckan.py FILE

Runs in the environment that scripts/interop makes (docs/interop.md), never in ours: CKAN and its extensions are AGPL, and not
one line of them is in this repository. FILE has CKAN's datasets as JSON. They go to it as its endpoint /catalog.ttl does it
for each request: pages of 100, a new serialiser a page, Turtle, the default profile.
"""

import json
import sys
import time
from pathlib import Path
from unittest import mock

from ckan.common import config, config_declaration

config.update({"ckan.locale_default": "ja", "ckan.site_url": "http://127.0.0.1", "SECRET_KEY": "of no portal"})
config_declaration.setup()
config_declaration.make_safe(config)
config_declaration.normalize(config)

from ckanext.dcat.processors import RDFSerializer  # noqa: E402  CKAN's modules read its configuration as they load
from ckanext.dcat.profiles import base  # noqa: E402

PAGE = 100
CHANGED = "2026-04-01T00:00:00"


def main(file: Path) -> None:
    """Serialise page by page."""
    datasets = json.loads(file.read_text(encoding="utf-8"))
    asked = mock.patch.object(base.RDFProfile, "_last_catalog_modification", return_value=CHANGED)  # asks Solr in a portal
    size, begun = 0, time.process_time()
    with asked:
        for start in range(0, len(datasets), PAGE):
            paging = {"count": len(datasets), "items_per_page": PAGE, "current": f"http://127.0.0.1/catalog.ttl?page={start}"}
            text = RDFSerializer().serialize_catalog(
                dataset_dicts=datasets[start : start + PAGE], _format="ttl", pagination_info=paging
            )
            size += len(text)
    print(json.dumps({"seconds": time.process_time() - begun, "characters": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
