"""A publication, and the catalogue's settings, as nouns of DCAT: what the steward wrote, cleaned, with our addresses.

What cannot be cleaned into a valid IRI, date or code is refused, naming the place in datapackage.json; so a description
never holds an invalid IRI, a character that XML forbids or an ill-typed literal. No rdflib here.
"""

from datetime import UTC, date, datetime
from functools import cached_property

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat import authorities, cleaning
from catalog.dcat.nouns import (
    Agent,
    Catalog,
    Checksum,
    ContactPoint,
    Dataset,
    Distribution,
    LicenseDocument,
    Location,
    MediaTypeOrExtent,
    PeriodOfTime,
    ProvenanceStatement,
    Standard,
)
from catalog.errors import Finding, Place, Refusal, SettingsError
from catalog.messages import dcat as words
from catalog.messages import translate
from catalog.model import LANGUAGES, Package, Publication, Resource, StoredFile, Text
from catalog.model import Agent as Publisher
from catalog.settings import Settings

_DESCRIPTOR = "datapackage.json"
_ADDRESS = "https://…"


def dataset_of(publication: Publication, addresses: Addresses, settings: Settings) -> Dataset:
    """The dataset as of this version. ``addresses`` are absolute: of the configured base URL.

    Raises Refusal with a finding ``description-invalid`` or ``description-missing`` for everything that cannot stand in
    a description, SettingsError where the base URL cannot begin an IRI.
    """
    _check_base(addresses)
    return _Projection(publication, addresses, settings).dataset()


