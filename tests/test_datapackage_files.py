"""Ways out of the package, on disk and in a zip: each is refused, none is followed."""

import io
import json
import os
import stat
import struct
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.datapackage import open_package
from catalog.datapackage.archives import Budget, inflate
from catalog.errors import Finding, Place, Refusal
from catalog.settings import Settings

DESCRIPTOR = {
    "name": "small",
    "resources": [{"name": "list", "path": "data/list.csv", "schema": {"fields": [{"name": "a"}]}}],
}
FILES = {"datapackage.json": json.dumps(DESCRIPTOR).encode(), "data/list.csv": b"a\n1\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def codes(source: Path, settings: Settings | None = None) -> list[tuple[str, str]]:
    return [(each.code, each.place.pointer) for each in findings(source, settings)]


def findings(source: Path, settings: Settings | None = None) -> tuple[Finding, ...]:
    with pytest.raises(Refusal) as caught, open_package(source, settings or Settings()):
        pass
    for each in caught.value.findings:
        assert str(source.parent) not in repr(each), "no path of the machine"
    return caught.value.findings


def test_a_link_in_place_of_a_file_is_refused(folder, tmp_path):
    (tmp_path / "secret.csv").write_text("a\nsecret\n")
    (folder / "data/list.csv").unlink()
    (folder / "data/list.csv").symlink_to(tmp_path / "secret.csv")
    assert codes(folder) == [("path-link", "/resources/0/path")]


def test_a_link_in_place_of_a_folder_is_refused_even_inside_the_package(folder):
    (folder / "data").rename(folder / "real")
    (folder / "data").symlink_to("real")
    assert codes(folder) == [("path-link", "/resources/0/path")]


@pytest.mark.parametrize("name", ["datapackage.json", "README.md"])
def test_a_link_in_place_of_the_descriptor_or_readme_is_refused(folder, tmp_path, name):
    target = tmp_path / name
    target.write_bytes((folder / "datapackage.json").read_bytes())
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)
    assert [(each.code, each.place.file) for each in findings(folder)] == [("path-link", name)]


@pytest.mark.parametrize("name", ["codelists", "raw"])
def test_a_linked_folder_of_code_lists_or_raw_records_is_refused(folder, tmp_path, name):
    other = tmp_path / "other"
    other.mkdir()
    (other / "kind.ttl").write_text("")
    (other / "datapackage.json").write_bytes(FILES["datapackage.json"])
    (folder / name).symlink_to(other)
    assert [each.code for each in findings(folder)] == ["path-link"]


def test_a_linked_package_opens_for_its_address_was_chosen_by_the_user(folder, tmp_path):
    (tmp_path / "alias").symlink_to(folder)
    with open_package(tmp_path / "alias", Settings()) as package:
        assert package.name == "small"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFO")
@pytest.mark.parametrize("path", ["data/list.csv", "datapackage.json", "README.md"])
def test_a_fifo_is_refused_without_waiting_for_it(folder, path):
    (folder / path).unlink(missing_ok=True)
    os.mkfifo(folder / path)
    assert [each.code for each in findings(folder)] == ["path-not-file"]
    assert [each.code for each in findings(folder / path)] == ["package-missing"]


def test_a_file_without_permission_is_refused(folder, monkeypatch):
    permitted = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "list.csv" and permitted(path, mode))
    assert codes(folder) == [("file-unreadable", "/resources/0/path")]


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system normalises names itself")
def test_a_name_in_another_unicode_form_is_refused(folder):
    name = "データ.csv"
    (folder / unicodedata.normalize("NFD", name)).write_text("a\n")
    changed = json.loads(FILES["datapackage.json"])
    changed["resources"][0]["path"] = name
    (folder / "datapackage.json").write_text(json.dumps(changed))
    assert codes(folder) == [("path-case", "/resources/0/path")]


