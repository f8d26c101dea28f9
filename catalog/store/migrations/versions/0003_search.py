"""Search: entries with their texts, facets and identifiers; on SQLite the full-text index of their bigrams; missed searches."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LOOKED_IN = ("name", "mark", "body", "facet")
_KINDS = ("dataset", "field", "term", "standard")
_SIGNS = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~""".replace("'", "''")
_TOKENIZER = f"ascii tokenchars '{_SIGNS}'".replace('"', '""')
"""Every character but the blank belongs to a token: bigrams of any signs, as ``store.grams`` makes them."""
_TEXTS = (
    "path", "title_ja", "title_en", "note_ja", "note_en", "description_ja", "description_en",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, empty: what is published is entered when the program next starts or publishes."""
    op.create_table(
        "search_entries",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("dataset", _ID, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("sample", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _LOOKED_IN),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_entries_dataset", "search_entries", ["dataset", "kind"])
    op.create_table(
        "search_groups",
        sa.Column("entry", _NUMBER, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("who", "what", "state", "tags")),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "search_values",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_values_digest", "search_values", ["digest"], unique=True)
    op.create_table(
        "search_identifiers",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("dataset", _ID, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("uuid", "dataset"),
    )
    op.create_index("ix_search_identifiers_dataset", "search_identifiers", ["dataset"])
    op.create_table(
        "search_misses",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("text", sa.String(100), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "text"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for kind in _KINDS:
            options = f"content='', prefix='1', tokenize=\"{_TOKENIZER}\""
            op.execute(f"CREATE VIRTUAL TABLE search_words_{kind} USING fts5({', '.join(_LOOKED_IN)}, {options})")
