"""Small publications that follow a standard, made by hand: their typed tables are written with DuckDB."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from catalog.download import cache_of, maker
from catalog.download.making import Maker
from catalog.formats.columns import columns
from catalog.model import Agent, Field, License, Package, Publication, Resource, Schema, StandardRef, StoredFile, Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.vocabulary.codelists import CodeList
from catalog.vocabulary.snapshots import freeze

FIELDS = (Field(name="名称", type="string"), Field(name="所在地_連結表記", type="string"), Field(name="設置位置", type="string"))
ROWS: Sequence[tuple[Any, ...]] = (("港公園", "朝凪県月浜市港町1", "入口"), ("松林公園", "朝凪県月浜市本町2", "奥"))
LICENSE = License(name="CC-BY-4.0", title="CC BY 4.0", path="https://creativecommons.org/licenses/by/4.0/")


class Shelf:
    """A store with a maker, and a way to publish tables into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=str(folder / "home"), base_url="https://data.example.jp")
        self.store = Store.open(self.settings)
        self.cache = cache_of(self.settings, "unions")

    @property
    def maker(self) -> Maker:
        return maker(self.store.files, cache_of(self.settings))

    def add(  # noqa: PLR0913  each test says what is special about its table
        self,
        dataset: str,
        fields: Sequence[Field] = FIELDS,
        rows: Sequence[tuple[Any, ...]] = ROWS,
        *,
        types: dict[str, str] | None = None,
        lists: Sequence[CodeList] = (),
        edition: str = "20260801",
        standard: str = "public-toilet",
        publisher: str = "812013",
        sample: bool = True,
        spatial: tuple[str, ...] = (),
        table: str = "public_toilet",
    ) -> Publication:
        """Publish the next version of a dataset; ``types`` are SQL types of columns that differ from the usual ones."""
        resource = Resource(
            name=table, path="data/t.csv", schema=Schema(fields=tuple(fields)), standard=StandardRef(id=standard, edition=edition)
        )
        files = [
            self._file(f"{table}.csv", f"{dataset}\n".encode()),
            self._file(f"{table}.parquet", self._parquet(resource, rows, types or {})),
        ]
        files += [self._file(f"codelists/{each.name}.json", freeze(each), "codelist") for each in lists]
        with self.store.writing() as writing:
            head = writing.head(dataset)
            number = head.number + 1 if head else 1
            value = Publication(
                id=dataset,
                version=number,
                package=Package(
                    name=dataset, title=Text(f"{dataset}の表", dataset), sample=sample, spatial=spatial, licenses=(LICENSE,),
                    resources=(resource,),
                ),
                publisher=Agent(id=publisher, name=Text(f"団体{publisher}", f"Body {publisher}")),
                files=tuple(files),
                report={"valid": True, "stats": {"errors": 0}},
                digest=hashlib.sha256(f"{dataset} {number}".encode()).hexdigest(),
                rows={table: len(rows)},
                issued="2026-04-01T00:00:00Z",
                modified=f"2026-04-{number:02}T00:00:00Z",
            )  # fmt: skip
            return writing.add(value, {}, {})

    def _parquet(self, resource: Resource, rows: Sequence[tuple[Any, ...]], types: dict[str, str]) -> bytes:
        target = self.folder / "table.parquet"
        told = columns(resource)
        declared = ", ".join(f'"{each.name}" {types.get(each.name, each.type)}' for each in told)
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE t ({declared})")
            if rows:
                connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(told))})", [list(each) for each in rows])
            connection.execute(f"COPY t TO '{target}' (FORMAT parquet)")
        return target.read_bytes()

    def _file(self, path: str, content: bytes, role: Any = "table") -> StoredFile:
        source = self.folder / "source"
        source.write_bytes(content)
        sha256, size = self.store.files.put(source)
        format_ = path.rpartition(".")[2]
        table = path.partition(".")[0]
        return StoredFile(path=path, sha256=sha256, bytes=size, media_type="text/csv", role=role, format=format_, resource=table)
