"""What the disk and the database driver can say, as facts: one code each, and the bare name of the fault as reason.

The driver's own text stays in the exception chain (for the log); it may hold paths of the server and never reaches a reader.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from catalog.errors import StoreError

_CODES: dict[str, str] = {
    "ENOSPC": "store-full",
    "EDQUOT": "store-full",
    "EFBIG": "store-full",
    "EACCES": "store-denied",
    "EPERM": "store-denied",
    "EROFS": "store-denied",
    "SQLITE_FULL": "store-full",
    "SQLITE_IOERR_SHMSIZE": "store-full",  # the first reader of a WAL database makes a file beside it
    "SQLITE_BUSY": "store-locked",
    "SQLITE_LOCKED": "store-locked",
    "SQLITE_READONLY": "store-denied",
    "SQLITE_PERM": "store-denied",
    "SQLITE_CANTOPEN": "store-denied",  # what it would make beside a WAL database, mostly
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the system refuses into StoreError: store-full, store-locked, store-denied, or store-unreadable for the rest."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreError("store-locked", reason="pool") from error
    except DBAPIError as error:
        raise _fault(getattr(error.orig, "sqlite_errorname", "") or type(error.orig).__name__) from error
    except OSError as error:
        raise _fault(errno.errorcode.get(error.errno or 0, type(error).__name__)) from error


def _fault(name: str) -> StoreError:
    """Extended SQLite names (SQLITE_BUSY_SNAPSHOT) have the code of their family, the first two words, where they have no own."""
    family = "_".join(name.split("_")[:2])
    return StoreError(_CODES.get(name) or _CODES.get(family, "store-unreadable"), reason=name)
