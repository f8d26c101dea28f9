"""What a udata that harvests a feed makes of it, as JSON on standard output.

python scripts/interop_udata.py FEED [FEED …]

Runs in the environment of interop-udata-requirements.txt, never in ours. udata's DCAT backend harvests each feed into an empty
portal of its own, whole: pages, items, validation, storing. Only MongoDB is missing; mongomock keeps the documents in memory.
"""

import json
import logging
import sys
from importlib.metadata import version
from typing import Any
from unittest import mock

import mongoengine
import mongomock
from udata.app import create_app
from udata.core.dataservices.models import Dataservice
from udata.core.dataset.models import Dataset, License
from udata.core.organization.models import Organization
from udata.harvest.backends.dcat import DcatBackend
from udata.harvest.models import HarvestJob, HarvestSource
from udata.settings import Testing

LICENSES = (
    ("cc-by", "Creative Commons Attribution", "https://opendefinition.org/licenses/cc-by"),
    ("cc-zero", "Creative Commons CCZero", "https://opendefinition.org/licenses/cc-zero"),
    ("notspecified", "License not specified", ""),
)
"""Of the register that `udata licenses` loads into a new portal (ids, titles and addresses as CKAN's register has them)."""


class Portal(Testing):  # type: ignore[misc]  # not in the environment of mypy
    """A portal in Japanese that may harvest from this computer."""

    SECRET_KEY = API_TOKEN_SECRET = SECURITY_PASSWORD_SALT = "of no portal, and longer than 32 characters"  # noqa: S105
    LANGUAGES = {"ja": "日本語", "en": "English"}  # noqa: RUF012  udata's settings are written so
    DEFAULT_LANGUAGE = "ja"
    MONGODB_HOST = "mongodb://portal.invalid/udata"
    URLS_ALLOW_LOCAL = URLS_ALLOW_PRIVATE = True


def in_memory(*arguments: Any, **options: Any) -> Any:
    """A connection without a server."""
    return CONNECT(*arguments, **(options | {"mongo_client_class": mongomock.MongoClient}))


CONNECT = mongoengine.connect


def harvest(feed: str, owner: Organization) -> dict[str, Any]:
    """Everything about one feed."""
    for each in (Dataset, Dataservice, HarvestJob, HarvestSource):
        each.drop_collection()
    backend = DcatBackend(HarvestSource(name="ours", url=feed, backend="dcat", organization=owner).save())
    job = backend.harvest()
    failed = [each for each in job.items if each.status != "done"]
    return {
        "pages": [str(number) for _graph, number in backend.graphs],
        "type": backend.format,
        "errors": [each.message for each in job.errors],
        "refused": {str(each.remote_id): [error.message for error in each.errors] or each.status for each in failed},
        "warnings": {each.remote_id: [log.message for log in each.logs] for each in job.items if each.logs},
        "services": [each.to_mongo().to_dict() for each in Dataservice.objects],
        "readings": {"udata": [read(each) for each in Dataset.objects]},
    }


def read(dataset: Dataset) -> dict[str, Any]:
    """A stored dataset, with the documents that it refers to."""
    found: dict[str, Any] = dataset.to_mongo().to_dict()
    found["contact_points"] = [each.to_mongo().to_dict() for each in dataset.contact_points]
    return found


def main() -> None:
    """Harvest every feed that is named."""
    with mock.patch("mongoengine.connect", in_memory):
        app = create_app(override=Portal)
    app.logger.handlers.clear()
    logging.getLogger("udata").setLevel(logging.WARNING)
    with app.app_context():
        for id_, title, url in LICENSES:
            License(id=id_, title=title, url=url).save()
        owner = Organization(name="harvester", description="harvester").save()
        feeds = {each: harvest(each, owner) for each in sys.argv[1:]}
    versions = {name: version(name) for name in ("udata", "rdflib")}
    print(json.dumps({"versions": versions, "feeds": feeds}, default=str))


if __name__ == "__main__":
    main()