def test_japanese_names_with_full_width_signs_are_fine(folder):
    name = "男性／女性（１）～.csv"
    (folder / name).write_text("a\n1\n")
    changed = json.loads(FILES["datapackage.json"])
    changed["resources"][0]["path"] = name
    (folder / "datapackage.json").write_text(json.dumps(changed))
    with open_package(folder, Settings()) as package:
        assert name in package.files


def test_a_folder_without_a_descriptor_and_a_source_that_is_none(folder, tmp_path):
    (folder / "datapackage.json").unlink()
    assert [each.code for each in findings(folder)] == ["descriptor-missing"]
    assert [each.code for each in findings(tmp_path / "nowhere")] == ["package-missing"]
    assert [each.code for each in findings(folder / "data/list.csv")] == ["package-missing"]
    assert [each.code for each in findings(folder / "datapackage.json")] == ["package-missing"]


def test_a_package_with_too_many_or_too_large_files_is_refused(folder):
    assert [each.code for each in findings(folder, Settings(max_package_files=1))] == ["package-too-many-files"]
    assert [each.code for each in findings(folder, Settings(max_package_bytes=20))] == ["package-too-large"]


Entry = tuple[str | zipfile.ZipInfo, bytes]
Zipper = Callable[..., Path]


@pytest.fixture
def zipped(tmp_path: Path) -> Zipper:
    """Builder of a zip: the entries of a good package under ``top``, then ``extra`` ones."""

    def build(*extra: Entry, top: str = "", method: int = zipfile.ZIP_DEFLATED) -> Path:
        target = tmp_path / "package.zip"
        with zipfile.ZipFile(target, "w", method) as archive:
            for path, content in FILES.items():
                archive.writestr(top + path, content)
            for name, content in extra:
                archive.writestr(name, content)
        return target

    return build


