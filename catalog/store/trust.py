"""Who may write, and who did: what the store answers about tokens and its audit log, and how both are written.

A token is known here by the SHA-256 of its secret only. A line of the audit log is written in the transaction that it
tells of, so that neither is there without the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalog.errors import NotFound
from catalog.store.database import Database, audit, tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A right to write. ``publisher`` is the id of the publisher that it may write for, "*" for any.

    ``actions`` are those it may do ("publish", "withdraw"). Times are ISO 8601 in UTC; "" where there is none: ``expires``
    of a token without an end, ``last_used`` of an unused one, ``revoked`` of a good one.
    """

    id: str
    label: str
    publisher: str
    actions: tuple[str, ...]
    created: str
    expires: str = ""
    last_used: str = ""
    revoked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log: ``actor`` ("cli:name", "token:id") did ``action``, and it was "done" or "refused".

    ``details`` holds plain texts: a digest, a reason, codes of findings. ``at`` is ISO 8601 in UTC.
    """

    actor: str
    action: str
    outcome: str = "done"
    dataset: str = ""
    version: int = 0
    details: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    sequence: int = 0


class Trust:
    """What is asked of tokens and log; ``Store.trust``. Every method raises StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tokens(self) -> tuple[Token, ...]:
        """Every token that was ever made, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created.desc(), tokens.c.id)).all()
        return tuple(_token(row) for row in rows)

    def by_digest(self, digest: str) -> tuple[Token, str] | None:
        """The token whose secret has that SHA-256, with the digest as it is kept; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(tokens).where(tokens.c.digest == digest)).one_or_none()
        return (_token(row), row.digest) if row else None

    def audit(self, before: int = 0, limit: int = 100, dataset: str = "") -> tuple[Entry, ...]:
        """The log, the newest line first: those before the number ``before``, of one dataset where asked."""
        asked = select(audit).order_by(audit.c.sequence.desc()).limit(limit)
        if before:
            asked = asked.where(audit.c.sequence < before)
        if dataset:
            asked = asked.where(audit.c.dataset == dataset)
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(_entry(row) for row in rows)


def add_token(connection: Connection, token: Token, digest: str) -> None:
    """Keep a new token."""
    values = {"id": token.id, "label": token.label, "publisher": token.publisher, "actions": list(token.actions)}
    times = {"created": token.created, "expires": token.expires, "last_used": token.last_used, "revoked": token.revoked}
    connection.execute(insert(tokens).values(digest=digest, **values, **times))


def revoke_token(connection: Connection, token: str, at: str) -> Token:
    """Make a token good for nothing; of one that is so already, the time stays. Raises NotFound("token-id-unknown")."""
    row = connection.execute(select(tokens).where(tokens.c.id == token)).one_or_none()
    if row is None:
        raise NotFound("token-id-unknown", token=token)
    if not row.revoked:
        connection.execute(update(tokens).where(tokens.c.id == token).values(revoked=at))
    return _token(connection.execute(select(tokens).where(tokens.c.id == token)).one())


def touch_token(connection: Connection, token: str, at: str) -> None:
    """Remember when a token was last used."""
    connection.execute(update(tokens).where(tokens.c.id == token, tokens.c.last_used < at).values(last_used=at))


def record(connection: Connection, entry: Entry) -> None:
    """Add a line to the log."""
    values = {"at": entry.at, "actor": entry.actor, "action": entry.action, "outcome": entry.outcome}
    told = {"dataset": entry.dataset, "number": entry.version, "details": dict(entry.details)}
    connection.execute(insert(audit), values | told)


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        label=row.label,
        publisher=row.publisher,
        actions=tuple(row.actions),
        created=row.created,
        expires=row.expires,
        last_used=row.last_used,
        revoked=row.revoked,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        actor=row.actor,
        action=row.action,
        outcome=row.outcome,
        dataset=row.dataset,
        version=row.number,
        details=row.details,
        at=row.at,
        sequence=row.sequence,
    )
