"""One run over a source: walk it page by page, take in what is new, withdraw what has vanished, and write the report.

    outcome = run("toyonaka", settings, store, Options(), Watch())

What a page says is in the catalogue before the next one is asked for, so a run that is interrupted goes on there. Nothing
that a source answers ends a run with an exception: it becomes a line of the report. What has vanished is withdrawn only
after a run that saw everything, and never more than a fifth of what is held unless the operator agrees.
"""

import gc
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from catalog import media
from catalog.errors import Finding, Refusal
from catalog.harvest import filing, keeping, readers, sources
from catalog.harvest.fetching import Answer, Bounds, Fetcher, Unreachable, Validators
from catalog.harvest.keeping import FAILED, Context, Outcome
from catalog.harvest.locking import alone
from catalog.harvest.readers import Given, ckan
from catalog.harvest.records import Page
from catalog.harvest.sources import AUTO, Source
from catalog.messages import as_json
from catalog.publishing import as_served, refresh
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.store import Entry, LineRow, PageRow, RunRow, Store

DONE, INCOMPLETE, SHRUNK, REHEARSED, CHANGES = "done", "incomplete", "shrunk", "rehearsed", "changes"
PLAUSIBLE_SHRINK = 0.2
"""The part of what is held that may vanish at once."""
PAGES = 20_000
"""Most pages of a run."""
_AT_ONCE = 25
"""Unchanged pages that are written down with one transaction."""
_WITHDRAWN_AT_ONCE = 100
_PARSE = Limits(seconds=60.0, cpu_seconds=60)
_RETRY_SECONDS = 2.0
_PASSING = frozenset({"harvest-unreachable", "harvest-status", "harvest-cut-short"})
"""What may be over in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the operator asks of a run. ``whole``: read everything anew, whatever the source says has changed."""

    dry: bool = False
    accept_shrink: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a run tells while it goes on, and how it waits."""

    progress: Callable[[int, int | None], None] = lambda _done, _all: None
    line: Callable[[LineRow], None] = lambda _line: None
    pause: Callable[[float], None] = time.sleep
    bounds: Bounds = Bounds()  # noqa: RUF009  frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended: ``outcome`` is one of DONE, INCOMPLETE, SHRUNK, REHEARSED; ``counts`` by what came of records."""

    run: int
    source: str
    outcome: str
    counts: Counter[str]
    requests: int
    conditional: int
    resumed: bool = False


def run(name: str, settings: Settings, store: Store, options: Options, watch: Watch) -> Ran:
    """Collect from the source of that name.

    Raises NotFound("harvest-source-unknown"), Conflict("harvest-running") where another process does it now, StoreError.
    """
    settings = as_served(store, settings)
    refresh(store, settings)
    source = sources.named(store, name)
    tools = _Tools(
        fetcher=Fetcher(source.hosts, watch.bounds, watch.pause),
        reading=Sandbox(readers.warm_up, processes=1, queue=0),
        filing=Sandbox(filing.warm_up, processes=1, queue=0),
    )
    gc.freeze()  # what is loaded stays: to go through it again and again would take a twentieth of the time
    try:
        with alone(settings, name):
            ran = _Run(source, settings, store, options, watch, tools).all()
            if ran.outcome == CHANGES:  # what changed is in; something has vanished as well, so everything is looked at
                return _Run(source, settings, store, replace(options, whole=True), watch, tools).all()
            return ran
    finally:
        gc.unfreeze()
        tools.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """How answers are got, read, and made tables. The processes are there from the first call on."""

    fetcher: Fetcher
    reading: Sandbox
    filing: Sandbox

    def close(self) -> None:
        """Give everything back."""
        for each in (self.fetcher, self.reading, self.filing):
            each.close()


