"""Keep the Japanese texts in step with the code.

python scripts/i18n.py             extract the marked texts, update messages.po, compile messages.mo
python scripts/i18n.py add FILE    the same, taking the translations of a PO file with them
python scripts/i18n.py check       fail where a text has no Japanese, or the compiled file is stale
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "catalog/locale/ja/LC_MESSAGES/messages.po"
MO = PO.with_suffix(".mo")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_setting": (2,), "gettext": None, "N_": None, "translate": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """Every text marked in the code and the templates."""
    catalog = Catalog(project="opendata-catalog", charset="utf-8")
    options = {"**/templates/**.html": {"encoding": "utf-8"}}
    for name, _line, text, comments, context in extract_from_dir(
        ROOT / "catalog", METHODS, options_map=options, keywords=KEYWORDS
    ):
        catalog.add(text, None, [(f"catalog/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def current() -> Catalog:
    """The Japanese texts as they stand."""
    if not PO.exists():
        return Catalog(locale="ja", domain="messages", project="opendata-catalog", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="ja", domain="messages")


def compiled(catalog: Catalog) -> bytes:
    """The .mo bytes."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(added: Path | None = None) -> None:
    """Extract, take over translations, write both files."""
    catalog = current()
    known = {message.id: message.string for message in [*catalog, *catalog.obsolete.values()] if message.id and message.string}
    if added:
        with added.open("rb") as file:
            known |= {message.id: message.string for message in read_po(file, locale="ja") if message.id and message.string}
    fresh = Catalog(
        locale="ja", domain="messages", project="opendata-catalog", charset="utf-8", creation_date=catalog.creation_date
    )
    fresh.revision_date = catalog.revision_date
    for message in template():
        if message.id:
            fresh.add(message.id, known.pop(message.id, ""), [(path, None) for path, _ in message.locations])
    if added:
        for text, translation in known.items():
            fresh.obsolete[text] = Catalog(locale="ja").add(text, translation)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, fresh, sort_output=True, width=130, include_previous=False)
    MO.write_bytes(compiled(fresh))


def check() -> int:
    """Print what is missing; 1 if anything is."""
    catalog = current()
    wanted = {message.id for message in template() if message.id}
    known = {message.id for message in catalog if message.id and message.string and not message.fuzzy}
    for text in sorted(str(each) for each in wanted - known):
        print(f"no Japanese for: {text}")
    stale = not MO.exists() or MO.read_bytes() != compiled(catalog)
    if stale:
        print("messages.mo is not what messages.po compiles to: run scripts/i18n.py")
    return 1 if wanted - known or stale else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            update()
        case ["add", name]:
            update(Path(name))
        case ["check"]:
            sys.exit(check())
        case _:
            sys.exit(__doc__)
