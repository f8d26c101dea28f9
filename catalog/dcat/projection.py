"""A publication, and the catalogue's settings, as nouns of DCAT: what the steward wrote, cleaned, with our addresses.

What cannot be cleaned into a valid IRI, date or code is refused, naming the place in datapackage.json; so a description
never holds an invalid IRI, a character that XML forbids or an ill-typed literal. No rdflib here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from math import floor

from catalog import media, standards
from catalog.addresses import Addresses
from catalog.dcat import areas, authorities, cleaning, phrases, shipped, taking
from catalog.dcat.framing import expand
from catalog.dcat.nouns import (
    Activity,
    Agent,
    Catalog,
    Checksum,
    ContactPoint,
    DataService,
    Dataset,
    Distribution,
    Extent,
    LicenseDocument,
    Location,
    MediaTypeOrExtent,
    Metric,
    PeriodOfTime,
    ProvenanceStatement,
    QualityMeasurement,
    RightsStatement,
    Standard,
)
from catalog.errors import Finding, NotFound, Place, Refusal, SettingsError
from catalog.messages import dcat as words
from catalog.model import LANGUAGES, Box, License, Package, Publication, Resource, StandardRef, StoredFile, Text
from catalog.model import Agent as Publisher
from catalog.settings import Settings

_DESCRIPTOR = "datapackage.json"
_ADDRESS = "https://…"
_CREATORS = frozenset({"author", "creator"})
"""Roles of contributors that make the dataset theirs (Data Package v1 and v2)."""
_DEGREE = 10_000
"""Parts of a degree in which a box is told: some 10 metres."""
ERRORS, ROWS = "errors", "rows"
"""Names of the two metrics: what validation found wrong in a table, and how much it read."""


def dataset_of(publication: Publication, addresses: Addresses, settings: Settings) -> Dataset:
    """The dataset as of this version. ``addresses`` are absolute: of the configured base URL.

    Raises Refusal with a finding ``description-invalid`` or ``description-missing`` for everything that cannot stand in
    a description, SettingsError where the base URL cannot begin an IRI.
    """
    _check_base(addresses)
    origin = publication.package.origin
    if origin is not None and not origin.taken:
        return taking.ours(origin, publication, addresses)
    return _Projection(publication, addresses, settings).dataset()


def catalog_of(settings: Settings, addresses: Addresses) -> Catalog:
    """The catalogue itself. SettingsError where a setting cannot stand in its description."""
    _check_base(addresses)
    license_ = authorities.license_at(settings.license)
    if license_ is None and settings.license:
        license_ = LicenseDocument(iri=_setting("license", settings.license))
    title = phrases.lined(Text(ja=settings.title_ja, en=settings.title_en))
    if not title:
        raise SettingsError("setting-invalid", name="title_ja", origin="title_ja", found="", expected="title_ja, title_en")
    return Catalog(
        iri=addresses.catalog(),
        identifier=addresses.catalog(),
        title=title,
        description=phrases.cleaned(Text(ja=settings.description_ja, en=settings.description_en)) or title,
        publisher=_operator(settings, addresses),
        languages=frozenset(authorities.LANGUAGES[each] for each in settings.language_codes()),
        license=license_,
        access_rights=authorities.PUBLIC,
        accrual_periodicity=authorities.frequency("IRREG"),
        spatial=frozenset({_location(settings.publisher_id)} if authorities.publisher_type(settings.publisher_id) else ()),
        homepage=addresses.home(),
        theme_taxonomy=authorities.THEME_TAXONOMY,
    )


def metrics_of(addresses: Addresses) -> Mapping[str, Metric]:
    """What validation measures of a table, by name: ERRORS and ROWS."""
    return {
        ERRORS: Metric(
            iri=addresses.metric(ERRORS),
            definition=phrases.said(words.ERRORS_METRIC),
            datatype=expand("xsd:integer"),
            dimension=authorities.SYNTACTIC_VALIDITY,
        ),
        ROWS: Metric(
            iri=addresses.metric(ROWS),
            definition=phrases.said(words.ROWS_METRIC),
            datatype=expand("xsd:integer"),
            dimension=authorities.COMPLETENESS,
        ),
    }


def stored_of(publication: Publication, resource: Resource) -> StoredFile | None:
    """The bytes that a resource is distributed as: a table's canonical form, a file as it was given."""
    role = "table" if resource.role == "table" else "source"
    files = [each for each in publication.files if each.role == role and each.resource == resource.name]
    canonical = [each for each in files if role == "source" or each.format == media.CSV.name]
    return next(iter(canonical), None) or (publication.file(f"source/{resource.path}") if role == "source" else None)


