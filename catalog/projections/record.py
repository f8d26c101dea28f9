"""What every projection starts from: a publication with its DCAT noun, file by file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat.nouns import Agent, Catalog, Dataset, Distribution
from catalog.dcat.projection import catalog_of, dataset_of, format_of, stored_of
from catalog.media import Format
from catalog.model import Publication, Resource, Schema, StoredFile
from catalog.settings import Settings
from catalog.vocabulary.codelists import CodeList

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A distribution with the bytes that it is; ``resource`` is None for the package as a whole."""

    stored: StoredFile
    distribution: Distribution
    resource: Resource | None = None

    @property
    def format(self) -> Format:
        """The format of the bytes."""
        return format_of(self.stored)

    @property
    def schema(self) -> Schema | None:
        """The definition of its columns, where it is a table."""
        return self.resource.schema if self.resource is not None and self.resource.role == "table" else None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One version of a dataset. ``codelists`` are those that it keeps, by name, where a projection shows them."""

    publication: Publication
    dataset: Dataset
    catalog: Catalog
    addresses: Addresses
    codelists: Mapping[str, CodeList] = field(default_factory=dict)

    @cached_property
    def files(self) -> tuple[File, ...]:
        """Its resources in the order of the package, each in its canonical form, then the package itself."""
        resources = self.publication.package.resources
        found = [self._file(each.name, each, stored) for each in resources if (stored := stored_of(self.publication, each))]
        found += [self._file("package", None, each) for each in self.publication.files if each.role == "package"]
        return tuple(found)

    @cached_property
    def downloads(self) -> tuple[File, ...]:
        """The same, a table in every format in which it is stored."""
        others = [each for each in self.publication.files if each.role == "table" and each.format != media.CSV.name]
        found = []
        for file in self.files:
            found.append(file)
            if file.resource is not None and file.schema is not None:
                name = file.resource.name
                found += [self._file(name, file.resource, each) for each in others if each.resource == name]
        return tuple(found)

    def _file(self, name: str, resource: Resource | None, stored: StoredFile) -> File:
        iri = self.addresses.distribution(self.publication.id, name, format_of(stored).name)
        return File(stored=stored, distribution=self._described[iri], resource=resource)

    @cached_property
    def _described(self) -> Mapping[str, Distribution]:
        return {each.iri: each for each in self.dataset.distributions}

    @property
    def publisher(self) -> Agent:
        """Who publishes."""
        assert self.dataset.publisher is not None, "every publication has a publisher"
        return self.dataset.publisher

    @property
    def creators(self) -> tuple[Agent, ...]:
        """Who made the data, in the steward's order; the publisher where nobody is named."""
        named = sorted(self.dataset.creators, key=lambda each: (len(each.iri), each.iri))
        return tuple(named) or (self.publisher,)

    def license_addresses(self) -> list[str]:
        """The addresses of the licences, the one that the distributions name first."""
        first = {each.license.iri for each in self.dataset.distributions if each.license is not None}
        return sorted((each.iri for each in self.dataset.licenses), key=lambda iri: (iri not in first, iri))


def record_of(
    publication: Publication, addresses: Addresses, settings: Settings, codelists: Mapping[str, CodeList] | None = None
) -> Record:
    """A publication as projections see it; ``addresses`` are absolute. Raises as ``dcat.projection.dataset_of``."""
    return Record(
        publication=publication,
        dataset=dataset_of(publication, addresses, settings),
        catalog=catalog_of(settings, addresses),
        addresses=addresses,
        codelists=codelists or {},
    )


def without_empty(value: Shown) -> Shown:
    """The members that say something: no None, no empty text, list or object. False and 0 stay."""
    return {name: each for name, each in value.items() if each is not None and each not in ("", [], {})}


def only(values: list[Any]) -> Any:
    """JSON-LD's habit: one value stands alone, several are a list."""
    return values[0] if len(values) == 1 else values
