"""Areas: which municipalities and prefectures a dataset belongs to, and how many of its rows are about each."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table, empty: what is published is entered when the program next starts or publishes."""
    op.create_table(
        "areas",
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("dataset", _ID, sa.ForeignKey("datasets.id"), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("resource", sa.String(200), nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("code", "dataset", "role", "resource"),
    )
    op.create_index("ix_areas_dataset", "areas", ["dataset"])
