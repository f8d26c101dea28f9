"""How fast `catalog verify` reads: MB/s on files of some sizes, beside what hashing alone comes to on this machine."""

import argparse
import hashlib
import os
import secrets
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.store import LocalFiles
from catalog.store.verification import hashed


def files_of(folder: Path, size: int, total: int) -> list[tuple[str, int]]:
    """So many bytes in files of that size, as a store keeps them."""
    kept, found = LocalFiles(folder), []
    body = bytearray(secrets.token_bytes(size))
    for number in range(total // size):
        body[:8] = number.to_bytes(8, "big")
        sha256 = hashlib.sha256(body).hexdigest()
        target = folder / sha256[:2] / sha256[2:]
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(body)
        found.append((sha256, size))
    assert kept.exists(found[0][0])
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400, help="bytes of each row of the table, in MB")
    total = parser.parse_args().megabytes * 1_000_000
    begin = time.perf_counter()
    hashlib.sha256(bytes(100_000_000))
    print(f"SHA-256 alone, one thread: {100 / (time.perf_counter() - begin):.0f} MB/s; {os.cpu_count()} cores")
    print("file size   files   MB/s")
    for size in (100_000, 1_000_000, 10_000_000, 100_000_000):
        with TemporaryDirectory() as name:
            blobs = files_of(Path(name), size, total)
            begin = time.perf_counter()
            found = hashed(LocalFiles(Path(name)), blobs, None)
            spent = time.perf_counter() - begin
            assert not any(found.values())
            print(f"{size:>9,}  {len(blobs):>6}  {total / spent / 1e6:>5.0f}")


if __name__ == "__main__":
    main()
