"""What every projection starts from: a file once in its canonical form, or in every form that is stored."""

from typing import Any

from catalog.projections import listing, opendata, schemaorg


def test_a_table_is_listed_once_and_downloaded_in_every_form(record: Any) -> None:
    assert [each.stored.path for each in record.files] == ["stations.csv", "lines.csv", "source/data/路線図.pdf", "stations.zip"]
    assert [each.stored.path for each in record.downloads] == [
        "stations.csv",
        "stations.parquet",
        "stations.ndjson",
        "lines.csv",
        "source/data/路線図.pdf",
        "stations.zip",
    ]
    assert all(each.distribution.download_url.endswith(f"/{each.stored.path}") for each in record.downloads[:4])


def test_whoever_lists_downloads_names_every_form(record: Any) -> None:
    names = [each["name"] for each in schemaorg.dataset(record, "en")["distribution"]]
    assert [name for name in names if "Parquet" in name or "NDJSON" in name] == names[1:3]
    types = [each["mediaType"] for each in opendata.dataset(record, "ja")["distribution"]]
    assert types[:3] == ["text/csv", "application/vnd.apache.parquet", "application/x-ndjson"]


def test_the_list_of_open_data_has_a_row_a_file_and_says_which_can_be_asked(record: Any) -> None:
    column = listing.COLUMNS.index("ファイル_API対応有無")
    assert [row[column] for row in listing.rows(record)] == ["有", "有", "無", "無"]


def test_where_the_places_are_is_said_in_the_order_of_schema_org(record: Any) -> None:
    covered = schemaorg.dataset(record, "ja")["spatialCoverage"]
    assert {"@type": "Place", "geo": {"@type": "GeoShape", "box": "34.3 135.1 35 135.7"}} in covered
