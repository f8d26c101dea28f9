"""Tokens: made once, known by their digest, good for what they were made for."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog import tokens
from catalog.errors import CatalogError, Forbidden, NotFound, Unauthenticated, UsageError
from catalog.settings import Settings
from catalog.store import Entry, Store

EVERY_DATABASE = True


@pytest.fixture
def store(settings: Settings):
    with Store.open(settings) as opened:
        yield opened


def made(store: Store, **changes):
    wanted = {"publisher": "270008", "actions": ["publish"], "label": "公開作業用", "days": 30, "actor": "cli:test"}
    return tokens.create(store, **wanted | changes)


def test_a_secret_opens_the_token_it_was_made_with(store):
    secret, token = made(store)
    assert tokens.authenticate(store, secret) == token
    assert token.actions == ("publish",)
    tokens.permit(token, "publish", "270008")


def test_the_secret_is_kept_nowhere(store, tmp_path):
    secret, _token = made(store)
    store.snapshot(tmp_path / "snapshot", lambda _done, _all: None)
    kept = (tmp_path / "snapshot").read_bytes()
    assert secret.encode() not in kept
    assert tokens.digest_of(secret).encode() in kept


def test_secrets_differ_and_carry_256_bits(store):
    secrets = {made(store)[0] for _each in range(20)}
    assert len(secrets) == 20
    assert all(len(each.removeprefix(tokens.PREFIX)) == 43 for each in secrets)


@pytest.mark.parametrize("secret", ["", "x", "odcat_", "odcat_" + "a" * 43, "odcat_" + "é" * 43, "odcat_" + "a" * 10_000, "\0"])
def test_what_is_no_token_of_ours_is_unknown(store, secret):
    made(store)
    with pytest.raises(Unauthenticated) as caught:
        tokens.authenticate(store, secret)
    assert caught.value.code == "token-unknown"


def test_a_revoked_token_is_good_for_nothing(store):
    secret, token = made(store)
    first = tokens.revoke(store, token.id, "cli:test")
    again = tokens.revoke(store, token.id, "cli:test")
    assert first.revoked
    assert again.revoked == first.revoked
    with pytest.raises(Unauthenticated) as caught:
        tokens.authenticate(store, secret)
    assert caught.value.code == "token-revoked"
    with pytest.raises(NotFound):
        tokens.revoke(store, "nosuch", "cli:test")


@pytest.mark.parametrize(("seconds", "good"), [(-3_600, True), (30, True), (90, False)])
def test_an_expired_token_is_good_for_nothing_but_clocks_may_differ_a_little(store, monkeypatch, seconds, good):
    secret, token = made(store, days=1)
    end = datetime.fromisoformat(token.expires)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            assert tz is UTC
            return end + timedelta(seconds=seconds)

    monkeypatch.setattr(tokens, "datetime", Later)
    if good:
        assert tokens.authenticate(store, secret).id == token.id
    else:
        with pytest.raises(Unauthenticated) as caught:
            tokens.authenticate(store, secret)
        assert caught.value.code == "token-expired"


def test_a_token_without_an_end_does_not_expire(store):
    secret, token = made(store, days=0)
    assert not token.expires
    assert tokens.authenticate(store, secret).id == token.id


def test_a_token_is_good_for_its_publisher_and_actions_only(store):
    _secret, token = made(store)
    for action, publisher, code in (
        ("withdraw", "270008", "token-scope-action"),
        ("publish", "271004", "token-scope-publisher"),
        ("publish", "", "token-scope-publisher"),
        ("publish", "*", "token-scope-publisher"),
    ):
        with pytest.raises(Forbidden) as caught:
            tokens.permit(token, action, publisher)
        assert caught.value.code == code
    _secret, every = made(store, publisher=tokens.ANY, actions=["withdraw", "publish"])
    assert every.actions == tokens.ACTIONS
    for action in tokens.ACTIONS:
        tokens.permit(every, action, "271004")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"publisher": "大阪府"}, "token-publisher"),
        ({"publisher": ""}, "token-publisher"),
        ({"actions": []}, "token-action"),
        ({"actions": ["publish", "delete"]}, "token-action"),
        ({"days": -1}, "token-days"),
        ({"days": 3_651}, "token-days"),
        ({"label": "あ" * 201}, "token-label"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(store, changes, code):
    with pytest.raises(UsageError) as caught:
        made(store, **changes)
    assert caught.value.code == code
    assert store.trust.tokens() == ()
    assert store.trust.audit() == ()


def test_what_is_done_with_tokens_stands_in_the_log(store):
    _secret, token = made(store)
    tokens.revoke(store, token.id, "cli:another")
    revoked, created = store.trust.audit()
    assert (created.actor, created.action, created.details["token"]) == ("cli:test", "token-create", token.id)
    assert (revoked.actor, revoked.action, revoked.details["token"]) == ("cli:another", "token-revoke", token.id)
    assert store.trust.audit(before=revoked.sequence) == (created,)
    assert store.trust.audit(limit=1) == (revoked,)


def test_a_transaction_that_fails_leaves_no_line(store):
    with pytest.raises(CatalogError), store.writing() as writing:  # noqa: PT012  the second statement is the failure
        writing.record(Entry(actor="cli:test", action="publish", at="2026-11-22T00:00:00Z"))
        raise CatalogError("internal")
    assert store.trust.audit() == ()