def format_of(stored: StoredFile) -> media.Format:
    """The format of a file, by its own word, its media type or its name."""
    return media.by_name(stored.format) or media.by_media_type(stored.media_type) or media.of_path(stored.path)


def unlike(package: Package) -> Iterator[Finding]:
    """The keywords that become others in the feed: ``description-keyword``, a warning, where one is split or too long.

    Nothing is told where only punctuation goes, nor of a single character, which is right as it is and that only other
    catalogues cannot take (docs/decisions/0013).
    """
    languages = (("/keywords", package.keywords), ("/catalog/translations/en/keywords", package.keywords_en))
    for pointer, keywords in languages:
        for index, each in enumerate(keywords):
            kept = cleaning.keywords([each])
            if cleaning.is_several(each) or (not kept and len(each.strip()) > 1):
                yield Finding(
                    code="description-keyword",
                    severity="warning",
                    place=_place(f"{pointer}/{index}"),
                    found=cleaning.line(each),
                    expected="; ".join(sorted(kept)) or "–",
                )


def _check_base(addresses: Addresses) -> None:
    base = addresses.base_url
    if not cleaning.address(base) or cleaning.encoded(base) != base:
        raise SettingsError("setting-invalid", name="base_url", origin="base_url", found=base, expected=_ADDRESS)


def _setting(name: str, value: str) -> str:
    found = cleaning.address(value)
    if not found:
        raise SettingsError("setting-invalid", name=name, origin=name, found=value, expected=_ADDRESS)
    return found


def _operator(settings: Settings, addresses: Addresses) -> Agent:
    uri = settings.publisher_uri
    return Agent(
        iri=_setting("publisher_uri", uri) if uri else addresses.publisher(settings.publisher_id),
        name=phrases.lined(Text(ja=settings.publisher_name_ja, en=settings.publisher_name_en)),
        type=authorities.publisher_type(settings.publisher_id),
    )


