"""Chromium, driven by Playwright: windows that write down what must never happen, and visits that measure a page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, Self

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize, sync_playwright

NARROW: ViewportSize = {"width": 320, "height": 800}
WIDE: ViewportSize = {"width": 1280, "height": 900}
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
"""The rules of axe-core for WCAG 2.2, levels A and AA."""
MOST_WAITED = 15_000
"""Milliseconds, on a busy computer."""
Theme = Literal["light", "dark"]
OPTIONS = (
    "--no-sandbox",  # tests run as root in containers; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations", "incomplete"]});
  return {
    version: axe.version,
    violations: found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`),
    passes: found.passes.length,
    incomplete: found.incomplete.map((each) => each.id),
  };
}"""
SHIFT = """() => new Promise((resolve) => {
  let shift = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) shift += each.value; })
    .observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => resolve(shift), 50));
})"""
WIDTH = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const fits = (each) => each.getBoundingClientRect().right <= root.clientWidth + 1;
  const scrolls = (each) => each !== root && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter((each) => !fits(each) && !scrolls(each));
  return [`${root.scrollWidth} px`, ...wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 150))];
}"""
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter((each) => each.initiatorType === "script" && each.renderBlockingStatus === "blocking").map((each) => each.name)"""


@dataclass
class Report:
    """What must never happen while a page is open."""

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Axe:
    """One run of axe-core."""

    version: str
    violations: list[str]
    passes: int
    incomplete: list[str]


@dataclass(frozen=True)
class Visit:
    """What one page was like: at 320 px in dark, then at 1,280 px in light."""

    url: str
    status: int
    report: Report
    shift: float
    too_wide: list[str]
    blocking: list[str]
    axe: dict[Theme, Axe]


class Browser:
    """One Chromium."""

    def __init__(self, chromium: Chromium) -> None:
        self.chromium = chromium
        self.axe_source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    @classmethod
    @contextmanager
    def started(cls, program: str, options: Sequence[str] = OPTIONS) -> Iterator[Self]:
        """The browser, while it runs."""
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=list(options))
            yield cls(chromium)
            chromium.close()

    @contextmanager
    def window(self, catalogue: str, **options: Any) -> Iterator[tuple[Page, Report]]:
        """A window with nothing in it, and what goes wrong in it."""
        report = Report()
        context = self.chromium.new_context(base_url=catalogue, **({"viewport": WIDE, "locale": "ja-JP"} | options))
        context.set_default_timeout(MOST_WAITED)
        page = context.new_page()
        page.on("pageerror", lambda error: report.errors.append(str(error)))
        page.on("console", lambda said: report.errors.append(said.text) if is_fault(said.type, said.text) else None)
        page.on("request", lambda asked: report.strangers.append(asked.url) if is_strange(asked.url, catalogue) else None)

        def dismiss(dialog: Any) -> None:
            report.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        try:
            yield page, report
        finally:
            context.close()

    def visit(self, catalogue: str, path: str) -> Visit:
        """Open a page and measure it."""
        with self.window(catalogue, viewport=NARROW, color_scheme="dark") as (page, report):
            answer = page.goto(path)
            assert answer is not None
            return self.measured(page, report, answer.status)

    def measured(self, page: Page, report: Report, status: int = 200) -> Visit:
        """What the page that a window shows is like. It stays at 1,280 px in light."""
        page.set_viewport_size(NARROW)
        page.emulate_media(color_scheme="dark")
        shift, too_wide, blocking = page.evaluate(SHIFT), page.evaluate(WIDTH), page.evaluate(BLOCKING)
        axe: dict[Theme, Axe] = {"dark": self.axe(page)}
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        axe["light"] = self.axe(page)
        return Visit(page.url, status, report, shift, too_wide, blocking, axe)

    def axe(self, page: Page) -> Axe:
        """Hold the page, as it stands, against the rules for WCAG 2.2 A and AA."""
        page.evaluate(self.axe_source)
        return Axe(**page.evaluate(AXE, list(STANDARD)))


def is_fault(kind: str, text: str) -> bool:
    """Whether a line of the console is an error. That a page answers 404 where it has to is none."""
    return kind in {"error", "warning"} and "Failed to load resource: the server responded with a status of 4" not in text


def is_strange(address: str, catalogue: str) -> bool:
    """Whether a request leaves the catalogue."""
    return not address.startswith((f"{catalogue}/", "data:", "about:"))
