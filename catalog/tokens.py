"""Bearer tokens (RFC 6750): made once, shown once, kept as a digest, scoped to a publisher and to actions.

The secret has 256 bits of chance, so its plain SHA-256 can be kept: a slow hash would buy nothing at that length, and would
let strangers spend our processor. It begins with a prefix by which scanners of repositories find a leaked one.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from catalog.errors import Forbidden, Unauthenticated, UsageError
from catalog.store import Entry, Store, Token

PREFIX = "odcat_"
ACTIONS: tuple[str, ...] = ("publish", "withdraw")
"""What a token may be good for; checking a package without publishing it takes "publish"."""
ANY = "*"
"""As the publisher of a token: every publisher."""
LONGEST = 3_650
"""Days; ten years."""

_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_PUBLISHER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_TOLERANCE = timedelta(seconds=60)
"""Clocks of two machines differ by so much without anybody's fault."""
_LABEL = 200


def create(store: Store, *, publisher: str, actions: Iterable[str], label: str, days: int, actor: str) -> tuple[str, Token]:
    """A new token and its secret, which nobody can be told a second time. ``days`` 0: without an end.

    Raises UsageError: token-publisher, token-action, token-days, token-label.
    """
    wanted = tuple(each for each in ACTIONS if each in set(actions))
    if publisher != ANY and not _PUBLISHER.fullmatch(publisher):
        raise UsageError("token-publisher", found=publisher)
    if not wanted or set(actions) - set(ACTIONS):
        raise UsageError("token-action", expected=", ".join(ACTIONS))
    if not 0 <= days <= LONGEST:
        raise UsageError("token-days", found=days, expected=f"0-{LONGEST}")
    if len(label) > _LABEL:
        raise UsageError("token-label", expected=_LABEL)
    now = datetime.now(UTC)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=secrets.token_hex(5),
        label=label,
        publisher=publisher,
        actions=wanted,
        created=_written(now),
        expires=_written(now + timedelta(days=days)) if days else "",
    )
    details = {"token": token.id, "publisher": publisher, "actions": " ".join(wanted)}
    with store.writing() as writing:
        writing.add_token(token, digest_of(secret))
        writing.record(Entry(actor=actor, action="token-create", details=details, at=token.created))
    return secret, token


def revoke(store: Store, token: str, actor: str) -> Token:
    """Make a token good for nothing, by its id. Raises NotFound("token-id-unknown")."""
    at = _written(datetime.now(UTC))
    with store.writing() as writing:
        revoked = writing.revoke_token(token, at)
        writing.record(Entry(actor=actor, action="token-revoke", details={"token": token}, at=at))
    return revoked


def authenticate(store: Store, secret: str) -> Token:
    """The good token that a secret belongs to.

    Raises Unauthenticated: token-unknown, token-revoked, token-expired. Whoever is told the latter two holds the secret.
    """
    kept = store.trust.by_digest(digest_of(secret)) if _SECRET.fullmatch(secret) else None
    if kept is None or not hmac.compare_digest(kept[1], digest_of(secret)):
        raise Unauthenticated("token-unknown")
    token = kept[0]
    if token.revoked:
        raise Unauthenticated("token-revoked", token=token.id, at=token.revoked)
    if token.expires and datetime.now(UTC) > datetime.fromisoformat(token.expires) + _TOLERANCE:
        raise Unauthenticated("token-expired", token=token.id, at=token.expires)
    return token


def permit(token: Token, action: str, publisher: str) -> None:
    """Raises Forbidden (token-scope-action, token-scope-publisher) where the token is not good for that."""
    if action not in token.actions:
        raise Forbidden("token-scope-action", token=token.id, found=action, expected=", ".join(token.actions))
    if token.publisher not in (ANY, publisher):
        raise Forbidden("token-scope-publisher", token=token.id, found=publisher, expected=token.publisher)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