class _Projection:
    """One publication on its way; collects everything that has to be refused before it refuses."""

    def __init__(self, publication: Publication, addresses: Addresses, settings: Settings) -> None:
        self._publication = publication
        self._package: Package = publication.package
        self._addresses = addresses
        self._settings = settings
        self._findings: list[Finding] = []

    def dataset(self) -> Dataset:
        publication, package, id_ = self._publication, self._package, self._publication.id
        iri, origin = self._addresses.dataset(id_), package.origin
        title = self._titled(phrases.lined(package.title))
        if not title:
            self._findings.append(Finding(code="description-missing", place=_place("/title")))
        found = Dataset(
            iri=iri,
            identifier=origin.identifier if origin else iri,
            derived_from=origin.iri if origin else "",
            title=title,
            description=phrases.cleaned(package.description) or title,  # mandatory in DCAT-AP, optional in Data Package
            publisher=self._publisher,
            creators=frozenset(self._creators()),
            contact_point=self._contact_point,
            keywords=self._keywords,
            keywords_en=self._keywords_en,
            themes=self._themes,
            spatial=self._spatial(),
            extent=_extent(publication.box),
            temporal=self._temporal(),
            accrual_periodicity=self._accrual_periodicity(),
            languages=self._languages(),
            landing_page=self._landing_page(iri),
            licenses=frozenset(self._licenses),
            rights=self._rights(),
            access_rights=authorities.PUBLIC,
            provenance=self._provenance(),
            sources=self._sources(),
            conforms_to=self._standards(),
            version=str(publication.version),
            version_notes=frozenset(filter(None, map(cleaning.text, (publication.note, publication.breaking)))),
            issued=self._issued,
            modified=self._modified,
            distributions=frozenset(self._distributions()),
        )
        if self._findings:
            raise Refusal(*self._findings)
        return found

    def _refuse(self, pointer: str, found: str, expected: str) -> None:
        self._findings.append(
            Finding(code="description-invalid", place=_place(pointer), found=cleaning.line(found), expected=expected)
        )

    def _address(self, pointer: str, value: str) -> str:
        found = cleaning.address(value) if value else ""
        if value and not found:
            self._refuse(pointer, value, _ADDRESS)
        return found

    def _titled(self, title: Text) -> Text:
        """A title; that of a sample says so in every output, once."""
        return Text(ja=phrases.marked(title.ja, "ja"), en=phrases.marked(title.en, "en")) if self._package.sample else title

    @cached_property
    def _publisher(self) -> Agent:
        publisher: Publisher = self._publication.publisher
        if publisher.id == self._settings.publisher_id:  # one agent, one name: the operator's may have changed since
            return _operator(self._settings, self._addresses)
        return Agent(
            iri=self._address("/catalog/publisher/uri", publisher.uri) or self._addresses.publisher(publisher.id),
            name=phrases.lined(publisher.name) or Text(ja=cleaning.line(publisher.id)),
            type=authorities.publisher_type(publisher.id),
        )

    def _creators(self) -> Iterator[Agent]:
        """Who made the data. Their addresses are pages about them, so each has an IRI here."""
        for index, each in enumerate(self._package.contributors):
            name = cleaning.line(each.title or each.organization)
            if name and _CREATORS & set(each.roles):
                homepage = self._address(f"/contributors/{index}/path", each.path)
                iri = self._addresses.creator(self._publication.id, index + 1)
                yield Agent(iri=iri, name=Text(ja=name), homepage=homepage)

    @cached_property
    def _contact_point(self) -> ContactPoint | None:
        contact = self._package.contact
        if contact is None:
            return None
        email, telephone = cleaning.email(contact.email), cleaning.telephone(contact.telephone)
        if contact.email and not email:
            self._refuse("/catalog/contact/email", contact.email, "name@example.jp")
        if contact.telephone and not telephone:
            self._refuse("/catalog/contact/telephone", contact.telephone, "03-1234-5678, +81-3-1234-5678")
        page = self._address("/catalog/contact/url", contact.url)
        if not (page or email):  # udata leaves out a contact that has neither; a publisher has a page in any case
            page = self._addresses.publisher(self._publication.publisher.id)
        return ContactPoint(
            iri=self._addresses.contact(self._publication.id),
            name=cleaning.line(contact.name),
            organization=self._publisher.name,
            email=email,
            telephone=telephone,
            url=page,
        )

    @cached_property
    def _keywords(self) -> frozenset[str]:
        return cleaning.keywords((*self._package.keywords, *self._recognised()))

    @cached_property
    def _keywords_en(self) -> frozenset[str]:
        return cleaning.keywords(self._package.keywords_en)

    @cached_property
    def _themes(self) -> frozenset[str]:
        for index, code in enumerate(self._package.themes):
            if code not in authorities.THEMES:
                self._refuse(f"/catalog/themes/{index}", code, ", ".join(sorted(authorities.THEMES)))
        return frozenset(authorities.theme(code) for code in self._package.themes if code in authorities.THEMES)

    def _accrual_periodicity(self) -> str:
        code = self._package.frequency
        if not code:
            return ""
        if code not in authorities.FREQUENCIES:
            self._refuse("/catalog/frequency", code, ", ".join(sorted(authorities.FREQUENCIES)))
        return authorities.frequency(code)

    def _spatial(self) -> frozenset[Location]:
        """Areas of e-Stat; a sample's may be invented, so they are areas of this catalogue only."""
        found = set()
        for index, code in enumerate(self._package.spatial):
            real = authorities.is_local_government(code)
            if real and self._package.sample:
                found.add(Location(iri=self._addresses.area(code), label=areas.name_of(code)))
            elif real and authorities.is_assigned_prefecture(code):
                found.add(_location(code))
            else:
                self._refuse(f"/catalog/spatial/{index}", code, "270008, 271004, …")
        return frozenset(found)

    def _temporal(self) -> PeriodOfTime | None:
        period = self._package.temporal
        if period is None or not (period.start or period.end):
            return None
        start = self._day("/catalog/temporal/start", period.start)
        end = self._day("/catalog/temporal/end", period.end)
        if start and end and start > end:
            self._refuse("/catalog/temporal/end", period.end, f"≥ {period.start}")
        return PeriodOfTime(start=start, end=end)

    def _day(self, pointer: str, value: str) -> date | None:
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self._refuse(pointer, value, "YYYY-MM-DD")
            return None

    @cached_property
    def _issued(self) -> datetime | None:
        return self._moment("issued", self._publication.issued)

    @cached_property
    def _modified(self) -> datetime | None:
        return self._moment("modified", self._publication.modified)

    def _moment(self, name: str, value: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(value) if value else None
        except ValueError:
            self._refuse(name, value, "YYYY-MM-DDThh:mm:ssZ")
            return None
        return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found

    def _languages(self) -> frozenset[str]:
        texts = (self._package.title, self._package.description)
        return frozenset(
            authorities.LANGUAGES[language] for language in LANGUAGES if any(getattr(each, language) for each in texts)
        )

    def _landing_page(self, iri: str) -> str:
        package = self._package
        own = self._address("/catalog/landingPage", package.landing_page)
        return own or self._address("/homepage", package.homepage) or iri

    @cached_property
    def _licenses(self) -> tuple[LicenseDocument, ...]:
        """Every licence once, in the steward's order. DCAT-AP allows a distribution one: the first."""
        found: dict[str, LicenseDocument] = {}
        for index, each in enumerate(self._package.licenses):
            license_ = self._license(f"/licenses/{index}/path", each)
            if license_ is not None:
                found.setdefault(license_.iri, license_)
        return tuple(found.values())

    def _rights(self) -> RightsStatement | None:
        """The name of the first licence, for who cannot tell it by its address (docs/decisions/0036)."""
        name = self._licenses[0].title if self._licenses else ""
        return RightsStatement(iri=self._addresses.rights(self._publication.id), label=name) if name else None

    def _license(self, pointer: str, license_: License) -> LicenseDocument | None:
        """By its id where that is known, else by its address."""
        if known := authorities.license_named(license_.name) or authorities.license_at(license_.path):
            return known
        iri = self._own_file(license_.path) or self._address(pointer, license_.path or license_.name)
        title = cleaning.line(license_.title or license_.name)
        return LicenseDocument(iri=iri, title=title) if iri else None

    def _own_file(self, path: str) -> str:
        """The address of a file of the package, where a descriptor may name one instead of an address."""
        stored = self._publication.file(f"source/{path}")
        return self._addresses.download(self._publication.id, self._publication.version, stored.path) if stored else ""

    def _sources(self) -> frozenset[str]:
        found = (
            self._own_file(each.path) or self._address(f"/sources/{index}/path", each.path)
            for index, each in enumerate(self._package.sources)
            if each.path
        )
        return frozenset(filter(None, found))

    def _provenance(self) -> ProvenanceStatement | None:
        """Where the contents come from, in words: that they are invented, what they were made from."""
        parts = [phrases.said(words.SAMPLE_STATEMENT)] if self._package.sample else []
        sources = [
            cleaning.line(" ".join(filter(None, (each.title or each.path, each.version)))) for each in self._package.sources
        ]
        if any(sources):
            parts.append(phrases.worded(words.SOURCES_STATEMENT, phrases.listed(filter(None, sources))))
        if not parts:
            return None
        text = Text(ja="".join(each.ja for each in parts), en=" ".join(each.en for each in parts))
        return ProvenanceStatement(iri=self._addresses.provenance(self._publication.id), description=text, label=str(text))

    @cached_property
    def _declared(self) -> Mapping[str, tuple[StandardRef, standards.Standard | None]]:
        """The standards that tables declare, each in the newest edition that one declares; None where we do not know it."""
        declared = {each.standard for each in self._package.resources if each.standard is not None}
        return {each.id: (each, _known(each)) for each in sorted(declared, key=lambda each: (each.id, each.edition))}

    def _recognised(self) -> Iterator[str]:
        """The keywords by which harvesters recognise the standard datasets of local governments (docs/projections.md)."""
        for _, standard in self._declared.values():
            if standard is not None:
                yield from standard.keywords

    def _standards(self) -> frozenset[Standard]:
        return frozenset(
            Standard(iri=self._addresses.standard(id_), title=_standard_title(declared, known))
            for id_, (declared, known) in self._declared.items()
        )

    def _distributions(self) -> list[Distribution]:
        publication, resources = self._publication, self._package.resources
        found = [self._of_resource(each, stored) for each in resources if (stored := stored_of(publication, each))]
        typed = [each for each in publication.files if each.role == "table" and each.format != media.CSV.name]
        found += [
            self._of_table(table, each) for table in self._package.tables() for each in typed if each.resource == table.name
        ]
        return found + [self._of_package(stored) for stored in self._publication.files if stored.role == "package"]

    def _of_resource(self, resource: Resource, stored: StoredFile) -> Distribution:
        if resource.role == "file":
            return self._of_file(resource, stored)
        found = self._of_table(resource, stored)
        return replace(found, quality=frozenset(self._quality(resource.name, found.iri)))

    def _of_file(self, resource: Resource, stored: StoredFile) -> Distribution:
        title = phrases.lined(resource.title) or Text(ja=resource.name, en=resource.name)
        return self._distribution(
            stored,
            resource.name,
            title=self._titled(phrases.worded(words.DISTRIBUTION_TITLE, title, format=format_of(stored).label)),
            description=phrases.cleaned(resource.description),
        )

    def _of_table(self, table: Resource, stored: StoredFile) -> Distribution:
        """A table in one of the formats in which it is stored."""
        schema = self._addresses.schema(self._publication.id, table.name, self._publication.version)
        title = phrases.worded(words.SCHEMA_TITLE, phrases.lined(table.title) or Text(ja=table.name, en=table.name))
        return replace(
            self._of_file(table, stored),
            conforms_to=frozenset({Standard(iri=schema, title=title)}),
            access_service=self._service,
        )

    @cached_property
    def _service(self) -> DataService | None:
        """The API for the rows; there is one where a table is stored with its types."""
        publication, addresses = self._publication, self._addresses
        if not any(each.role == "table" and each.format == media.PARQUET.name for each in publication.files):
            return None
        return DataService(
            iri=addresses.service(publication.id),
            identifier=addresses.service(publication.id),
            title=self._titled(phrases.worded(words.SERVICE_TITLE, phrases.lined(self._package.title))),
            description=phrases.said(words.SERVICE_DESCRIPTION),
            endpoint_url=addresses.api_dataset(publication.id),
            endpoint_description=addresses.openapi(publication.id),
            serves=frozenset({addresses.dataset(publication.id)}),
            conforms_to=frozenset({authorities.OPENAPI}),
            publisher=self._publisher,
            contact_point=self._contact_point,
            keywords=self._keywords,
            keywords_en=self._keywords_en,
            themes=self._themes,
            license=next(iter(self._licenses), None),
            access_rights=authorities.PUBLIC,
        )

    def _quality(self, table: str, distribution: str) -> Iterator[QualityMeasurement]:
        """What validation counted in a table; nothing where the version keeps no report about it."""
        stats = self._validated.get(table)
        if stats is None:
            return
        rows = self._publication.rows.get(table, stats.get(ROWS))
        for name, value in ((ERRORS, stats.get(ERRORS)), (ROWS, rows)):
            if value is not None:
                yield QualityMeasurement(
                    iri=f"{distribution}-{name}",
                    metric=self._metrics[name],
                    value=value,
                    computed_on=distribution,
                    activity=self._validation,
                )

    @cached_property
    def _metrics(self) -> Mapping[str, Metric]:
        return metrics_of(self._addresses)

    @cached_property
    def _validated(self) -> Mapping[str, Mapping[str, int]]:
        """The counts of the report by table."""
        return {task["name"]: task.get("stats", {}) for task in self._publication.report.get("tasks", ())}

    @cached_property
    def _validation(self) -> Activity:
        publication, addresses = self._publication, self._addresses
        used = set[str]()
        for table in self._package.tables():
            stored = stored_of(publication, table)
            if table.name in self._validated and stored is not None:
                used.add(addresses.schema(publication.id, table.name, publication.version))
                used.add(addresses.download(publication.id, publication.version, stored.path))
        return Activity(
            iri=addresses.validation(publication.id, publication.version),
            ended=self._modified,
            used=frozenset(used),
            agent=authorities.validator(publication.validator),
        )

    def _of_package(self, stored: StoredFile) -> Distribution:
        return self._distribution(
            stored,
            "package",
            title=self._titled(phrases.worded(words.PACKAGE_TITLE, phrases.lined(self._package.title))),
            description=phrases.said(words.PACKAGE_DESCRIPTION),
            package_format=media.ZIP.iana,
        )

    def _distribution(
        self,
        stored: StoredFile,
        name: str,
        *,
        title: Text,
        description: Text,
        package_format: str = "",
    ) -> Distribution:
        publication, addresses, format_ = self._publication, self._addresses, format_of(stored)
        checksum = addresses.checksum(publication.id, name, format_.name)
        type_ = cleaning.media_type(stored.media_type)
        return Distribution(
            iri=addresses.distribution(publication.id, name, format_.name),
            title=title,
            description=description or title,  # DCAT-AP recommends one, and CKAN shows an empty space without
            access_url=addresses.download(publication.id, "latest", stored.path),
            download_url=addresses.download(publication.id, publication.version, stored.path),
            format=MediaTypeOrExtent(iri=format_.file_type_iri, label=media.file_type_label(format_)),
            media_type=authorities.media_type(type_) if type_ else format_.iana,
            package_format=package_format,
            byte_size=stored.bytes,
            checksum=Checksum(iri=checksum, algorithm=authorities.SHA256, value=stored.sha256),
            license=next(iter(self._licenses), None),
            availability=authorities.STABLE,
            status=authorities.COMPLETED,
            issued=self._issued,
            modified=self._modified,
        )


def _extent(box: Box | None) -> Extent | None:
    """A box as a polygon, rounded away from its middle to some metres: one around a single place is none without a size."""
    if box is None:
        return None
    west, south = (floor(each * _DEGREE) / _DEGREE for each in (box.west, box.south))
    east, north = ((floor(each * _DEGREE) + 1) / _DEGREE for each in (box.east, box.north))
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Extent(bbox=f"POLYGON(({', '.join(f'{x:.4f} {y:.4f}' for x, y in corners)}))")


def _location(code: str) -> Location:
    """An area of e-Stat with its name."""
    return Location(iri=authorities.area(code), label=areas.name_of(code))


def _known(declared: StandardRef) -> standards.Standard | None:
    try:
        return shipped.standard(declared.id, declared.edition)
    except NotFound:  # an edition that a later program no longer ships
        return None


def _standard_title(declared: StandardRef, known: standards.Standard | None) -> Text:
    if known is None:
        name = cleaning.line(f"{declared.id} {declared.edition}")
        return Text(ja=name, en=name)
    return phrases.worded(words.STANDARD_TITLE, phrases.lined(known.title), edition=known.edition)


def _place(pointer: str) -> Place:
    return Place(file=_DESCRIPTOR, pointer=pointer)
