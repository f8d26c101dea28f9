"""Write the generated parts of docs/contracts.md: settings, and every code with its English wording.

python scripts/document.py          write them
python scripts/document.py check    fail where they are stale
"""

import sys
from pathlib import Path

from catalog import messages
from catalog.settings import SETTINGS

PAGE = Path(__file__).resolve().parent.parent / "docs/contracts.md"


def settings() -> str:
    """The table of settings."""
    rows = [f"| `{each.name}` | {each.help} | `{each.default}` |" for each in SETTINGS]
    return "\n".join(["| name | meaning | default |", "|---|---|---|", *rows])


def codes() -> str:
    """The table of codes."""
    rows = []
    for code, wording in sorted(messages.WORDINGS.items()):
        text = " ".join(part for part in wording if part).replace("|", "\\|").replace("%%", "%")
        rows.append(f"| `{code}` | {text} |")
    return "\n".join(["| code | what it says |", "|---|---|", *rows])


def written(text: str) -> str:
    """The page with its generated parts anew."""
    for name, make in (("settings", settings), ("codes", codes)):
        begin, end = f"<!-- {name}: scripts/document.py -->", f"<!-- /{name} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n\n{make()}\n\n{end}{tail}"
    return text


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    new = written(old)
    if sys.argv[1:] == ["check"]:
        if new != old:
            print("docs/contracts.md is stale: run scripts/document.py")
        sys.exit(new != old)
    PAGE.write_text(new, encoding="utf-8")
