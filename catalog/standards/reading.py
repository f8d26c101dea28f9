"""``vocab/standards/<slug>/<edition>.json`` -> ``Standard``: shared columns and blocks are looked up, obligations joined.

Files are read strictly: a member that is unknown or of the wrong kind, a reference to nothing, an alias of two columns
is a finding, and a standard with a finding is never used.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from catalog.errors import Finding, NotFound, Place, Refusal
from catalog.model import Definition, Field, ForeignKey, Obligation, Source, Text
from catalog.standards import members
from catalog.standards.members import Problems, text_of
from catalog.standards.nouns import Column, Companion, Standard, Status, Table
from catalog.standards.soundness import findings_of

BLOCKS = "_blocks.json"
"""Columns and blocks of columns that several standards share."""

Raw = dict[str, Any]


def shipped() -> Path:
    """The folder of the standards that come with the product: in a checkout ``vocab``, installed ``catalog/_vocab``."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_vocab"
    return (installed if installed.is_dir() else package.parent / "vocab") / "standards"


class Standards:
    """The standards of a folder, every edition of each."""

    def __init__(self, standards: Collection[Standard]) -> None:
        self._editions: dict[str, dict[str, Standard]] = {}
        for each in sorted(standards, key=lambda each: (each.slug, each.edition)):
            self._editions.setdefault(each.slug, {})[each.edition] = each

    @classmethod
    def load(cls, folder: Path | None = None) -> "Standards":
        """Every standard of ``folder``, without one those of the product. Refusal with every finding where one is faulty."""
        standards, findings = _read(folder or shipped())
        if findings:
            raise Refusal(*findings)
        return cls(standards)

    def names(self) -> tuple[str, ...]:
        """The slugs, sorted."""
        return tuple(self._editions)

    def editions(self, slug: str) -> tuple[str, ...]:
        """The editions of a standard, oldest first. NotFound("standard-unknown")."""
        if slug not in self._editions:
            near = get_close_matches(slug, self._editions, n=3)
            raise NotFound("standard-unknown", found=slug, expected=", ".join(near or self.names()))
        return tuple(self._editions[slug])

    def standard(self, slug: str, edition: str = "") -> Standard:
        """One edition, without ``edition`` the current (newest) one. NotFound("standard-unknown" or "edition-unknown")."""
        known = self.editions(slug)
        wanted = edition or known[-1]
        if wanted not in known:
            raise NotFound("edition-unknown", standard=slug, found=edition, expected=", ".join(known))
        return self._editions[slug][wanted]

    def current(self) -> tuple[Standard, ...]:
        """The current edition of each standard."""
        return tuple(self.standard(slug) for slug in self._editions)

    def __iter__(self) -> Iterator[Standard]:
        return (each for editions in self._editions.values() for each in editions.values())


