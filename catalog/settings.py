"""The settings: each is (name, default, help), once. File, environment, command line and docs read the same tuple.

Order of authority: command line > environment ``CATALOG_<NAME>`` > ``catalog.toml`` > default. They are read once, at
start, into a frozen value.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as _field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.errors import SettingsError

FILE = "catalog.toml"
PREFIX = "CATALOG_"
PORTS = range(1, 65536)


def _setting(default: Any, explanation: str) -> Any:
    return _field(default=default, metadata={"help": explanation})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The effective settings. Sizes are bytes; addresses have no slash at their end."""

    home: str = _setting(".catalog", "folder of the embedded store (database and files)")
    host: str = _setting("127.0.0.1", "address that `catalog serve` listens on")
    port: int = _setting(8000, "port that `catalog serve` listens on")
    base_url: str = _setting("", "public address of the catalogue, without a slash at its end; empty: http://HOST:PORT")
    database: str = _setting("", "SQLAlchemy URL of the database; empty: SQLite in the home folder")
    files: str = _setting("", "where published bytes are kept; empty: a folder in the home folder")
    languages: str = _setting("ja,en", "languages of the pages, the default first")
    title_ja: str = _setting("オープンデータカタログ", "title of the catalogue in Japanese")
    title_en: str = _setting("Open Data Catalogue", "title of the catalogue in English")
    description_ja: str = _setting(
        "検証済みのデータセットを、項目ごとの定義とともに公開しています。", "description of the catalogue in Japanese"
    )
    description_en: str = _setting(
        "Validated datasets, published with a definition of every field.", "description of the catalogue in English"
    )
    publisher_id: str = _setting("operator", "id of the operator, the publisher of packages that name none")
    publisher_name_ja: str = _setting("このカタログの運営者", "name of the operator in Japanese")
    publisher_name_en: str = _setting("Operator of this catalogue", "name of the operator in English")
    publisher_uri: str = _setting("", "address that identifies the operator; empty: a page of this catalogue")
    contact: str = _setting("", "where readers write to the operator: a mail address, or a page of the web; empty: none is shown")
    license: str = _setting("https://creativecommons.org/licenses/by/4.0/", "licence of the catalogue's own metadata")
    samples_in_feed: bool = _setting(True, "whether datasets marked as samples stand in the feeds")
    page_size: int = _setting(100, "datasets on one page of a list or feed")
    count_searches: bool = _setting(True, "whether searches that find nothing are counted, by their words and the day alone")
    map_tiles: str = _setting(
        "", "address of map tiles, such as https://tiles.example.jp/{z}/{x}/{y}.png; empty: places are listed without a map"
    )
    map_credit: str = _setting("", "who has to be named on maps for the tiles")
    map_credit_url: str = _setting("", "page of those who are named on maps")
    max_package_bytes: int = _setting(2_000_000_000, "largest package, all its files together, unpacked")
    max_package_files: int = _setting(1_000, "most files in one package")
    max_zip_ratio: int = _setting(100, "how many times larger a zip's contents may be than the zip")
    max_descriptor_bytes: int = _setting(5_000_000, "largest datapackage.json")
    max_columns: int = _setting(2_000, "most columns in one table")
    max_cell_bytes: int = _setting(1_000_000, "longest cell, as UTF-8")
    max_cache_bytes: int = _setting(4_000_000_000, "room for files that are made on request and can be made again")
    mcp_origins: str = _setting(
        "", "sites whose pages may use /mcp in a browser, as origins with commas between them; * for all of them"
    )
    max_upload_bytes: int = _setting(20_000_000, "largest file that the page for checking files takes")
    check_seconds: int = _setting(8, "longest that the check of an uploaded file may take, in seconds")
    check_memory_bytes: int = _setting(480_000_000, "most memory that the check of an uploaded file may take")
    check_processes: int = _setting(2, "uploaded files that are checked at the same time; as many more wait")
    rows_seconds: int = _setting(5, "longest that the answer to one question to a table may take, in seconds")
    rows_memory_bytes: int = _setting(300_000_000, "most memory that all questions to tables together may take")
    rows_at_once: int = _setting(4, "questions to tables that are answered at the same time; more wait for their turn")

    max_publish_bytes: int = _setting(500_000_000, "largest zip that can be published over HTTP")
    publish_seconds: int = _setting(120, "longest that the check of a package published over HTTP may take, in seconds")
    publish_memory_bytes: int = _setting(480_000_000, "most memory that the check of a package published over HTTP may take")
    publish_processes: int = _setting(1, "packages published over HTTP that are checked at the same time")

    rate_limit: str = _setting("", "requests that one address may send to the API, such as 600/minute; empty: no limit")
    rate_limit_writes: str = _setting("600/minute", "files that one address may send to be checked or published; empty: no limit")
    rate_limit_failures: str = _setting(
        "20/minute", "requests with a token that is not good that one address may send; empty: no limit"
    )
    trusted_proxies: int = _setting(0, "proxies in front of the server whose X-Forwarded-For is believed; 0: none")
    trusted_hosts: str = _setting(
        "",
        "names that the server may be called by besides those of base_url, host and this machine itself, with commas between "
        "them (.example.jp: all below it); * for any",
    )
    log_format: str = _setting("text", "text: what went wrong, for people; json: that and every request, one JSON object a line")
    server: str = _setting("", "granian or waitress; empty: granian where it is installed, but for Windows")
    server_workers: int = _setting(1, "processes that answer requests")
    server_threads: int = _setting(32, "requests that each of these processes answers at the same time")
    server_stop_seconds: int = _setting(30, "longest that requests under way may go on when the server is told to stop")
    server_drain_seconds: int = _setting(0, "how long /readyz says no, while everything is answered, before the server stops")

    def public_url(self) -> str:
        """The address that absolute IRIs begin with."""
        return self.base_url or f"http://{self.host}:{self.port}"

    def database_url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database or "sqlite:///" + (Path(self.home).absolute() / "catalog.sqlite3").as_posix()

    def files_url(self) -> str:
        """The folder (or other place) of published bytes."""
        return self.files or str(Path(self.home).absolute() / "files")

    def language_codes(self) -> tuple[str, ...]:
        """The languages of the pages, the default first."""
        return tuple(each.strip() for each in self.languages.split(",") if each.strip())


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the tuple."""

    name: str
    default: str | int | bool
    help: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(each.name, each.default, each.metadata["help"])  # type: ignore[arg-type] # dataclasses type it as a sentinel union
    for each in fields(Settings)
)
_BY_NAME = {each.name: each for each in SETTINGS}
_POSITIVE = (
    *("page_size", "check_seconds", "check_processes", "rows_seconds", "rows_at_once", "publish_seconds", "publish_processes"),
    *("server_workers", "server_threads", "server_stop_seconds"),
)
_WORDS = {"log_format": ("text", "json"), "server": ("", "granian", "waitress")}
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def load(
    options: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """Read the settings. ``options`` come from the command line; None values in it are "not given".

    Raises SettingsError for an unknown name in the file, a value of the wrong type, or an unusable base URL.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, str | int | bool] = {}
    for name, value in _from_file((folder or Path.cwd()) / FILE).items():
        if name not in _BY_NAME:
            raise SettingsError("setting-unknown", name=name, file=FILE)
        values[name] = _typed(_BY_NAME[name], value, FILE)
    for setting in SETTINGS:
        if setting.variable in environment:
            values[setting.name] = _typed(setting, environment[setting.variable], setting.variable)
    for name, value in (options or {}).items():
        if value is not None:
            values[name] = _typed(_BY_NAME[name], value, f"--{name.replace('_', '-')}")
    return _checked(Settings(**values))  # type: ignore[arg-type] # each value was typed by its own default above


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("setting-file", file=path.name, reason=str(error)) from error