class _Run:
    """One run on its way."""

    def __init__(self, source: Source, settings: Settings, store: Store, options: Options, watch: Watch, tools: _Tools) -> None:
        self._source = source
        self._settings = settings
        self._store = store
        self._options = options
        self._watch = watch
        self._tools = tools
        self._counts: Counter[str] = Counter()
        self._whole = True
        self._stream = False
        self._total: int | None = None
        self._unchanged: list[PageRow] = []
        self._walked = set[str]()
        self._said = set[str]()
        self._before = store.harvests.held(source.name)
        self._row = RunRow(number=0, source=source.name, started="")
        self._resumed = False

    def all(self) -> Ran:
        """The whole run; its report is written whatever happens."""
        try:
            kind = self._kind()
        except (Unreachable, Refusal) as error:
            self._begin([self._source.address])
            self._fail(self._source.address, error)
            return self._end(INCOMPLETE)
        self._source = replace(self._source, kind=kind)
        since = self._since()
        self._begin([self._source.first(since)])
        self._stream = bool(since)  # what has not changed is not told
        self._walk()
        outcome = self._withdraw() if self._complete() else INCOMPLETE
        if outcome == DONE and since and not self._agrees():
            outcome = CHANGES
        self._file()
        return self._end(REHEARSED if self._options.dry else outcome)

    def _kind(self) -> str:
        """What the source is; asked for once, and remembered."""
        if self._source.kind != AUTO:
            return self._source.kind
        kind = "ckan" if "/api/3" in self._source.address else self._ask_kind()
        if not self._options.dry:
            with self._store.writing() as writing:
                writing.gathering().settle_kind(self._source.name, kind)
        return kind

    def _since(self) -> str:
        """From when on a portal is asked for changes only: an hour before the last whole run, for no two clocks agree."""
        last = next(iter(self._store.harvests.runs(self._source.name)), None)
        good = last is not None and last.ended and last.outcome == DONE
        if self._source.kind != "ckan" or not good or self._options.whole or self._options.dry:
            return ""
        assert last is not None, "it is good"
        before = datetime.fromisoformat(last.started) - timedelta(hours=1)
        return before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _agrees(self) -> bool:
        """Whether a portal has as many datasets as are known of it. If not, some have vanished."""
        try:
            answer = self._get(self._source.first(), Validators())
            page: Page = self._tools.reading.run(readers.read, self._source.kind, _given(answer, self._source), limits=_PARSE)
        except (Unreachable, Refusal):
            return False
        return page.total == self._store.harvests.known(self._source.name)

    def _ask_kind(self) -> str:
        answer = self._tools.fetcher.get(self._source.address, replace(self._source, kind="dcat").accept())
        kind: str = self._tools.reading.run(readers.kind_of, _given(answer, self._source), limits=_PARSE)
        if kind:
            return kind
        try:
            probe = self._tools.fetcher.get(ckan.first(self._source.address), media.JSON.media_type)
            self._tools.reading.run(readers.read, "ckan", _given(probe, self._source), limits=_PARSE)
        except (Unreachable, Refusal) as error:
            raise Unreachable("harvest-kind", address=self._source.address, found=answer.media_type) from error
        return "ckan"

    def _begin(self, waiting: Sequence[str]) -> None:
        """A new run; or the last one, where that was interrupted."""
        last = next(iter(self._store.harvests.runs(self._source.name)), None)
        if last is not None and not last.ended and not self._options.dry:
            self._row, self._resumed = last, True
            self._counts.update(last.counts)
            return
        number = (last.number if last else 0) + 1
        started = keeping.now()
        if not self._options.dry:
            with self._store.writing() as writing:
                number = writing.gathering().begin(self._source.name, started, waiting)
        self._row = RunRow(number=number, source=self._source.name, started=started, waiting=tuple(waiting))

    def _context(self) -> Context:
        return Context(
            store=self._store,
            settings=self._settings,
            place=self._source.place(),
            run=self._row.number,
            rehearsed=self._options.dry,
        )

    def _walk(self) -> None:
        for _ in range(PAGES):
            if not self._row.waiting:
                break
            self._page(self._row.waiting[0])
            self._watch.progress(self._done(), self._total)
        self._flush()
        if self._row.waiting:
            self._fail(self._row.waiting[0], Finding(code="harvest-pages", expected=f"{PAGES:,}"))

    def _go_on(self, address: str, following: Sequence[str]) -> None:
        """The first of the pages that wait is done, and leads to these."""
        self._walked.add(address)
        waiting = list(self._row.waiting[1:])
        waiting += [each for each in following if each not in waiting and self._is_new(each)]
        self._row = replace(self._row, waiting=tuple(waiting))

    def _is_new(self, address: str) -> bool:
        """Whether an address was not walked in this run. A feed that leads back would be walked for ever."""
        known = None if self._options.dry else self._store.harvests.page(self._source.name, address)
        if address not in self._walked and (known is None or known.seen != self._row.number):
            return True
        if not self._stream:
            self._fail(address, Finding(code="harvest-loop", found=address))
        return False

    def _page(self, address: str) -> None:
        """Ask for a page and take it in. One that fails leads where it led before."""
        known = self._store.harvests.page(self._source.name, address)
        anew = self._options.whole or self._options.dry  # a dry run writes nothing down, so it has to see everything
        validators = Validators(etag=known.etag, modified=known.modified) if known and not anew else Validators()
        try:
            answer = self._get(address, validators)
            digest = known.digest if known and answer.unchanged else hashlib.sha256(answer.body).hexdigest()
            if known is not None and digest == known.digest and not anew:
                self._same(replace(known, etag=answer.validators.etag, modified=answer.validators.modified))
                return
            page: Page = self._tools.reading.run(readers.read, self._source.kind, _given(answer, self._source), limits=_PARSE)
        except (Unreachable, Refusal) as error:
            self._fail(address, error)
            self._go_on(address, known.following if known else ())
            return
        self._flush()
        self._take(page, answer, digest, address)

    def _get(self, address: str, validators: Validators) -> Answer:
        try:
            return self._tools.fetcher.get(address, self._source.accept(), validators)
        except Unreachable as error:
            if error.code not in _PASSING:
                raise
            self._watch.pause(_RETRY_SECONDS)
            return self._tools.fetcher.get(address, self._source.accept(), validators)

    def _same(self, known: PageRow) -> None:
        self._total = known.total if known.total is not None else self._total
        self._unchanged.append(known)
        self._go_on(known.address, known.following)
        if len(self._unchanged) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        pages, self._unchanged = self._unchanged, []
        if pages:
            self._add(keeping.leave(self._context(), pages, self._place()))

    def _take(self, page: Page, answer: Answer, digest: str, address: str) -> None:
        self._stream = self._stream or page.stream
        self._total = page.total if page.total is not None else self._total
        row = PageRow(
            address=address,
            etag=answer.validators.etag,
            modified=answer.validators.modified,
            digest=digest,
            following=page.following,
            total=page.total,
            seen=self._row.number,
        )
        others = self._row.waiting[1:]
        self._go_on(address, page.following)
        outcome = keeping.take(self._context(), page, row, self._place())
        self._add(outcome)
        if self._options.dry:
            self._said |= {each.identifier for each in page.records} | {each.identifier for each in page.refused}
        everything = sum(outcome.counts.values())
        if page.following and everything and outcome.counts[keeping.REPEATED] == everything:
            self._fail(address, Finding(code="harvest-loop", found=address))  # other addresses, the same records again
            self._row = replace(self._row, waiting=others)

    def _add(self, outcome: Outcome) -> None:
        self._counts.update(outcome.counts)
        for each in outcome.lines:
            self._watch.line(each)

    def _done(self) -> int:
        return sum(count for what, count in self._counts.items() if what not in (FAILED, keeping.WITHDRAWN, keeping.REPEATED))

    def _fail(self, address: str, error: Unreachable | Refusal | Finding) -> None:
        """A page that could not be read, or a feed that is not whole: a line of the report, and nothing is withdrawn."""
        self._whole = False
        findings = (error,) if isinstance(error, Finding) else error.findings if isinstance(error, Refusal) else ()
        if not findings and not isinstance(error, Finding):
            findings = (error.finding(),)
        line = LineRow(outcome=FAILED, identifier=address, findings=tuple(as_json(each) for each in findings))
        self._counts[FAILED] += 1
        self._watch.line(line)
        if not self._options.dry:
            with self._store.writing() as writing:
                writing.gathering().tell(self._row.number, [line])

    def _place(self) -> RunRow:
        """How far the run has come."""
        return replace(self._row, counts=dict(self._counts))

    def _complete(self) -> bool:
        """Whether everything was seen that the source says it has."""
        if self._whole and not self._stream and self._total is not None and self._done() < self._total:
            finding = Finding(code="harvest-incomplete", found=f"{self._done():,}", expected=f"{self._total:,}")
            self._fail(self._source.address, finding)
        return self._whole

    def _withdraw(self) -> str:
        """Take back what has vanished, if it is plausible that it has."""
        vanished = self._store.harvests.vanished(self._source.name, self._row.number, stream=self._stream)
        if self._options.dry and not self._stream:
            vanished = tuple(each for each in vanished if each.identifier not in self._said)
        if len(vanished) > self._before * PLAUSIBLE_SHRINK and not self._options.accept_shrink:
            finding = Finding(code="harvest-shrink", found=f"{len(vanished):,}", expected=f"{self._before:,}")
            self._fail(self._source.address, finding)
            return SHRUNK
        for start in range(0, len(vanished), _WITHDRAWN_AT_ONCE):
            some = vanished[start : start + _WITHDRAWN_AT_ONCE]
            self._add(keeping.withdraw(self._context(), some, reason=self._source.name))
        return DONE

    def _file(self) -> None:
        """Files of standard datasets, where the operator wants them."""
        if self._source.files and not self._options.dry:
            for outcome in filing.take(self._context(), self._tools.fetcher, self._tools.filing):
                self._add(outcome)

    def _end(self, outcome: str) -> Ran:
        if not self._options.dry:
            ended = replace(self._row, ended=keeping.now(), outcome=outcome, counts=dict(self._counts), waiting=())
            with self._store.writing() as writing:
                writing.gathering().go_on(ended)
                told = {"outcome": outcome, **{what: str(count) for what, count in self._counts.items()}}
                writing.record(Entry(actor=f"harvest:{self._source.name}", action="harvest", details=told, at=ended.ended))
        return Ran(
            run=self._row.number,
            source=self._source.name,
            outcome=outcome,
            counts=self._counts,
            requests=self._tools.fetcher.requests,
            conditional=self._tools.fetcher.conditional,
            resumed=self._resumed,
        )


def _given(answer: Answer, source: Source) -> Given:
    options = {"license": source.license}
    return Given(data=answer.body, media_type=answer.media_type, charset=answer.charset, address=answer.address, options=options)
