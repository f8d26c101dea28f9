"""What a CKAN that harvests a feed with ckanext-dcat makes of it, as JSON on standard output.

python scripts/interop_ckan.py FEED [FEED …]

Runs in the environment of interop-requirements.txt, never in ours: CKAN and its extensions are AGPL, and not one line of
them is in this repository. Their code runs as they ship it. It walks each feed by the gather stage of its RDF harvester
(HEAD, GET, size limit, parser, next page, page seen before, guid, name) and holds every dataset against CKAN's own rules for
a new one. Only what asks PostgreSQL is answered here instead, as an empty portal would: no name is taken, nothing is stored.
"""

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import yaml
from ckan import model
from ckan.common import config, config_declaration

config.update({"ckan.locale_default": "ja", "ckan.site_url": "http://127.0.0.1", "SECRET_KEY": "of no portal"})
config_declaration.setup()
config_declaration.make_safe(config)
config_declaration.normalize(config)

from ckan.lib.navl.dictization_functions import validate  # noqa: E402  CKAN's modules read its configuration as they load
from ckan.logic.schema import default_create_package_schema  # noqa: E402
from ckanext.dcat import schemas  # noqa: E402
from ckanext.dcat.harvesters.rdf import DCATRDFHarvester  # noqa: E402
from ckanext.dcat.processors import RDFParser  # noqa: E402
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource  # noqa: E402

OLDER = ("euro_dcat_ap_2",)
"""What portals use that have not moved to the default profile, euro_dcat_ap_3."""
ASKS_DATABASE = frozenset({"package_name_validator", "owner_org_validator"})
Dataset = dict[str, Any]


class Harvester(DCATRDFHarvester):  # type: ignore[misc]  # not in the environment of mypy
    """Theirs, with its answers from the database."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.pages: list[dict[str, str]] = []

    def _save_gather_error(self, message: str, _job: HarvestJob) -> None:
        self.errors.append(message)

    def _mark_datasets_for_deletion(self, _guids: Sequence[str], _job: HarvestJob) -> list[str]:
        return []  # nothing was harvested before

    @staticmethod
    def _ensure_name_is_unique(ideal_name: str, **_options: Any) -> str:
        return ideal_name

    def _get_content_and_type(self, url: str, *arguments: Any, **options: Any) -> tuple[str, str]:
        content, type_ = super()._get_content_and_type(url, *arguments, **options)
        if content:
            self.pages.append({"url": url, "type": type_, "content": content})
        return content, type_


def gathered(harvester: Harvester, feed: str) -> list[Dataset]:
    """The datasets that the harvester would hand to CKAN."""
    found: list[Dataset] = []
    source = SimpleNamespace(owner_org="", url=feed)
    with (
        mock.patch.object(model.Package, "get", return_value=source),
        mock.patch.object(HarvestObject, "save", lambda each: found.append(json.loads(each.content))),
    ):
        harvester.gather_stage(HarvestJob(source=HarvestSource(url=feed, config="")))
    return found


def refused(dataset: Dataset) -> dict[str, Any]:
    """What CKAN would find wrong with a new dataset, by field."""
    schema = default_create_package_schema()
    schema = {
        field: [each for each in rules if getattr(each, "__name__", "") not in ASKS_DATABASE]
        if isinstance(rules, list)
        else rules
        for field, rules in schema.items()
    }
    context = {"model": model, "session": model.Session, "user": "harvest", "ignore_auth": True}
    return dict(validate(dataset, schema, context)[1])


def parsed(pages: Sequence[dict[str, str]], profiles: Sequence[str] | None = None) -> Iterator[Dataset]:
    """What their parser reads from pages that were fetched."""
    for page in pages:
        parser = RDFParser(profiles=profiles)
        parser.parse(page["content"], _format=page["type"])
        yield from parser.datasets()


def in_english(pages: Sequence[dict[str, str]]) -> list[Dataset]:
    """The same for a portal whose language is English."""
    with mock.patch.dict(config, {"ckan.locale_default": "en"}):
        return list(parsed(pages))


def multilingual(pages: Sequence[dict[str, str]]) -> list[Dataset]:
    """The same for a portal with fields in Japanese and English, as the schema that ckanext-dcat ships describes them.

    ckanext-scheming, which reads that file for a portal and expands its presets, loads only beside a database.
    """
    file = Path(schemas.__file__).with_name("dcat_ap_multilingual.yaml")
    schema = yaml.safe_load(file.read_text(encoding="utf-8")) | {"form_languages": ["ja", "en"]}
    for field in (*schema["dataset_fields"], *schema["resource_fields"]):
        if field.get("preset", "").startswith("fluent_"):  # the validators of these presets begin so too, and tell the parser
            field["validators"] = field["preset"]
    show = mock.Mock(return_value=schema)  # the action scheming_dataset_schema_show, the only one that the parser asks
    with mock.patch("ckanext.dcat.profiles.base.get_action", return_value=show):
        return list(parsed(pages))


def harvest(feed: str) -> dict[str, Any]:
    """Everything about one feed."""
    harvester = Harvester()
    datasets = gathered(harvester, feed)
    return {
        "pages": [each["url"] for each in harvester.pages],
        "type": harvester.pages[0]["type"] if harvester.pages else "",
        "errors": harvester.errors,
        "refused": {each["title"]: errors for each in datasets if (errors := refused(each))},
        "readings": {
            "CKAN": datasets,
            **{f"CKAN {profile}": list(parsed(harvester.pages, [profile])) for profile in OLDER},
            "CKAN en": in_english(harvester.pages),
            "CKAN ja+en": multilingual(harvester.pages),
        },
    }


def main() -> None:
    """Harvest every feed that is named."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    names = ("ckan", "ckanext-dcat", "ckanext-harvest", "rdflib")
    print(
        json.dumps({"versions": {name: version(name) for name in names}, "feeds": {each: harvest(each) for each in sys.argv[1:]}})
    )


if __name__ == "__main__":
    main()
