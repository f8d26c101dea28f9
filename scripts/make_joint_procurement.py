"""Make the sample package ``joint-procurement`` anew: invented raw records, then the published tables by its definitions.

python scripts/make_joint_procurement.py           writes datapackages/joint-procurement (same seed, same bytes)

Prefectures and municipalities are those of the code list ``municipality-sample``; no figure is that of a real body.
The first records are placed by hand: each shows an edge of a definition, and its ``note`` says which.
"""

import csv
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "datapackages/joint-procurement"
PLACES = ROOT / "vocab/codelists/municipality-sample.csv"
SEED = 20221001
CASES = 200

AREAS = {
    "document-management": "general-affairs",
    "financial-accounting": "general-affairs",
    "hr-payroll": "general-affairs",
    "electronic-bidding": "general-affairs",
    "electronic-contract": "general-affairs",
    "facility-reservation": "operations",
    "library": "operations",
    "integrated-gis": "operations",
    "disaster-information": "operations",
    "school-affairs": "operations",
    "chat-tool": "tools",
    "electronic-application": "tools",
    "chatbot": "tools",
    "rpa": "tools",
    "ai-ocr": "tools",
    "minutes-support": "tools",
}
NAMES = {
    "document-management": "文書管理・電子決裁システム",
    "financial-accounting": "財務会計システム",
    "hr-payroll": "人事給与システム",
    "electronic-bidding": "電子入札システム",
    "electronic-contract": "電子契約システム",
    "facility-reservation": "公共施設予約システム",
    "library": "図書館システム",
    "integrated-gis": "統合型GIS",
    "disaster-information": "防災情報システム",
    "school-affairs": "校務支援システム",
    "chat-tool": "チャットツール",
    "electronic-application": "電子申請システム",
    "chatbot": "チャットボット",
    "rpa": "RPA",
    "ai-ocr": "AI-OCR",
    "minutes-support": "会議録作成支援システム",
}
RARE = frozenset({"electronic-contract", "library", "minutes-support", "ai-ocr"})
"""Types that only records placed by hand have: one procurement each that counts."""

COMMON = tuple(each for each in AREAS if each not in RARE)
SILENT = ("", "不明", "unknown", "-", "－", "ー", "　不明　")
ENVIRONMENTS = ("cloud-service", "cloud-service", "cloud-service", "cloud-hosted", "data-centre", "on-premises", "other")
SHARES = ("全部", "一部", "一部", "なし", "なし", "なし")
NATIONAL = ("国の補助金", "国の交付金", "国の補助金;その他の補助金", "国の交付金;その他の補助金")
SUBSIDIES = (*NATIONAL, "その他の補助金", "なし", "なし", "なし")
ASSOCIATIONS = (("一部事務組合", "partial-affairs-association"), ("広域連合", "wide-area-union"), ("町村会", "other"))
UNKNOWN = "不明"
METROPOLIS = "860000"


@dataclass(frozen=True)
class Place:
    """A local government: ``prefecture`` is its own code for a prefecture."""

    code: str
    name: str
    kind: str
    prefecture: str


@dataclass
class Case:
    """One raw record with its children; the defaults are those of an ordinary case."""

    prefecture: str
    system_type: str
    members: list[tuple[str, str, str]] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    operators: int = 1
    common_specification: bool = True
    joint_use: bool = False
    initial_cost: int | None = 20_000_000
    annual_cost: int | None = 4_000_000
    environment: str = "cloud-service"
    prefectural_share: str = "なし"
    subsidies: str = "なし"
    delivery_deadline: str = ""
    note: str = ""