def _typed(setting: Setting, value: Any, origin: str) -> str | int | bool:
    wanted = type(setting.default)
    if wanted is bool:
        text = str(value).strip().lower()
        if text in _TRUE | _FALSE:
            return text in _TRUE
    elif wanted is int:
        text = str(value).strip()
        if text.isascii() and text.isdigit():
            return int(text)
    elif isinstance(value, str):
        return value.strip()
    raise SettingsError("setting-invalid", name=setting.name, origin=origin, found=value, expected=wanted.__name__)


def _check_tiles(address: str) -> None:
    """SettingsError unless tiles can be asked for by the address, and its host can stand in a Content-Security-Policy."""
    parts = urlsplit(address)
    host = re.fullmatch(r"(\{s\}\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?", parts.netloc)
    asked = all(each in address for each in ("{z}", "{x}", "{y}"))
    if address and not (asked and host and parts.scheme in ("http", "https")):
        expected = "https://…/{z}/{x}/{y}.png"
        raise SettingsError("setting-invalid", name="map_tiles", origin="map_tiles", found=address, expected=expected)


def _checked(settings: Settings) -> Settings:
    _check_tiles(settings.map_tiles)
    for name in _POSITIVE:
        if getattr(settings, name) < 1:
            raise SettingsError("setting-invalid", name=name, origin=name, found=getattr(settings, name), expected="1, 2, 3 …")
    if settings.base_url:
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or " " in settings.base_url:
            raise SettingsError(
                "setting-invalid", name="base_url", origin="base_url", found=settings.base_url, expected="http(s)://…"
            )
        if settings.base_url.endswith("/"):
            return Settings(
                **{each.name: getattr(settings, each.name) for each in SETTINGS} | {"base_url": settings.base_url.rstrip("/")}
            )
    if settings.port not in PORTS:
        raise SettingsError("setting-invalid", name="port", origin="port", found=settings.port, expected="1-65535")
    for name, words in _WORDS.items():
        if (found := getattr(settings, name)) not in words:
            raise SettingsError("setting-invalid", name=name, origin=name, found=found, expected=", ".join(filter(None, words)))
    unknown = set(settings.language_codes()) - {"ja", "en"}
    if unknown or not settings.language_codes():
        raise SettingsError("setting-invalid", name="languages", origin="languages", found=settings.languages, expected="ja,en")
    return settings