def catalog_of(settings: Settings, addresses: Addresses) -> Catalog:
    """The catalogue itself. SettingsError where a setting cannot stand in its description."""
    _check_base(addresses)
    license_ = authorities.license_at(settings.license)
    if license_ is None and settings.license:
        license_ = LicenseDocument(iri=_setting("license", settings.license))
    title = _lined(Text(ja=settings.title_ja, en=settings.title_en))
    if not title:
        raise SettingsError("setting-invalid", name="title_ja", origin="title_ja", found="", expected="title_ja, title_en")
    return Catalog(
        iri=addresses.catalog(),
        title=title,
        description=_cleaned(Text(ja=settings.description_ja, en=settings.description_en)) or title,
        publisher=_operator(settings, addresses),
        languages=frozenset(authorities.LANGUAGES[each] for each in settings.language_codes()),
        license=license_,
        homepage=addresses.home(),
        theme_taxonomy=authorities.THEME_TAXONOMY,
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
        name=_lined(Text(ja=settings.publisher_name_ja, en=settings.publisher_name_en)),
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
        iri = self._addresses.dataset(id_)
        title = self._titled(_lined(package.title))
        if not title:
            self._findings.append(Finding(code="description-missing", place=_place("/title")))
        found = Dataset(
            iri=iri,
            identifier=iri,
            title=title,
            description=_cleaned(package.description) or title,  # mandatory in DCAT-AP, optional in Data Package
            publisher=self._publisher(publication.publisher),
            contact_point=self._contact_point(),
            keywords=cleaning.keywords(package.keywords),
            keywords_en=cleaning.keywords(package.keywords_en),
            themes=self._themes(),
            spatial=self._spatial(),
            temporal=self._temporal(),
            accrual_periodicity=self._accrual_periodicity(),
            languages=self._languages(),
            landing_page=self._landing_page(iri),
            license=self._license,
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
        return Text(ja=_marked(title.ja, "ja"), en=_marked(title.en, "en")) if self._package.sample else title

    def _publisher(self, publisher: Publisher) -> Agent:
        if publisher.id == self._settings.publisher_id:  # one agent, one name: the operator's may have changed since
            return _operator(self._settings, self._addresses)
        return Agent(
            iri=self._address("/catalog/publisher/uri", publisher.uri) or self._addresses.publisher(publisher.id),
            name=_lined(publisher.name) or Text(ja=cleaning.line(publisher.id)),
            type=authorities.publisher_type(publisher.id),
        )

    def _contact_point(self) -> ContactPoint | None:
        contact = self._package.contact
        if contact is None:
            return None
        email, telephone = cleaning.email(contact.email), cleaning.telephone(contact.telephone)
        if contact.email and not email:
            self._refuse("/catalog/contact/email", contact.email, "name@example.jp")
        if contact.telephone and not telephone:
            self._refuse("/catalog/contact/telephone", contact.telephone, "03-1234-5678, +81-3-1234-5678")
        return ContactPoint(
            iri=self._addresses.contact(self._publication.id),
            name=cleaning.line(contact.name),
            email=email,
            telephone=telephone,
            url=self._address("/catalog/contact/url", contact.url),
        )

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
                found.add(Location(iri=self._addresses.area(code)))
            elif real and authorities.is_assigned_prefecture(code):
                found.add(Location(iri=authorities.area(code)))
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
    def _license(self) -> LicenseDocument | None:
        """The first licence: DCAT-AP allows one. By its id where that is known, else by its address."""
        if not self._package.licenses:
            return None
        first = self._package.licenses[0]
        if known := authorities.license_named(first.name) or authorities.license_at(first.path):
            return known
        iri = self._own_file(first.path) or self._address("/licenses/0/path", first.path or first.name)
        title = cleaning.line(first.title or first.name)
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
        if not self._package.sample:
            return None
        iri = self._addresses.provenance(self._publication.id)
        return ProvenanceStatement(iri=iri, description=_said(words.SAMPLE_STATEMENT))

    def _standards(self) -> frozenset[Standard]:
        declared = {each.standard for each in self._package.resources if each.standard is not None}
        titles = {each.id: cleaning.line(f"{each.id} {each.edition}") for each in declared}
        return frozenset(
            Standard(iri=self._addresses.standard(id_), title=Text(ja=title, en=title)) for id_, title in titles.items()
        )

    def _distributions(self) -> list[Distribution]:
        found = [self._of_resource(each, stored) for each in self._package.resources if (stored := self._stored(each))]
        return found + [self._of_package(stored) for stored in self._publication.files if stored.role == "package"]

    def _stored(self, resource: Resource) -> StoredFile | None:
        """The bytes that a resource is distributed as: a table's canonical form, a file as it was given."""
        role = "table" if resource.role == "table" else "source"
        files = (each for each in self._publication.files if each.role == role and each.resource == resource.name)
        return next(files, None) or (self._publication.file(f"source/{resource.path}") if role == "source" else None)

    def _of_resource(self, resource: Resource, stored: StoredFile) -> Distribution:
        id_, name = self._publication.id, resource.name
        format_ = _format(stored)
        title = _lined(resource.title) or Text(ja=name, en=name)
        conforms_to = frozenset[Standard]()
        if resource.role == "table":
            schema = self._addresses.schema(id_, name, self._publication.version)
            conforms_to = frozenset({Standard(iri=schema, title=_worded(words.SCHEMA_TITLE, title))})
        return self._distribution(
            stored,
            name,
            title=self._titled(_worded(words.DISTRIBUTION_TITLE, title, format=format_.label)),
            description=_cleaned(resource.description),
            conforms_to=conforms_to,
        )

    def _of_package(self, stored: StoredFile) -> Distribution:
        return self._distribution(
            stored,
            "package",
            title=self._titled(_worded(words.PACKAGE_TITLE, _lined(self._package.title))),
            description=_said(words.PACKAGE_DESCRIPTION),
            package_format=media.ZIP.iana,
        )

    def _distribution(
        self,
        stored: StoredFile,
        name: str,
        *,
        title: Text,
        description: Text,
        conforms_to: frozenset[Standard] = frozenset(),
        package_format: str = "",
    ) -> Distribution:
        publication, addresses, format_ = self._publication, self._addresses, _format(stored)
        checksum = addresses.checksum(publication.id, name, format_.name)
        type_ = cleaning.media_type(stored.media_type)
        return Distribution(
            iri=addresses.distribution(publication.id, name, format_.name),
            title=title,
            description=description,
            access_url=addresses.download(publication.id, "latest", stored.path),
            download_url=addresses.download(publication.id, publication.version, stored.path),
            format=MediaTypeOrExtent(iri=format_.file_type_iri, label=format_.label),
            media_type=authorities.media_type(type_) if type_ else format_.iana,
            package_format=package_format,
            byte_size=stored.bytes,
            checksum=Checksum(iri=checksum, algorithm=authorities.SHA256, value=stored.sha256),
            license=self._license,
            conforms_to=conforms_to,
            availability=authorities.STABLE,
            status=authorities.COMPLETED,
            issued=self._issued,
            modified=self._modified,
        )


def _place(pointer: str) -> Place:
    return Place(file=_DESCRIPTOR, pointer=pointer)


def _format(stored: StoredFile) -> media.Format:
    return media.by_name(stored.format) or media.by_media_type(stored.media_type) or media.of_path(stored.path)


def _cleaned(text: Text) -> Text:
    return Text(ja=cleaning.text(text.ja), en=cleaning.text(text.en))


def _lined(text: Text) -> Text:
    return Text(ja=cleaning.line(text.ja), en=cleaning.line(text.en))


def _said(sentence: str) -> Text:
    return Text(ja=translate(sentence, "ja"), en=translate(sentence, "en"))


def _marked(title: str, language: str) -> str:
    pattern = translate(words.SAMPLE_TITLE, language)
    return pattern % {"title": title} if title and not title.startswith((pattern % {"title": ""}).strip()) else title


def _worded(pattern: str, title: Text, **details: str) -> Text:
    """A pattern around a title, in each language that the title has."""
    return Text(
        ja=translate(pattern, "ja") % {"title": title.ja, **details} if title.ja else "",
        en=translate(pattern, "en") % {"title": title.en, **details} if title.en else "",
    )
