"""Take the screenshots of the README: home, dataset, dashboard and the result of a check, in Japanese.

python scripts/screenshots.py

Publishes the sample packages into a temporary folder, serves them, opens them in the machine's own Chromium (`scripts/browser`
installs it) and writes docs/images/*.png. Exit status 1 where a picture is larger than 250 kB.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from page_types import ROOT, SAMPLES, packages
from playwright.sync_api import Page, sync_playwright

IMAGES = ROOT / "docs/images"
LARGEST = 250_000
SIZE = {"width": 1200, "height": 900}
CATALOG = [sys.executable, "-c", "from catalog.cli import main; main()"]
TABLE = (
    "公衆トイレ一覧,,,,,,,,\n"
    "全国地方公共団体コード,ID,地方公共団体名,名称,所在地_連結表記,緯度,経度,男性トイレ総数,男女共用トイレ有無\n"
    "812013,1,月浜市,駅前,朝凪県月浜市港町1-1,33.00123,145.00012,２,有\n"
    "812013,2,月浜市,中央公園,朝凪県月浜市港町9-18-1,145.00049,33.000143,4,無\n"
    "812013,3,月浜市,港公園,朝凪県月浜市浜風町6-16-10,33.000679,145.005911,三,無\n"
    "812013,3,月浜市,市役所,朝凪県月浜市本町2-2,33.00081,145.00322,5,はい\n"
)
"""What a city might send: full-width figures, latitude and longitude exchanged, a number in kanji, an id twice."""


def listens(port: int) -> bool:
    """Whether somebody does, on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def served() -> Iterator[str]:
    """The sample packages, published and served; the base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        environment = os.environ | {"CATALOG_HOME": f"{folder}/home", "CATALOG_PORT": str(port), "PYTHONPATH": str(ROOT)}
        quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*CATALOG, "publish", *packages(Path(folder))], check=True, **quiet)
        with subprocess.Popen([*CATALOG, "serve"], **quiet) as server:
            try:
                while server.poll() is None and not listens(port):
                    time.sleep(0.2)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def at(path: str) -> Callable[[Page], object]:
    """Opens a page."""
    return lambda page: page.goto(path)


def check(page: Page) -> None:
    """Sends the table to be checked."""
    page.goto("/ja/check")
    table = {"name": "公衆トイレ.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp932")}
    page.locator("input[type=file]").set_input_files(table)
    page.locator("select[name=standard]").select_option("public-toilet")
    page.locator("button[value=report]").click()


PICTURES: dict[str, Callable[[Page], object]] = {
    "home": at("/ja/"),
    "dataset": at(f"/ja/dataset/{SAMPLES.dataset}"),
    "dashboard": at(f"/ja/dashboard/{SAMPLES.viewed}"),
    "check": check,
}


def main() -> int:
    """Serve, open, take."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("no Chromium on this machine: scripts/browser installs it", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served() as catalogue, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, show in PICTURES.items():
            context = browser.new_context(base_url=catalogue, viewport=SIZE, locale="ja-JP", color_scheme="light")
            page = context.new_page()
            show(page)
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
        browser.close()
    sizes = {name: (IMAGES / f"{name}.png").stat().st_size for name in PICTURES}
    print("\n".join(f"docs/images/{name}.png  {size:,} B" for name, size in sizes.items()))
    return 0 if max(sizes.values()) <= LARGEST else 1


if __name__ == "__main__":
    sys.exit(main())