def places() -> tuple[Place, ...]:
    """The invented local governments, by code; the third digit tells wards (1) from cities, towns and villages."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = {"0": "prefecture", "1": "special-ward"}
    return tuple(
        Place(row["code"], row["name_ja"], kinds.get(row["code"][2], "municipality"), row["prefecture"] or row["code"])
        for row in rows
    )


class Country:
    """The invented local governments with their figures, and cases drawn from them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  invented figures are no secret
        self.places = {each.code: each for each in places()}
        self.prefectures = [each.code for each in self.places.values() if each.kind == "prefecture"]
        self.members = {
            code: [each.code for each in self.places.values() if each.prefecture == code and each.code != code]
            for code in self.prefectures
        }
        self.populations = {code: self._population(place) for code, place in self.places.items()}
        first, second = self.prefectures[:2]
        self.small = self._named(first, "村")
        self.pair = (self._named(second, "村"), self._named(second, "町"))
        self.populations |= {self.small: 9_999, self.pair[0]: 6_000, self.pair[1]: 6_000}
        self.employees = {code: self._employees(place) for code, place in self.places.items()}

    def _named(self, prefecture: str, ending: str) -> str:
        return next(code for code in self.members[prefecture] if self.places[code].name.endswith(ending))

    def _population(self, place: Place) -> int:
        ranges = {"市": (30_000, 420_000), "町": (6_000, 34_000), "村": (700, 9_000), "区": (70_000, 880_000)}
        return 0 if place.kind == "prefecture" else self.random.randint(*ranges[place.name[-1]])

    def _employees(self, place: Place) -> int:
        if place.kind == "prefecture":
            return self.random.randint(6_000, 26_000)
        return 40 + self.populations[place.code] * self.random.randint(55, 85) // 10_000

    # ---------------------------------------------------------------------------------------------- members

    def member(self, code: str) -> tuple[str, str, str]:
        """A local government as a participant: name, kind, code."""
        place = self.places[code]
        return place.name, place.kind, code

    def association(self, prefecture: str, which: int) -> tuple[str, str, str]:
        """A body that is no local government of the statistics; it has no code."""
        ending, kind = ASSOCIATIONS[which]
        return f"{self.places[prefecture].name[:-1]}{ending}", kind, ""

    def group(self, prefecture: str, size: int, *, itself: bool = False) -> list[tuple[str, str, str]]:
        """``size`` municipalities of a prefecture, with the prefecture ``itself`` if wanted."""
        chosen = sorted(self.random.sample(self.members[prefecture], min(size, len(self.members[prefecture]))))
        return [self.member(each) for each in ([prefecture] if itself else []) + chosen]

    # ---------------------------------------------------------------------------------------------- cases

    def edges(self) -> Iterator[Case]:
        """One case for each edge of the definitions."""
        first, second, third, fourth, fifth = self.prefectures[:5]
        wards = [code for code in self.members[METROPOLIS] if self.places[code].kind == "special-ward"]
        yield Case(
            first, "chat-tool", self.group(first, 6, itself=True), ["2022-04"], initial_cost=5_000_000, annual_cost=4_999_999,
            note="初期費用がちょうど500万円、年間運用費がそれより1円少ない。区分は下限を含み、上限を含まない",
        )  # fmt: skip
        yield Case(
            first, "electronic-application", [self.member(first), self.member(self.small)], ["2021-10"],
            note="参加した市区町村の人口が9,999人。1万人未満を切り捨てて0になる",
        )  # fmt: skip
        yield Case(
            second, "rpa", [self.member(each) for each in self.pair], ["2022-07"],
            note="人口6,000人の2団体。先に合計してから切り捨てるため1万人になる",
        )  # fmt: skip
        yield Case(
            second, "minutes-support", self.group(second, 3), ["2022-10"], subsidies="国の交付金",
            note="全国で1件だけの種類。「その他（ツール）」にまとめる",
        )  # fmt: skip
        yield Case(
            third, "library", self.group(third, 4), ["2020-04"],
            note="全国で1件だけの種類。「その他（事業部門）」にまとめる",
        )  # fmt: skip
        yield Case(
            third, "electronic-contract", self.group(third, 5), ["2023-04"],
            note="1-1に当たる記録が全国で1件だけの種類（次の記録は共同調達ではない）。「その他（総務部門）」にまとめる",
        )  # fmt: skip
        yield Case(
            fourth, "electronic-contract", self.group(fourth, 5), ["2023-06"], operators=2,
            note="事業者が2つあるため1-1の共同調達に当たらない。公表する表に含めない",
        )  # fmt: skip
        yield Case(
            fourth, "chatbot", self.group(fourth, 4), ["2021-04"], common_specification=False,
            note="合意した一つの仕様がないため1-1の共同調達に当たらない。公表する表に含めない",
        )  # fmt: skip
        yield Case(
            fourth, "facility-reservation", self.group(fourth, 4), [UNKNOWN], delivery_deadline="2022-03-31",
            note="導入の年月が不明。納入期限の年月を導入時期とする",
        )  # fmt: skip
        yield Case(
            fifth, "document-management", self.group(fifth, 5), ["2023-04", "2022-10"], delivery_deadline="2022-08-31",
            note="2回の導入がある。早いほうの年月を導入時期とする",
        )  # fmt: skip
        yield Case(
            fifth, "integrated-gis", self.group(fifth, 3, itself=True), [UNKNOWN, ""],
            note="導入の年月も納入期限も分からない。導入時期と根拠は空欄になる",
        )  # fmt: skip
        yield Case(
            fifth, "disaster-information", [*self.group(fifth, 4), *(self.association(fifth, each) for each in range(3))],
            ["2021-04"], note="一部事務組合、広域連合、その他の団体が参加。参加自治体数、人口、職員数に数えない",
        )  # fmt: skip
        yield Case(
            METROPOLIS, "electronic-application", [self.member(each) for each in (METROPOLIS, *wards[:4])], ["2022-01"],
            note="特別区が参加。参加自治体数と人口に数える。都は職員数にだけ数える",
        )  # fmt: skip
        yield Case(
            first, "ai-ocr", self.group(first, 3, itself=True), ["2021-07"],
            note="県が参加。参加自治体数と人口には数えず、職員数に数える。種類も全国で1件だけで「その他（ツール）」にまとめる",
        )  # fmt: skip
        yield Case(
            second, "chat-tool", [*(pair := self.group(second, 3)), pair[0]], ["2021-09", "2022-09"],
            note="同じ市区町村が2度に分けて参加。一度だけ数える",
        )  # fmt: skip
        yield Case(
            third, "hr-payroll", self.group(third, 4), ["2022-04"], initial_cost=None, annual_cost=None,
            note="費用の回答がない。区分は空欄で、「データなし」ではない",
        )  # fmt: skip
        yield Case(
            third, "chatbot", self.group(third, 6), ["2022-04"], initial_cost=0, annual_cost=500_000_000,
            note="初期費用が0円は最も小さい区分、年間運用費がちょうど5億円は最も大きい区分に入る",
        )  # fmt: skip
        yield Case(
            first, "school-affairs", self.group(first, 5), ["2020-09"], joint_use=True, prefectural_share="一部",
            subsidies="国の補助金;その他の補助金", note="共同利用。国の補助金をほかの補助金と併せて活用しているため「有」",
        )  # fmt: skip
        yield Case(
            second, "electronic-bidding", self.group(second, 6, itself=True), ["2019-04"], prefectural_share="全部",
            subsidies="その他の補助金", note="ほかの補助金だけを活用しているため「無」",
        )  # fmt: skip
        for number, answer in enumerate(SILENT):
            prefecture = self.prefectures[5 + number % 7]
            yield Case(
                prefecture, COMMON[number], self.group(prefecture, 3), ["2022-04"], environment=answer,
                prefectural_share=SILENT[(number + 1) % len(SILENT)], subsidies=SILENT[(number + 2) % len(SILENT)],
                note="答えがないことを表す書き方。三つの列だけで「データなし」になる",
            )  # fmt: skip

    def drawn(self) -> Case:
        """An ordinary case."""
        draw = self.random
        prefecture = draw.choice(self.prefectures)
        members = self.group(prefecture, draw.randint(2, 7), itself=draw.random() < 0.6)  # noqa: PLR2004  a share
        if draw.random() < 0.15:  # noqa: PLR2004  a share
            members.append(self.association(prefecture, draw.randrange(len(ASSOCIATIONS))))
        initial = draw.choice((3, 6, 8, 15, 22, 40, 70, 130, 260, 600)) * draw.randint(600_000, 1_300_000)
        answered = draw.random() >= 0.08  # noqa: PLR2004  a share
        opened = date(2018, 4, 1) + timedelta(days=draw.randrange(2_500))
        known = draw.random() >= 0.1  # noqa: PLR2004  a share
        months = [f"{opened:%Y-%m}" if known else UNKNOWN]
        if known and draw.random() < 0.2:  # noqa: PLR2004  a share
            months.append(f"{opened + timedelta(days=366):%Y-%m}")
        return Case(
            prefecture,
            draw.choice(COMMON),
            members,
            months,
            joint_use=draw.random() < 0.3,  # noqa: PLR2004  a share
            initial_cost=initial // 10_000 * 10_000 if answered else None,
            annual_cost=initial * draw.randint(8, 30) // 1_000_000 * 10_000 if answered else None,
            environment=self._answer(ENVIRONMENTS),
            prefectural_share=self._answer(SHARES),
            subsidies=self._answer(SUBSIDIES),
            delivery_deadline=f"{opened - timedelta(days=draw.randint(1, 60)):%Y-%m-%d}",
        )

    def _answer(self, answers: Sequence[str]) -> str:
        return self.random.choice(SILENT if self.random.random() < 0.12 else answers)  # noqa: PLR2004  a share

    def cases(self, count: int) -> Iterator[Case]:
        """``count`` cases that are joint procurement, and the two that are not."""
        edges = list(self.edges())
        dropped = sum(each.operators > 1 or not each.common_specification for each in edges)
        yield from edges
        for _number in range(count - len(edges) + dropped):
            yield self.drawn()


