"""Published bytes in an object store, against a real S3 API: the same promises as those of a folder."""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import maintenance
from catalog.errors import NotFound, SettingsError, StoreError
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.store.files import LocalFiles, files_at
from catalog.web import create_app

boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")
obstore = pytest.importorskip("obstore")


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    """The endpoint of a running server."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def location(service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The address of an empty bucket."""
    for name, value in (("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)
    bucket = "bucket-" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    client.close()
    return f"s3://{bucket}/some/prefix?endpoint={service}&region=us-east-1"


@pytest.fixture
def files(location: str, tmp_path: Path):
    return files_at(location, tmp_path / "copies")


def written(tmp_path: Path, data: bytes, name: str = "source") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_what_is_put_is_there_by_its_hash(files, tmp_path):
    data = os.urandom(3_000_000)
    sha256, size = files.put(written(tmp_path, data))
    assert (sha256, size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert files.exists(sha256)
    assert files.size(sha256) == len(data)
    assert list(files.all()) == [sha256]
    with files.open(sha256) as stream:
        assert stream.read() == data
    assert files.path(sha256).read_bytes() == data
    assert files.put(written(tmp_path, data)) == (sha256, size)


def test_reading_begins_where_it_is_asked_to(files, tmp_path):
    sha256, _size = files.put(written(tmp_path, bytes(range(256)) * 5_000))
    with files.open(sha256) as stream:
        stream.seek(1_000_000)
        assert stream.read(4) == bytes([64, 65, 66, 67])
        stream.seek(0, os.SEEK_END)
        assert stream.tell() == 1_280_000


def test_what_is_not_there(files):
    missing = "0" * 64
    assert files.size(missing) is None
    assert not files.exists(missing)
    for read in (files.open, files.path):
        with pytest.raises(StoreError) as caught:
            read(missing)
        assert caught.value.code in {"store-file-missing", "store-unreadable"}
    files.delete(missing)
    with pytest.raises(NotFound):
        files.size("../../etc/passwd")


def test_what_is_deleted_is_gone_with_its_copy(files, tmp_path):
    sha256, _size = files.put(written(tmp_path, b"gone soon"))
    copy = files.path(sha256)
    files.delete(sha256)
    assert not files.exists(sha256)
    assert not copy.exists()


def test_empty_files_and_other_objects(files, tmp_path, location, service):
    empty = files.put(written(tmp_path, b""))[0]
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1")
    client.put_object(Bucket=location.split("/")[2], Key="some/prefix/README", Body=b"not ours")
    client.put_object(Bucket=location.split("/")[2], Key="elsewhere/" + "1" * 64, Body=b"not ours")
    client.close()
    assert list(files.all()) == [empty]
    with files.open(empty) as stream:
        assert stream.read() == b""
    assert files.path(empty).read_bytes() == b""


def test_copies_make_room_for_one_another(files, tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.store.objects.MOST_COPIED", 25)
    hashes = [files.put(written(tmp_path, bytes([number]) * 10))[0] for number in range(4)]
    for each in hashes:
        files.path(each)
    assert files.path(hashes[-1]).read_bytes() == b"\3" * 10
    kept = [each for each in (tmp_path / "copies").glob("??/*") if each.is_file()]
    assert len(kept) <= 2
    assert files.path(hashes[0]).read_bytes() == b"\0" * 10


def test_a_copy_that_is_not_what_its_name_says_is_not_handed_out(files, tmp_path, location, service):
    sha256, _size = files.put(written(tmp_path, b"as published"))
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1")
    client.put_object(Bucket=location.split("/")[2], Key=f"some/prefix/{sha256[:2]}/{sha256[2:]}", Body=b"as changed!!")
    client.close()
    with pytest.raises(StoreError):
        files.path(sha256)
    assert not [each for each in (tmp_path / "copies").rglob("*") if each.is_file()]


def test_several_writers_of_the_same_bytes(files, tmp_path):
    source, begin = written(tmp_path, os.urandom(200_000)), threading.Barrier(8)
    found = []

    def work() -> None:
        begin.wait()
        found.append(files.put(source))

    threads = [threading.Thread(target=work) for _each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(found)) == 1
    assert len(list(files.all())) == 1


@pytest.mark.parametrize("address", ["s3://", "s3://bucket?secret=1", "gs://bucket", "http://bucket"])
def test_addresses_that_cannot_be_meant(address, tmp_path):
    with pytest.raises(SettingsError) as caught:
        files_at(address, tmp_path)
    assert caught.value.code == "setting-invalid"


def test_a_service_that_says_no(location, tmp_path):
    other = files_at(location.replace("bucket-", "no-such-bucket-"), tmp_path / "copies")
    with pytest.raises(StoreError):
        other.put(written(tmp_path, b"x"))
    closed = files_at("s3://bucket/?endpoint=http://127.0.0.1:9&region=us-east-1", tmp_path / "copies")
    with pytest.raises(StoreError):
        closed.size("0" * 64)


def test_a_whole_catalogue_on_an_object_store(settings: Settings, location, package_folder, tmp_path, elsewhere):
    settings = replace(settings, files=location)
    with Store.open(settings) as store:
        publish(package_folder(), settings, store)
        publish(package_folder(rows="A01,1\n"), settings, store)
        assert store.verify() == ()
        client = create_app(settings, store).test_client()
        with client.get("/download/small/1/stations.csv") as whole:
            assert whole.data == b"code,passengers\nA01,120\nA02,\n"
        with client.get("/download/small/2/stations.csv", headers={"Range": "bytes=5-14"}) as part:
            assert (part.status_code, part.data) == (206, b"passengers")
        store.files.put(written(tmp_path, b"nobody names this"))
        assert maintenance.collect(store, "cli:test").files == 1
        maintenance.backup(store, tmp_path / "saved", "cli:test")
        with Store.open(elsewhere) as restored:
            maintenance.restore(restored, tmp_path / "saved", "cli:test")
            assert isinstance(restored.files, LocalFiles)
            assert restored.verify() == ()
