from pathlib import Path

import pytest

from catalog.errors import SettingsError
from catalog.settings import SETTINGS, Settings, load


def test_authority_is_command_line_then_environment_then_file_then_default(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text('port = 1001\nhost = "0.0.0.0"\ntitle_en = "From the file"\n', encoding="utf-8")
    settings = load({"port": 1003, "home": None}, {"CATALOG_PORT": "1002", "CATALOG_HOST": "127.0.0.9"}, tmp_path)
    assert (settings.port, settings.host, settings.title_en) == (1003, "127.0.0.9", "From the file")
    assert settings.home == Settings().home


def test_base_url_loses_its_slash_and_defaults_to_host_and_port(tmp_path: Path) -> None:
    assert load({"base_url": "https://data.example.jp/od/"}, {}, tmp_path).public_url() == "https://data.example.jp/od"
    assert load({"port": 8123}, {}, tmp_path).public_url() == "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATALOG_PORT", "eighty"),
        ("CATALOG_PORT", "８０００"),
        ("CATALOG_PORT", "0"),
        ("CATALOG_PORT", "70000"),
        ("CATALOG_BASE_URL", "data.example.jp"),
        ("CATALOG_BASE_URL", "https://data.example.jp/?x=1"),
        ("CATALOG_BASE_URL", "https://data example.jp"),
        ("CATALOG_LANGUAGES", "ja,fr"),
        ("CATALOG_SAMPLES_IN_FEED", "perhaps"),
        ("CATALOG_MAP_TILES", "https://tiles.example.jp/map.png"),
        ("CATALOG_MAP_TILES", "https://tiles.example.jp; script-src */{z}/{x}/{y}.png"),
        ("CATALOG_MAP_TILES", "file:///{z}/{x}/{y}.png"),
    ],
)
def test_impossible_values_are_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, {name: value}, tmp_path)
    assert caught.value.details["name"] == name.removeprefix("CATALOG_").lower()
    assert caught.value.details["found"] == value


@pytest.mark.parametrize(("text", "code"), [("colour = 1", "setting-unknown"), ("port = ", "setting-file")])
def test_a_file_that_cannot_be_used_is_refused(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load({}, {}, tmp_path)
    assert caught.value.code == code


def test_every_setting_explains_itself() -> None:
    assert all(each.help and each.variable == f"CATALOG_{each.name.upper()}" for each in SETTINGS)
