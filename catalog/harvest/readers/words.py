"""Words of Japanese catalogues as codes: how often data is updated, which day a cell means; a text in its language."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from catalog.dcat import authorities
from catalog.model import Text
from catalog.values import wareki_date

_FREQUENCIES: Mapping[str, str] = {
    "年1回": "ANNUAL", "1年": "ANNUAL", "毎年": "ANNUAL", "年次": "ANNUAL", "年度ごと": "ANNUAL", "少なくとも年1回": "ANNUAL",
    "年2回": "ANNUAL_2", "半年": "ANNUAL_2", "年3回": "ANNUAL_3",
    "年4回": "QUARTERLY", "四半期": "QUARTERLY", "四半期ごと": "QUARTERLY",
    "2か月": "BIMONTHLY", "隔月": "BIMONTHLY", "月1回": "MONTHLY", "毎月": "MONTHLY", "月次": "MONTHLY", "1か月": "MONTHLY",
    "月2回": "MONTHLY_2", "隔週": "BIWEEKLY", "週1回": "WEEKLY",
    "毎週": "WEEKLY", "毎日": "DAILY", "日次": "DAILY", "1日": "DAILY",
    "リアルタイム": "CONT", "2年": "BIENNIAL", "2年に1回": "BIENNIAL", "3年": "TRIENNIAL", "3年に1回": "TRIENNIAL",
    "5年": "QUINQUENNIAL", "5年に1回": "QUINQUENNIAL", "10年": "DECENNIAL", "10年に1回": "DECENNIAL", "随時": "AS_NEEDED",
    "必要に応じて": "AS_NEEDED", "不定期": "IRREG", "更新しない": "NEVER", "更新予定なし": "NOT_PLANNED", "なし": "NOT_PLANNED",
    "不明": "UNKNOWN",
    "annual": "ANNUAL", "annually": "ANNUAL", "yearly": "ANNUAL", "monthly": "MONTHLY", "weekly": "WEEKLY", "daily": "DAILY",
    "quarterly": "QUARTERLY", "irregular": "IRREG", "never": "NEVER", "as needed": "AS_NEEDED",
}  # fmt: skip
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T].*)?")


def frequency_code(text: str) -> str:
    """The code of the EU list that a word means, an address of that list among them; "" where it is none that we know."""
    bare = unicodedata.normalize("NFKC", text).strip().lower().replace("ヶ月", "か月").replace("ケ月", "か月")
    code = bare.rpartition("/")[2].upper()
    return code if code in authorities.FREQUENCIES else _FREQUENCIES.get(bare.removesuffix("更新").removesuffix("に"), "")


def day_of(text: str) -> date | None:
    """The day that a cell means, of the Western or the Japanese calendar; None where it means none."""
    bare = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(bare)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else wareki_date(bare)
    except ValueError:
        return None


def text_of(said: Mapping[str, str]) -> Text:
    """A text by language; what names none ("") is Japanese if it holds kana or kanji, English else."""
    bare = said.get("", "")
    japanese = any("\u3040" <= each <= "\u30ff" or "\u3400" <= each <= "\u9fff" for each in bare)
    return Text(ja=said.get("ja") or (bare if japanese else ""), en=said.get("en") or ("" if japanese else bare))
