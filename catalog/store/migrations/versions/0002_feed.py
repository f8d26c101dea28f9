"""The feed: its pages as ranges of ids, and the stream of what followers are told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, empty: descriptions rendered by an earlier program are rendered anew before they are served."""
    op.create_table(
        "feed_pages",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("start", _ID, nullable=False),
        sa.Column("datasets", sa.Integer, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_feed_pages_start", "feed_pages", ["start"], unique=True)
    op.create_table(
        "events",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_dataset", "events", ["dataset", "sequence"])