def check_standards(folder: Path | None = None, codelists: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with the standards of a folder (the product's own without one).

    With ``codelists``, the names of the code lists there are, columns that name another one are found as well.
    """
    standards, findings = _read(folder or shipped())
    known = {each.slug for each in standards}
    for each in standards:
        if each.companion and each.companion.standard not in known:
            place = Place(file=_file(each.slug, each.edition), pointer="/companion/standard")
            findings.append(Finding(code="standard-unknown", place=place, found=each.companion.standard, expected=_list(known)))
        if codelists is not None:
            findings += _unknown_codelists(each, codelists)
    return tuple(findings)


def _unknown_codelists(standard: Standard, codelists: Collection[str]) -> Iterator[Finding]:
    for table in standard.tables:
        for column in table.columns:
            name = column.field.definition.codelist
            if name and name not in codelists:
                place = Place(file=_file(standard.slug, standard.edition), resource=table.name, field=column.name)
                yield Finding(code="standard-codelist-unknown", place=place, found=name, expected=_list(codelists))


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _file(slug: str, edition: str) -> str:
    return f"{slug}/{edition}.json"


def _read(folder: Path) -> tuple[list[Standard], list[Finding]]:
    library = _Library(folder)
    standards = []
    for slug, edition in sorted(library.documents):
        problems = Problems(_file(slug, edition))
        standard = _standard(slug, edition, library, problems)
        library.findings += problems.findings
        if standard is not None and not problems.findings:
            found = findings_of(standard, _file(slug, edition))
            library.findings += found
            standards += [] if found else [standard]
    return standards, library.findings


class _Library:
    """The files of a folder as they are written, with the columns that they lend each other."""

    def __init__(self, folder: Path) -> None:
        self.findings: list[Finding] = []
        blocks = self._load(folder, BLOCKS, members.BLOCKS) or {}
        self.shared: Mapping[str, Raw] = blocks.get("columns", {})
        self.blocks: Mapping[str, list[str]] = blocks.get("blocks", {})
        self._check_shared()
        paths = sorted(folder.glob("*/*.json"))
        loaded = {(path.parent.name, path.stem): self._load(folder, _file(path.parent.name, path.stem)) for path in paths}
        self.documents: dict[tuple[str, str], Raw] = {key: value for key, value in loaded.items() if value is not None}

    def _load(self, folder: Path, name: str, shape: members.Shape = members.STANDARD) -> Raw | None:
        problems = Problems(name)
        try:
            raw = json.loads((folder / name).read_bytes())
        except (OSError, ValueError) as error:
            problems.add("standard-file-unreadable", reason=getattr(error, "strerror", None) or str(error))
            raw = None
        sound = raw is not None and members.check(raw, shape, problems)
        self.findings += problems.findings
        return raw if sound else None

    def _check_shared(self) -> None:
        problems = Problems(BLOCKS)
        for key, raw in self.shared.items():
            members.check(raw, members.COLUMN, problems, f"/columns/{key}")
        for key, names in self.blocks.items():
            for index, name in enumerate(names):
                if name not in self.shared and name not in self.blocks:
                    problems.add("standard-block-unknown", f"/blocks/{key}/{index}", name, self.near(name))
        self.findings += problems.findings

    def near(self, name: str) -> str:
        """What was probably meant."""
        return ", ".join(get_close_matches(name, [*self.shared, *self.blocks], n=3))

    def expand(self, name: str) -> list[Raw]:
        """The shared columns of a name: one, or those of a block (of blocks); an unknown name has none."""
        if name in self.shared:
            return [{"id": name} | self.shared[name]]
        return [raw for part in self.blocks.get(name, ()) for raw in self.expand(part)]

    def columns(self, slug: str, items: list[Any], problems: Problems, pointer: str) -> list[Raw]:
        """What a list of columns stands for, written out."""
        found: list[Raw] = []
        for index, item in enumerate(items):
            where = f"{pointer}/{index}"
            if isinstance(item, str):
                found += self._shared(item, problems, where)
            elif "use" in item:
                found += [_overridden(raw, item) for raw in self._shared(item["use"], problems, where)]
            elif "edition" in item:
                found += self._borrowed(slug, item, problems, where)
            else:
                found.append(item)
        return found

    def _shared(self, name: str, problems: Problems, pointer: str) -> list[Raw]:
        found = self.expand(name)
        if not found:
            problems.add("standard-block-unknown", pointer, name, self.near(name))
        return found

    def _borrowed(self, slug: str, item: Raw, problems: Problems, pointer: str) -> list[Raw]:
        """Columns that another edition of the standard defines; only editions that do not borrow themselves lend."""
        document = self.documents.get((slug, item["edition"]))
        if document is None:
            known = ", ".join(sorted(edition for other, edition in self.documents if other == slug))
            problems.add("edition-unknown", pointer, item["edition"], known, standard=slug)
            return []
        lent = [each for each in document["tables"][0]["columns"] if isinstance(each, str) or "edition" not in each]
        by_name = {raw.get("name", ""): raw for raw in self.columns(slug, lent, Problems(""), "")}
        for name in item["columns"]:
            if name not in by_name:
                problems.add("standard-column-unknown", pointer, name, ", ".join(get_close_matches(name, by_name, n=3)))
        return [by_name[name] for name in item["columns"] if name in by_name]


def _overridden(shared: Raw, item: Raw) -> Raw:
    """A shared column with what the standard says of it; aliases are added, everything else replaces."""
    own = {key: value for key, value in item.items() if key != "use"}
    return shared | own | {"aliases": [*shared.get("aliases", ()), *own.get("aliases", ())]}


def _standard(slug: str, edition: str, library: _Library, problems: Problems) -> Standard | None:
    raw = library.documents[slug, edition]
    if raw["edition"] != edition:
        problems.add("standard-member-invalid", "/edition", raw["edition"], edition)
    status = raw["status"]
    tables = [
        _table(slug, each, raw, library, problems, f"/tables/{index}") for index, each in enumerate(raw["tables"])
    ]  # fmt: skip
    if problems.findings or not tables:
        return None
    companion, source = raw.get("companion"), raw["source"]
    return Standard(
        slug=slug,
        edition=edition,
        title=text_of(raw["title"]),
        description=text_of(raw["description"]),
        tables=tuple(tables),
        status=Status(
            order=status["order"],
            obligations=status["obligations"],
            evidence=text_of(status["evidence"]),
            doubts=tuple(text_of(each) for each in status["doubts"]),
        ),
        source=Source(title=source["title"], path=source["path"], version=source["version"]),
        number=raw["number"],
        origin=raw["origin"],
        form=raw["form"],
        companion=Companion(**companion) if companion else None,
        keywords=tuple(raw["keywords"]),
        themes=tuple(raw["themes"]),
    )


def _table(slug: str, raw: Raw, document: Raw, library: _Library, problems: Problems, pointer: str) -> Table:
    written = library.columns(slug, raw["columns"], problems, f"{pointer}/columns")
    obligations = _obligations(raw, document["status"]["obligations"] == "verified")
    names = {each.get("name") for each in written}
    for name in [*obligations, *raw.get("aliases", {})]:
        if name not in names:
            problems.add("standard-column-unknown", pointer, name)
    columns = []
    for order, each in enumerate(written, start=1):
        if missing := [key for key in ("name", "type", "title", "description") if key not in each]:
            problems.add("standard-member-invalid", f"{pointer}/columns", each.get("name", ""), ", ".join(missing))
            continue
        column = _column(each, order)
        column = replace(column, aliases=(*column.aliases, *raw.get("aliases", {}).get(column.name, ())))
        columns.append(_obliged(column, obligations.get(column.name, "optional") if obligations else None))
    return Table(
        name=raw["name"],
        title=text_of(raw.get("title") or document["title"]),
        description=text_of(raw.get("description") or document["description"]),
        columns=tuple(columns),
        file=raw.get("file", ""),
        obligation=raw.get("obligation", "mandatory"),
        condition=text_of(raw.get("condition", {})),
        primary_key=tuple(raw.get("primaryKey", ())),
        unique_keys=tuple(tuple(each) for each in raw.get("uniqueKeys", ())),
        foreign_keys=tuple(
            ForeignKey(
                fields=tuple(each["fields"]),
                resource=each["reference"]["resource"],
                reference_fields=tuple(each["reference"]["fields"]),
            )
            for each in raw.get("foreignKeys", ())
        ),
        fields_match=raw.get("fieldsMatch") or "exact",
    )


def _obligations(table: Raw, verified: bool) -> dict[str, Obligation]:
    """The obligation of each column that has one; what is not verified is not carried."""
    return {name: kind for kind, names in table.get("obligations", {}).items() for name in names} if verified else {}


def _obliged(column: Column, obligation: Obligation | None) -> Column:
    """The column with its obligation. A mandatory one needs a value, unless an empty cell is one of its values."""
    field = column.field
    constraints = dict(field.constraints)
    if obligation == "mandatory" and field.missing_values != ():
        constraints["required"] = True
    definition = replace(field.definition, obligation=obligation)
    return replace(column, field=replace(field, constraints=constraints, definition=definition))


def _column(raw: Raw, order: int) -> Column:
    constraints = raw.get("constraints", {})
    missing = raw.get("missingValues")
    title = text_of(raw["title"])
    return Column(
        field=Field(
            name=raw["name"],
            type=raw["type"],
            format=raw.get("format", "default"),
            title=Text(ja=title.ja or raw["name"], en=title.en),
            description=text_of(raw["description"]),
            example=raw.get("example", ""),
            constraints=constraints,
            missing_values=None if missing is None else tuple(missing),
            options={key: raw[key] for key in ("trueValues", "falseValues", "delimiter") if key in raw},
            definition=Definition(unit=raw.get("unit", ""), codelist=raw.get("codelist", ""), property=raw.get("property", "")),
        ),
        identifier=raw.get("id") or raw["name"],
        order=order,
        aliases=tuple(raw.get("aliases", ())),
        suggested=tuple(raw.get("suggested", ())),
        condition=text_of(raw.get("condition", {})),
        code=raw.get("code", False) or "pattern" in constraints,
    )