def write_raw(folder: Path, count: int = CASES, seed: int = SEED) -> None:
    """Write the raw tables into ``folder`` (``raw/data`` of the package)."""
    country = Country(seed)
    cases: list[tuple[object, ...]] = []
    participants: list[tuple[object, ...]] = []
    introductions: list[tuple[object, ...]] = []
    for number, case in enumerate(country.cases(count), start=1):
        id_ = f"C{number:06d}"
        place = country.places[case.prefecture]
        title = f"{place.name}{NAMES[case.system_type]}{'共同利用' if case.joint_use else '共同調達'}"
        flags = tuple(str(each).lower() for each in (case.common_specification, case.joint_use))
        cases.append((
            id_, case.prefecture, title, case.system_type, case.operators, *flags, case.initial_cost, case.annual_cost,
            case.environment, case.prefectural_share, case.subsidies, case.delivery_deadline, case.note,
        ))  # fmt: skip
        participants += [(id_, position, *member) for position, member in enumerate(case.members, start=1)]
        introductions += [(id_, position, month) for position, month in enumerate(case.months, start=1)]
    governments = [
        (code, place.name, place.kind, country.populations[code] or "", country.employees[code])
        for code, place in sorted(country.places.items())
    ]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "cases.csv", CASE_COLUMNS, cases)
    _write(folder / "participants.csv", ("case_id", "number", "name", "kind", "local_government"), participants)
    _write(folder / "introductions.csv", ("case_id", "number", "month"), introductions)
    _write(folder / "local_governments.csv", ("code", "name", "kind", "population", "employees"), governments)
    _write(folder / "system_types.csv", ("code", "area"), AREAS.items())


CASE_COLUMNS = (
    "case_id", "prefecture", "title", "system_type", "operators", "common_specification", "joint_use", "initial_cost",
    "annual_cost", "environment", "prefectural_share", "subsidies", "delivery_deadline", "note",
)  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Write the raw records, then derive and write the published tables."""
    sys.path.insert(0, str(ROOT))
    from catalog.datapackage import open_package  # noqa: PLC0415  the bench and the tests need only the records
    from catalog.derivation.engine import derive  # noqa: PLC0415
    from catalog.derivation.published import write  # noqa: PLC0415
    from catalog.settings import Settings  # noqa: PLC0415
    from catalog.vocabulary.reading import load  # noqa: PLC0415

    write_raw(PACKAGE / "raw/data")
    (PACKAGE / "data").mkdir(exist_ok=True)
    for table in ("cases", "system_types", "status"):  # a package whose files are not there yet cannot be opened
        (PACKAGE / f"data/{table}.csv").touch()
    with open_package(PACKAGE, Settings()) as package:
        for path in write(package, derive(package, load())):
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
