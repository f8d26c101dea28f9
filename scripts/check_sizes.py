"""Fail where a module of the product passes 600 lines or a function reaches 60.

One that does usually holds a noun that wants its own room.
"""

import ast
import sys
from pathlib import Path

MODULE, FUNCTION = 600, 60
ROOT = Path(__file__).resolve().parent.parent


def too_long(path: Path) -> list[str]:
    """Every place in a module that is over the limits."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    found = [f"{path.relative_to(ROOT)}: {lines} lines (limit {MODULE})"] if lines > MODULE else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size >= FUNCTION:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {size} lines (limit {FUNCTION - 1})")
    return found


if __name__ == "__main__":
    findings = [each for path in sorted((ROOT / "catalog").rglob("*.py")) for each in too_long(path)]
    print("\n".join(findings) or "sizes: ok")
    sys.exit(1 if findings else 0)
