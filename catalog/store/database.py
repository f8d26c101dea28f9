"""The tables, and the door to the database that holds them: SQLAlchemy Core, portable SQL, SQLite by default.

``versions.record`` is the truth about a version; ``datasets`` repeats what lists and look-ups need of the visible one.
A dataset is visible while ``latest`` is a number. The tables are made by the Alembic scripts in ``migrations``; what
stands here is what the queries use, and a test holds the two together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    column,
    create_engine,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from catalog.errors import SettingsError, StoreError
from catalog.store import sqlite
from catalog.store.faults import translated

REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every revision of the tables that this program knows, the newest last (a test compares them with ``migrations``)."""

WRITER = "writer"
"""Key of the row of ``meta`` that a write transaction locks first: publications commit one after another on any database."""

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_ID = String(100).with_variant(String(100, collation="C"), "postgresql")
"""Ids sort by their bytes everywhere: SQLite does so by itself."""
_SHA256 = String(64)
_TIME = String(40)

meta = Table("meta", METADATA, Column("key", String(100), primary_key=True), Column("value", Text, nullable=False))

datasets = Table(
    "datasets",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("publisher_id", _ID, nullable=False),
    Column("publisher_name_ja", Text, nullable=False),
    Column("publisher_name_en", Text, nullable=False),
    Column("publisher_uri", Text, nullable=False),
    Column("latest", Integer),
    Column("last_number", Integer, nullable=False),
    Column("withdrawn_at", _TIME),
    Column("withdrawn_reason", Text, nullable=False),
    Column("title_ja", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("description_ja", Text, nullable=False),
    Column("description_en", Text, nullable=False),
    Column("keywords", JSON, nullable=False),
    Column("keywords_en", JSON, nullable=False),
    Column("themes", JSON, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("issued", _TIME, nullable=False),
    Column("modified", _TIME, nullable=False),
    Index("ix_datasets_publisher_id", "publisher_id", "id"),
)

versions = Table(
    "versions",
    METADATA,
    Column("dataset", _ID, ForeignKey("datasets.id")),
    Column("number", Integer, autoincrement=False),
    Column("digest", _SHA256, nullable=False),
    Column("issued", _TIME, nullable=False),
    Column("package_version", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("breaking", Text, nullable=False),
    Column("valid", Boolean, nullable=False),
    Column("record", Text, nullable=False),
    PrimaryKeyConstraint("dataset", "number"),
)

files = Table(
    "files",
    METADATA,
    Column("dataset", _ID),
    Column("number", Integer, autoincrement=False),
    Column("path", Text),
    Column("sha256", _SHA256, nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    PrimaryKeyConstraint("dataset", "number", "path"),
    ForeignKeyConstraint(["dataset", "number"], ["versions.dataset", "versions.number"]),
)

documents = Table(
    "documents",
    METADATA,
    Column("key", _ID),
    Column("format", String(20)),
    Column("body", LargeBinary, nullable=False),
    Column("etag", _SHA256, nullable=False),
    Column("modified", _TIME, nullable=False),
    PrimaryKeyConstraint("key", "format"),
)

addresses = Table(
    "addresses",
    METADATA,
    Column("address", Text, primary_key=True),
    Column("dataset", _ID, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("resource", Text, nullable=False),
    Column("name", Text, nullable=False),
)

uses = Table(
    "uses",
    METADATA,
    Column("dataset", _ID, ForeignKey("datasets.id")),
    Column("kind", String(40)),
    Column("name", Text),
    Column("resource", Text),
    Column("field", Text),
    PrimaryKeyConstraint("dataset", "kind", "name", "resource", "field"),
    Index("ix_uses_kind", "kind", "name"),
)
"""What the latest version of a dataset goes by: the code list of a column, the standard of a table."""

areas = Table(
    "areas",
    METADATA,
    Column("code", String(6)),
    Column("dataset", _ID, ForeignKey("datasets.id")),
    Column("role", String(10)),
    Column("resource", String(200)),
    Column("field", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    PrimaryKeyConstraint("code", "dataset", "role", "resource"),
    Index("ix_areas_dataset", "dataset"),
)
"""Which areas the latest version of a dataset belongs to, and how: ``store.areas`` says what the roles mean."""

changes = Table(
    "changes",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("dataset", _ID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", _TIME, nullable=False),
    sqlite_autoincrement=True,
)

feed_pages = Table(
    "feed_pages",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", _ID, nullable=False),
    Column("datasets", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Index("ix_feed_pages_start", "start", unique=True),
)
"""The pages of the feed as ranges of dataset ids: one begins at ``start`` and ends where the next live one begins.

A number is never given twice, and no row is ever deleted: a page that was merged into the one before is no longer
``live``, and its number still names the place where it began. The rendered bytes are ``documents`` with the key "@page-N".
"""

events = Table(
    "events",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("dataset", _ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", _TIME, nullable=False),
    Column("etag", _SHA256, nullable=False),
    Column("body", LargeBinary),
    Index("ix_events_dataset", "dataset", "sequence"),
    sqlite_autoincrement=True,
)
"""What followers of the feed are told, in order: a description came (create), changed (update) or went (delete).

``body`` is the description as N-Triples, compressed, ``etag`` the SHA-256 of its plain bytes; a "delete" has neither. This is
not the log of versions (``changes``): a sample that the feed leaves out is not told, and a description that changes
because a setting did is.
"""

search_entries = Table(
    "search_entries",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("dataset", _ID, nullable=False),
    Column("path", Text, nullable=False),
    Column("title_ja", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("note_ja", Text, nullable=False),
    Column("note_en", Text, nullable=False),
    Column("description_ja", Text, nullable=False),
    Column("description_en", Text, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("facet", Text, nullable=False),
    Index("ix_search_entries_dataset", "dataset", "kind"),
    sqlite_autoincrement=True,
)
"""What search can find: a dataset, a field, a term or a standard. ``dataset`` is "" for what comes with the program.

What was published last has the highest number, for each publication of a dataset enters it anew. ``name``, ``mark``, ``body``
and ``facet`` are what is looked in, folded (``store.searching``); on SQLite the tables "search_words_…" have their bigrams.
"""

search_groups = Table(
    "search_groups",
    METADATA,
    Column("entry", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("who", Integer, nullable=False),
    Column("what", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    Column("tags", Integer, nullable=False),
)
"""The facets of an entry as rows of ``search_values``: few entries have values of their own, so counting is quick."""

search_values = Table(
    "search_values",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", _SHA256, nullable=False),
    Column("content", JSON, nullable=False),
    Index("ix_search_values_digest", "digest", unique=True),
    sqlite_autoincrement=True,
)

search_identifiers = Table(
    "search_identifiers",
    METADATA,
    Column("uuid", String(36)),
    Column("dataset", _ID),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("uuid", "dataset"),
    Index("ix_search_identifiers_dataset", "dataset"),
)
"""UUIDs under which clients of CKAN know what has the flat address ``path``."""

search_misses = Table(
    "search_misses",
    METADATA,
    Column("day", String(10)),
    Column("text", String(100)),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("day", "text"),
)
"""Searches that found nothing: what was sought, on which day, how many times. Nothing about who it was."""
tokens = Table(
    "tokens",
    METADATA,
    Column("id", String(20), primary_key=True),
    Column("digest", _SHA256, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("publisher", _ID, nullable=False),
    Column("actions", JSON, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("expires", _TIME, nullable=False),
    Column("last_used", _TIME, nullable=False),
    Column("revoked", _TIME, nullable=False),
)
"""Who may write over HTTP. The secret itself is kept nowhere: ``digest`` is its SHA-256. Times that are not set are ""."""

audit = Table(
    "audit",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("dataset", _ID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_dataset", "dataset", "sequence"),
    sqlite_autoincrement=True,
)
"""Who wrote what, in order: a line of it is part of the transaction that it tells of."""

harvest_sources = Table(
    "harvest_sources",
    METADATA,
    Column("name", _ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("address", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("added", _TIME, nullable=False),
)
"""The catalogues that the operator collects from."""

harvest_runs = Table(
    "harvest_runs",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", _ID, nullable=False),
    Column("started", _TIME, nullable=False),
    Column("ended", _TIME, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("counts", JSON, nullable=False),
    Column("waiting", JSON, nullable=False),
    Index("ix_harvest_runs_source", "source", "number"),
    sqlite_autoincrement=True,
)
"""``ended`` is "" while a run is under way, and of one that was interrupted; ``waiting`` are the addresses it goes on with."""

harvest_lines = Table(
    "harvest_lines",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("run", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("identifier", Text, nullable=False),
    Column("dataset", _ID, nullable=False),
    Column("findings", JSON, nullable=False),
    Index("ix_harvest_lines_run", "run", "sequence"),
    sqlite_autoincrement=True,
)
"""What a run did, a line a record; of records that did not change there is none."""

harvest_pages = Table(
    "harvest_pages",
    METADATA,
    Column("source", _ID),
    Column("address", Text),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("digest", _SHA256, nullable=False),
    Column("following", JSON, nullable=False),
    Column("total", Integer),
    Column("seen", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    PrimaryKeyConstraint("source", "address"),
)
"""By which a page is asked for again, and where it led to: one that has not changed is not sent."""

harvest_records = Table(
    "harvest_records",
    METADATA,
    Column("source", _ID),
    Column("identifier", Text),
    Column("iri", Text, nullable=False),
    Column("dataset", _ID, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("page", Text, nullable=False),
    Column("digest", _SHA256, nullable=False),
    Column("content", _SHA256, nullable=False),
    Column("files", JSON, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("seen", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    PrimaryKeyConstraint("source", "identifier"),
    Index("ix_harvest_records_identifier", "identifier"),
    Index("ix_harvest_records_iri", "iri"),
    Index("ix_harvest_records_content", "content"),
    Index("ix_harvest_records_dataset", "dataset"),
    Index("ix_harvest_records_source", "source", "page"),
)
"""What each source has, and as which dataset it is kept here ("": as none). ``page`` is where it stood, ``seen`` the last run."""

_LOCK = select(meta.c.value).where(meta.c.key == WRITER).with_for_update()
_REVISION = column("version_num", String)
_ALEMBIC = table("alembic_version", _REVISION)


class Database:
    """An engine whose tables are of this program's revision."""

    def __init__(self, url: str) -> None:
        """Connect and bring the tables up to date. SettingsError for an unusable URL, StoreError for an unusable database."""
        self._engine = _engine(url)
        self._line = Lock()
        try:
            with translated():
                self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; never waits for a writer, never keeps one waiting."""
        with translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one writer: committed when the block ends, rolled back when it raises. Waits for the writer before it."""
        with translated(), self._turn(), self._immediate() as connection, connection.begin():
            if not self._is_sqlite():  # there it is what BEGIN IMMEDIATE has done
                connection.execute(_LOCK)
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Writers of this process stand in line. SQLite has none: who waits looks again ever more seldom, and is passed by."""
        mine = self._is_sqlite() and self._line.acquire(timeout=sqlite.BUSY_SECONDS)
        try:
            yield  # without a turn, too: the database has the last word
        finally:
            if mine:
                self._line.release()

    def damage(self) -> tuple[str, ...]:
        """What the database's own check of its file finds, where it has one."""
        with self.reading() as connection:
            return sqlite.damage(connection) if self._is_sqlite() else ()

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _immediate(self) -> Connection:
        return self._engine.connect().execution_options(**{sqlite.BEGIN: "BEGIN IMMEDIATE"})

    def _prepare(self) -> None:
        if self._is_sqlite() and not sqlite.takes_nothing(self._engine):
            sqlite.write_ahead(self._engine)
        with self._engine.connect() as connection:
            if _revision(connection) == REVISIONS[-1]:
                return
        with self._immediate() as connection, connection.begin():
            if _revision(connection) != REVISIONS[-1]:  # another process may have been first
                from catalog.store import migrations  # noqa: PLC0415  Alembic takes 0.4 s, and is needed once a revision

                migrations.upgrade(connection, METADATA, REVISIONS[-1])


def _revision(connection: Connection) -> str | None:
    """The revision of the stored tables, None for an empty database."""
    if not inspect(connection).has_table(_ALEMBIC.name):
        return None
    found = connection.scalar(select(_REVISION).select_from(_ALEMBIC))
    if found is not None and found not in REVISIONS:
        raise StoreError("store-newer", found=found, expected=REVISIONS[-1])
    return found


def _engine(text: str) -> Engine:
    try:
        url = make_url(text)
        if url.get_backend_name() == "sqlite":
            if not url.database or url.database == ":memory:":
                raise SettingsError("setting-invalid", name="database", origin="database", found=text, expected="sqlite:///FILE")
            with translated():
                Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
            url = sqlite.for_medium(url)
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:  # the URL may hold a password: name its kind only
        raise SettingsError(
            "setting-invalid", name="database", origin="database", found=f"{text.partition(':')[0]}:…", expected="SQLAlchemy URL"
        ) from error
    if engine.dialect.name == "sqlite":
        sqlite.tune(engine)
    return engine