def entry(name: str, mode: int = 0, **attributes: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize("top", ["", "small/", "小さな見本/"])
def test_a_zip_opens_with_or_without_one_folder_at_the_top(zipped, top):
    with open_package(zipped(("__MACOSX/._x", b"junk"), top=top), Settings()) as package:
        assert package.files == ("data/list.csv", "datapackage.json")


def test_two_folders_at_the_top_have_no_descriptor(zipped):
    assert [each.code for each in findings(zipped(("other/a.txt", b""), top="small/"))] == ["descriptor-missing"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_names_of_zips_made_on_windows_in_japan_and_on_macos_are_read(tmp_path, encoding):
    """Neither sets the UTF-8 flag: Explorer writes CP932 and macOS writes UTF-8."""
    name = "データ.csv"
    changed = json.loads(FILES["datapackage.json"])
    changed["resources"][0]["path"] = name
    placeholder = "x" * len(name.encode(encoding))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("datapackage.json", json.dumps(changed))
        archive.writestr(placeholder, b"a\n1\n")
    source = tmp_path / "package.zip"
    source.write_bytes(buffer.getvalue().replace(placeholder.encode(), name.encode(encoding)))
    with open_package(source, Settings()) as package:
        assert package.files == ("datapackage.json", name)


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ("zip-outside", entry("../evil.csv")),
        ("zip-outside", entry("data/../../evil.csv")),
        ("zip-outside", entry("/etc/evil")),
        ("zip-outside", entry("C:/evil.csv")),
        ("zip-outside", entry("..\\evil.csv")),
        ("zip-outside", entry("．．／evil.csv")),
        ("zip-name", entry("data\\evil.csv")),
        ("zip-name", entry("data//evil.csv")),
        ("zip-name", entry("data/./evil.csv")),
        ("zip-name", entry("evil\x07.csv")),
        ("zip-name", entry("data/list.csv:stream")),
        ("zip-name", entry("data/list.csv.")),
        ("zip-name", entry("e" * 300)),
        ("zip-duplicate", entry("data/list.csv")),
        ("zip-duplicate", entry("DATA/List.csv")),
        ("zip-duplicate", entry("data")),
        ("zip-duplicate", entry("data/list.csv/x")),
        ("zip-link", entry("data/link.csv", stat.S_IFLNK | 0o777)),
        ("zip-not-file", entry("data/fifo", stat.S_IFIFO | 0o644)),
        ("zip-not-file", entry("data/device", stat.S_IFCHR | 0o644)),
        ("zip-not-file", entry("folder", stat.S_IFDIR | 0o755)),
        ("zip-compression", entry("data/x.csv", compress_type=zipfile.ZIP_BZIP2)),
    ],
    ids=lambda part: part if isinstance(part, str) else repr(part.filename)[:40],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_that_do_not_belong_into_a_zip_are_refused(zipped, code, bad):
    (finding,) = findings(zipped((bad, b"1")))
    assert (finding.code, finding.place.file) == (code, "package.zip")


def test_an_entry_with_nul_in_its_name_is_refused(zipped):
    source = zipped(("evilX.csv", b""))
    source.write_bytes(source.read_bytes().replace(b"evilX.csv", b"evil\0.csv"))
    assert [each.code for each in findings(source)] == ["zip-name"]


def test_an_encrypted_entry_is_refused(zipped):
    source = zipped()
    content = bytearray(source.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.rindex(signature) + offset
        content[place] |= 1
    source.write_bytes(content)
    assert [each.code for each in findings(source)] == ["zip-encrypted"]


@pytest.mark.parametrize("damage", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(tmp_path, damage):
    source = tmp_path / "package.zip"
    source.write_bytes(damage)
    assert [each.code for each in findings(source)] == ["zip-invalid"]


def test_a_zip_with_a_broken_byte_is_refused(zipped):
    source = zipped(method=zipfile.ZIP_STORED)
    source.write_bytes(source.read_bytes().replace(b"a\n1\n", b"a\n2\n", 1))
    assert [each.code for each in findings(source)] == ["zip-invalid"]


def test_every_truncation_of_a_zip_is_refused(zipped):
    source = zipped()
    whole = source.read_bytes()
    for size in range(0, len(whole), 7):
        source.write_bytes(whole[:size])
        assert [each.code for each in findings(source)] == ["zip-invalid"]


def test_a_zip_that_declares_too_much_is_refused_before_it_is_unpacked(zipped):
    bomb = zipped(("zeros", b"0" * 20_000_000))
    assert bomb.stat().st_size < 50_000
    assert [each.code for each in findings(bomb)] == ["zip-bomb"]
    with open_package(bomb, Settings(max_zip_ratio=2_000)) as package:
        assert package.name == "small"
    assert [each.code for each in findings(bomb, Settings(max_zip_ratio=2_000, max_package_bytes=10_000_000))] == [
        "package-too-large"
    ]


def test_small_tables_of_zeros_are_no_bomb(zipped):
    with open_package(zipped(("zeros", b"0" * 5_000_000)), Settings()) as package:
        assert package.name == "small"


def test_a_zip_that_lies_about_its_sizes_is_refused(zipped):
    source = zipped(("zeros", b"0" * 20_000_000))
    honest = struct.pack("<I", 20_000_000)
    source.write_bytes(source.read_bytes().replace(honest, struct.pack("<I", 10)))
    assert [each.code for each in findings(source)] == ["zip-invalid"]


def test_inflating_stops_as_soon_as_there_is_too_much():
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"0" * size

    source, target = Endless(), io.BytesIO()
    with pytest.raises(Refusal) as caught:
        inflate(source, target, Budget(1_000, Settings(), Place(file="package.zip")))  # type: ignore[arg-type]
    assert [each.code for each in caught.value.findings] == ["zip-bomb"]
    assert source.given <= 10_100_000


def test_a_zip_with_too_many_entries_or_bytes_is_refused(zipped):
    source = zipped(*((f"file{number}", b"") for number in range(20)))
    assert [each.code for each in findings(source, Settings(max_package_files=20))] == ["package-too-many-files"]
    assert [each.code for each in findings(source, Settings(max_package_bytes=100))] == ["package-too-large"]


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever happens, the folder that a zip was unpacked into is gone."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    yield
    assert list(scratch.iterdir()) == []
