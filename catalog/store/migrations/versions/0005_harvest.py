"""Harvest: the operator's sources, what each run did, and what is known of each page and record of a source."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")
_TIME = sa.String(40)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "harvest_sources",
        sa.Column("name", _ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("added", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "harvest_runs",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("source", _ID, nullable=False),
        sa.Column("started", _TIME, nullable=False),
        sa.Column("ended", _TIME, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("waiting", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_harvest_runs_source", "harvest_runs", ["source", "number"])
    op.create_table(
        "harvest_lines",
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_harvest_lines_run", "harvest_lines", ["run", "sequence"])
    _pages_and_records()


def _pages_and_records() -> None:
    op.create_table(
        "harvest_pages",
        sa.Column("source", _ID, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("modified", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("following", sa.JSON, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("seen", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("source", "address"),
    )
    op.create_table(
        "harvest_records",
        sa.Column("source", _ID, nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("iri", sa.Text, nullable=False),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("seen", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("source", "identifier"),
    )
    for column in ("identifier", "iri", "content", "dataset"):
        op.create_index(f"ix_harvest_records_{column}", "harvest_records", [column])
    op.create_index("ix_harvest_records_source", "harvest_records", ["source", "page"])
