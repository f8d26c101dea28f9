"""What outside people rely on must stand in the docs."""

import re
from pathlib import Path

import pytest

from catalog import cli, messages
from catalog.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.name)
def test_every_setting_is_documented(setting: object) -> None:
    assert f"| `{setting.name}` | {setting.help}" in DOCS  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", sorted(cli.app.commands))
def test_every_command_is_documented(command: str) -> None:
    assert f"catalog {command}" in DOCS


@pytest.mark.parametrize("code", sorted(code for code in messages.WORDINGS if not code.startswith("stock.")))
def test_every_code_is_documented(code: str) -> None:
    assert f"`{code}`" in DOCS


def test_every_link_between_the_docs_leads_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_changelog_knows_the_version() -> None:
    assert "[Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
