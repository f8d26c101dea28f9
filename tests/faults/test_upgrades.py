"""An upgrade of the tables that is interrupted: the old ones stand, whole, and the next start brings them up to date."""

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness import DONE, HARMED, KILLED, STANDING, Sources, Worker, count

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store, migrations
from catalog.store.database import METADATA, REVISIONS
from catalog.store.entering import Entering

EVERY_DATABASE = True
LONG = int(os.environ.get("FAULTS_UPGRADES", "100"))
OLDER = REVISIONS[-4:-1]
"""Revisions from which it is upgraded."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")


def filled(settings: Settings, original: Settings, revision: str) -> None:
    """Make the tables of an old revision, with the rows that they would have had."""
    source, target = sa.create_engine(original.database_url()), sa.create_engine(settings.database_url())
    with source.connect() as reading, target.begin() as writing:
        migrations.upgrade(writing, METADATA, revision)
        old, new = sa.MetaData(), sa.MetaData()
        old.reflect(writing)
        new.reflect(reading, only=[each for each in old.tables if each in sa.inspect(reading).get_table_names()])
        for table in old.sorted_tables:
            if table.name == "alembic_version" or table.name not in new.tables:
                continue
            same = [each.name for each in table.columns if each.name in new.tables[table.name].columns]
            rows = reading.execute(sa.select(*(new.tables[table.name].c[each] for each in same))).mappings().all()
            if rows:
                writing.execute(sa.delete(table))
                writing.execute(sa.insert(table), [dict(each) for each in rows])
            counted = table.autoincrement_column
            if writing.dialect.name == "postgresql" and counted is not None and rows and counted.server_default is not None:
                highest = max(each[counted.name] for each in rows)
                asked = sa.text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
                writing.execute(asked, {"table": table.name, "column": counted.name, "highest": highest})
        Entering(writing).enter_again()
    source.dispose()
    target.dispose()


def revision_of(settings: Settings) -> str:
    engine = sa.create_engine(settings.database_url())
    with engine.connect() as connection:
        found: str = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    return found


class Upgrades:
    """Upgrades of fresh copies from one revision, killed at any moment."""

    def __init__(self, original: Settings, worker: Worker, sources: Sources, fresh, seed: str) -> None:
        self.original, self.worker, self.sources, self.fresh = original, worker, sources, fresh
        self.chance = random.Random(seed)
        self.longest = 0.0

    def one(self, revision: str, *, killed: bool) -> None:
        settings = self.fresh()
        shutil.copytree(Path(self.original.home) / "files", Path(settings.home) / "files")
        filled(settings, self.original, revision)
        after = self.chance.uniform(0, self.longest) if killed else None
        answer = self.worker.run("open_only", settings, kill_after=after)
        assert answer["code"] in ((KILLED, DONE) if killed else (DONE,)), answer
        self.longest = answer["seconds"] if not killed else self.longest * (0.95 if answer["told"] else 1.05)
        stands = revision_of(settings)
        assert stands in (revision, REVISIONS[-1])
        count(f"upgrade {revision} to {REVISIONS[-1]}", "kill -9", "new tables" if stands == REVISIONS[-1] else "old tables")
        with Store.open(settings) as store:
            assert revision_of(settings) == REVISIONS[-1]
            assert store.count() == STANDING + 1
            assert [each for each in store.verify() if each.severity != "note"] == []
            assert store.latest(HARMED).version == 1
            assert publish(self.sources.make(HARMED), settings, store).publication.version == 2
        shutil.rmtree(settings.home, ignore_errors=True)


@pytest.fixture
def upgrades(
    original: Settings, worker: Worker, sources: Sources, settings: Settings, request: pytest.FixtureRequest
) -> Upgrades:
    homes = iter(range(10_000))

    def fresh() -> Settings:
        home = Path(settings.home).with_name(f"upgraded-{next(homes)}")
        home.mkdir()
        url = str(request.getfixturevalue("postgresql")()) if settings.database else ""
        return replace(settings, home=str(home), database=url)

    return Upgrades(original, worker, sources, fresh, seed="upgrades")


@pytest.mark.parametrize("revision", OLDER[:1])
def test_an_upgrade_that_is_killed_is_done_again(upgrades: Upgrades, revision: str) -> None:
    upgrades.one(revision, killed=False)
    upgrades.one(revision, killed=True)


@pytest.mark.long
@pytest.mark.parametrize("revision", OLDER)
def test_many_upgrades_that_are_killed(upgrades: Upgrades, revision: str) -> None:
    upgrades.one(revision, killed=False)
    for _again in range(LONG):
        upgrades.one(revision, killed=True)
