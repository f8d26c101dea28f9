"""What the system refuses becomes a coded fact; what is our own mistake stays an exception."""

import errno
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from catalog.errors import StoreError
from catalog.messages import both
from catalog.store.faults import translated


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SQLITE_FULL", "store-full"),
        ("SQLITE_IOERR_SHMSIZE", "store-full"),
        ("SQLITE_IOERR_READ", "store-unreadable"),
        ("SQLITE_BUSY_SNAPSHOT", "store-locked"),
        ("SQLITE_LOCKED_SHAREDCACHE", "store-locked"),
        ("SQLITE_READONLY_DBMOVED", "store-denied"),
        ("SQLITE_CORRUPT", "store-unreadable"),
    ],
)
def test_names_of_the_driver(name: str, code: str) -> None:
    driver = sqlite3.OperationalError("secret text of the driver")
    driver.sqlite_errorname = name
    with pytest.raises(StoreError) as caught, translated():
        raise OperationalError("SELECT secret", {}, driver)
    assert (caught.value.code, caught.value.details) == (code, {"reason": name})
    assert "secret" not in both(caught.value).ja + both(caught.value).en


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (OSError(errno.EDQUOT, "secret", "/srv/secret"), "store-full", "EDQUOT"),
        (PermissionError(errno.EACCES, "secret", "/srv/secret"), "store-denied", "EACCES"),
        (OSError(errno.EIO, "secret"), "store-unreadable", "EIO"),
        (OSError("secret"), "store-unreadable", "OSError"),
    ],
)
def test_names_of_the_system(error: OSError, code: str, reason: str) -> None:
    with pytest.raises(StoreError) as caught, translated():
        raise error
    assert (caught.value.code, caught.value.details) == (code, {"reason": reason})
    assert caught.value.__cause__ is error, "the log has the whole story"


def test_mistakes_pass() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("name")
