"""Publications: datasets, their numbered versions, files, documents, addresses and the change log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables."""
    meta = op.create_table(
        "meta", sa.Column("key", sa.String(100), nullable=False), *_text("value"), sa.PrimaryKeyConstraint("key")
    )
    op.bulk_insert(meta, [{"key": "writer", "value": ""}])
    _datasets()
    _versions()
    op.create_table(
        "documents",
        sa.Column("key", _ID, nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("modified", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("key", "format"),
    )
    op.create_table(
        "addresses",
        *_text("address"),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *_text("resource", "name"),
        sa.PrimaryKeyConstraint("address"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"]),
    )
    op.create_index("ix_addresses_dataset", "addresses", ["dataset"])
    op.create_table(
        "uses",
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        *_text("name", "resource", "field"),
        sa.PrimaryKeyConstraint("dataset", "kind", "name", "resource", "field"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"]),
    )
    op.create_index("ix_uses_kind", "uses", ["kind", "name"])
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sqlite_autoincrement=True,
    )


def _datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publisher_id", _ID, nullable=False),
        *_text("publisher_name_ja", "publisher_name_en", "publisher_uri"),
        sa.Column("latest", sa.Integer),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("withdrawn_at", sa.String(40)),
        *_text("withdrawn_reason", "title_ja", "title_en", "description_ja", "description_en"),
        sa.Column("keywords", sa.JSON, nullable=False),
        sa.Column("keywords_en", sa.JSON, nullable=False),
        sa.Column("themes", sa.JSON, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("issued", sa.String(40), nullable=False),
        sa.Column("modified", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_datasets_publisher_id", "datasets", ["publisher_id", "id"])


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("issued", sa.String(40), nullable=False),
        *_text("package_version", "note", "breaking"),
        sa.Column("valid", sa.Boolean, nullable=False),
        *_text("record"),
        sa.PrimaryKeyConstraint("dataset", "number"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"]),
    )
    op.create_table(
        "files",
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("path"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        *_text("media_type"),
        sa.PrimaryKeyConstraint("dataset", "number", "path"),
        sa.ForeignKeyConstraint(["dataset", "number"], ["versions.dataset", "versions.number"]),
    )
    op.create_index("ix_files_sha256", "files", ["sha256"])
