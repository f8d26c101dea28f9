"""The index of areas: what a publication says of them, kept in step with what is published."""

from pathlib import Path

from across_samples import FIGURES, HOSHIHAMA, ROOT, TSUKIHAMA, YUKIMORI, field, figures, package

from catalog import areas
from catalog.areas import entering
from catalog.publishing import publish, refresh, withdraw
from catalog.settings import Settings
from catalog.store import Store

EVERY_DATABASE = True


def lines(store: Store, code: str) -> dict[tuple[str, str, str], int]:
    return {(each.dataset, each.line.role, each.line.resource): each.line.rows for each in store.areas.held(code)}


def test_rows_are_counted_by_definition_and_withdrawn_with_their_dataset(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings) as store:
        publish(ROOT / "datapackages/812013-public-toilet", settings, store)
        publish(figures(tmp_path), settings, store)
        found = lines(store, TSUKIHAMA)
        assert found == {
            ("812013-public-toilet", "publisher", ""): 0,
            ("812013-public-toilet", "spatial", ""): 0,
            ("812013-public-toilet", "rows", "public_toilet"): 36,
            ("figures", "rows", "figures"): 2,
            ("figures", "rows", "moves"): 10,
        }
        assert lines(store, YUKIMORI) == {("figures", "rows", "figures"): 1}, "the first column that is filled counts"
        counts = {each.code: (each.datasets, each.published) for each in store.areas.counts()}
        assert counts[TSUKIHAMA] == (2, 1)
        assert set(counts) == {each[0] for each in FIGURES}
        assert store.areas.counts(samples=False) == ()
        assert store.areas.standards(TSUKIHAMA) == {"public-toilet"}
        assert [(each.resource, each.areas) for each in store.areas.spread(5)] == [("figures", 4)]

        withdraw("figures", settings, store)
        assert ("figures", "rows", "figures") not in lines(store, TSUKIHAMA)
        assert lines(store, YUKIMORI) == {}
        assert YUKIMORI not in {each.code for each in store.areas.counts()}


def test_a_prefecture_has_what_is_about_its_municipalities_but_not_what_these_publish(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings) as store:
        publish(ROOT / "datapackages/812013-public-toilet", settings, store)
        publish(figures(tmp_path), settings, store)
        held = [each for each in store.areas.held("810002") if each.line.resource == "figures"]
        assert {each.line.code: each.line.rows for each in held} == {TSUKIHAMA: 2, YUKIMORI: 1, HOSHIHAMA: 1}
        assert {each.dataset for each in store.areas.held("810002")} == {"figures"}
        assert {each.line.code for each in store.areas.held("820008")} == {"822019"}


def test_a_new_version_replaces_what_the_old_one_said(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings) as store:
        folder = figures(tmp_path)
        publish(folder, settings, store)
        text = (folder / "data/figures.csv").read_text(encoding="utf-8")
        (folder / "data/figures.csv").write_text(text.replace(f"{YUKIMORI},", f"{HOSHIHAMA},"), encoding="utf-8")
        publish(folder, settings, store)
        assert lines(store, YUKIMORI) == {}
        assert lines(store, HOSHIHAMA)[("figures", "rows", "figures")] == 2


def test_what_was_published_before_there_was_an_index_is_entered_once(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings) as store:
        publish(figures(tmp_path), settings, store)
        before = lines(store, TSUKIHAMA)
        with store.writing() as writing:
            writing.set_areas({"figures": ()})
            writing.set_meta(entering.EDITION, "")
        assert lines(store, TSUKIHAMA) == {}
        refresh(store, settings)
        assert lines(store, TSUKIHAMA) == before
        assert not areas.refresh(store)


def test_a_table_without_codes_is_about_whom_its_dataset_is_about(settings: Settings, tmp_path: Path) -> None:
    tables = {"shops": ([field("name")], "a\nb\n")}
    city = {"id": TSUKIHAMA, "name": "月浜市", "translations": {"en": {"name": "Tsukihama City"}}}
    with Store.open(settings) as store:
        publish(package(tmp_path / "a", "own", tables, publisher=city), settings, store)
        publish(package(tmp_path / "b", "one-place", tables, spatial=[YUKIMORI]), settings, store)
        publish(package(tmp_path / "c", "two-places", tables, spatial=[YUKIMORI, HOSHIHAMA]), settings, store)
        assert lines(store, TSUKIHAMA)[("own", "table", "shops")] == 2
        assert lines(store, YUKIMORI)[("one-place", "table", "shops")] == 2
        assert lines(store, HOSHIHAMA) == {("two-places", "spatial", ""): 0}
