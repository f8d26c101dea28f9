"""Pass 1: DuckDB reads a table once, every cell as text, and proves rows to be surely clean.

A large file is cut into parts, each read by one thread, from one record to another: so the rows come out in the order of the
file, and their numbers need not be asked for. (DuckDB's own parallel reading guesses where in a file records begin; with
quotation marks, ragged rows or blank lines it has been seen to lose some and to repeat others.) The bytes of the cells that come
out must add up to the bytes of the file.

Whatever is unexpected raises ``Uncovered``: another lane takes the table, never a wrong "clean".
"""

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise, repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import _duckdb as duckdb  # the engine itself: what its package imports besides takes longer than the start of the engine
import numpy as np
import numpy.typing as npt

from catalog.validation.limits import LONGEST_RECORD
from catalog.validation.plain import Plain, plain_of
from catalog.validation.predicates import cell
from catalog.validation.scanning import Located, Question, Sighting
from catalog.validation.selecting import Asking, Select, comparable, key_sql
from catalog.validation.sql import Types, Uncovered, literal
from catalog.validation.structure import Positions
from catalog.validation.subjects import Lane, Reference, Subject

BUFFER = 8 << 20
PARALLEL = 4 << 20
"""Bytes of a file that is worth a second thread."""
PART = 80 << 20
"""Bytes of a part at the most: what is answered of it is held twice for a moment."""
_THREADS = 2

_MEMORY = 80 << 20
"""Bytes that the engine may use beside the texts at hand and its answers. It would keep all of the file if it could."""

_REJECTS = 100_000
_REFERENCED = 250_000
"""So many different keys of another table are held; the keys of larger ones are stock's to look up."""

_NEVER = "\x01\x02\x01"
"""Read as NULL, for the engine must be told something. A table that has such a cell does not add up, and goes to stock."""

_RAGGED = frozenset({"TOO MANY COLUMNS", "MISSING COLUMNS"})

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out: an array by name, in the order of the file, and the positions of the rows that the engine rejected.

    ``ordered`` are the keys once more, sorted.
    """

    columns: Mapping[str, Array]
    ordered: Mapping[str, Array]
    rejected: Positions


class Screen:
    """The engine, for the tables of one package, which are needed in this order.

    To be used as a context: copies of files and types last as long as it does. Those ``put_off`` are read only if another
    table refers to them, or if they are asked for.
    """

    def __init__(
        self, subjects: Mapping[str, Subject | None], sought: Collection[bytes] = (), put_off: Collection[str] = ()
    ) -> None:
        self._subjects = subjects
        self._sought = sought
        self._put_off = put_off
        self._plain: dict[str, Future[Plain]] = {}
        self._readable: set[Path] = set()
        self._members: dict[tuple[str, tuple[str, ...]], str] = {}
        self._types = Types()
        self._queries = count()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="catalog-")))
        self._pool = self._stack.enter_context(ThreadPoolExecutor(1))  # a table is cut into records while another one is proven
        for name in self._subjects:
            if name not in self._put_off:
                self._begin(name)
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": "2",
            "memory_limit": f"{_MEMORY >> 20}MB",
            "temp_directory": str(self._folder),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        self._connection = self._stack.enter_context(duckdb.connect(config=config))
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self._stack.close()

    def plain(self, name: str) -> Plain:
        """The table in the form that the engine reads. Raises Uncovered."""
        self._begin(name)
        if name not in self._plain:
            raise Uncovered("a table that stock has to look at")
        return self._plain[name].result()

    def _begin(self, name: str) -> None:
        subject = self._subjects.get(name)
        if subject is not None and name not in self._plain:
            target = self._folder / f"table{len(self._plain)}.csv"
            self._plain[name] = self._pool.submit(plain_of, subject, target, self._sought)

    def prove(self, name: str, questions: Sequence[Question] = ()) -> "Screened":
        """Screen a table; questions are answered in the same pass. Raises Uncovered."""
        plain, subject = self.plain(name), self.subject(name)
        asking = self._asking(subject, plain)
        asking.prove(lambda reference: self._members_of(subject, reference))
        asking.ask(questions)
        return self._screened(subject, plain, asking, questions)

    def look(self, name: str, questions: Sequence[Question]) -> "Screened":
        """Only answer questions: of a table that nothing can be proven of. Raises Uncovered."""
        plain, subject = self.plain(name), self.subject(name)
        asking = self._asking(subject, plain)
        asking.doubt()
        asking.ask(questions)
        return self._screened(subject, plain, asking, questions)

    def hashed(self, texts: Iterable[str]) -> Array:
        """The numbers that stand for these keys."""
        sql = "SELECT hash(text) | 1 AS key FROM (SELECT unnest(?::VARCHAR[]) AS text)"
        with self._connection.cursor() as cursor:  # questions may be answered on another thread at the same time
            return np.asarray(cursor.execute(sql, [list(texts)]).fetchnumpy()["key"])

    def subject(self, name: str) -> Subject:
        """The table, of which ``plain`` has been asked for before."""
        subject = self._subjects[name]
        assert subject is not None, "plain() has looked"
        return subject

    def _asking(self, subject: Subject, plain: Plain) -> Asking:
        if not subject.columns:
            raise Uncovered("a table without columns")
        return Asking(subject, self._types, plain.structure.longest)

    def _screened(self, subject: Subject, plain: Plain, asking: Asking, questions: Sequence[Question]) -> "Screened":
        select = asking.select()
        return Screened(self, subject, plain, self._read(plain, select), select, tuple(questions))

    def _members_of(self, subject: Subject, reference: Reference) -> str:
        """The ENUM type of the keys of the table that a foreign key refers to, "" where it has none."""
        name = reference.table or subject.name
        plain, other = self.plain(name), self.subject(name)
        if not set(reference.others) <= set(other.names):
            raise Uncovered("a foreign key to a column that is not in the data")
        columns = [other.names.index(each) for each in reference.others]
        for own, index in zip(reference.columns, columns, strict=True):
            if not comparable(subject.columns[own], other.columns[index]):
                raise Uncovered("a foreign key between types that are not compared as texts")
        if other is not subject and plain.path not in self._readable:
            self._read(plain, self._asking(other, plain).select())  # stock reads all of it, and stops where it cannot
        key = (name, reference.others)
        if key not in self._members:
            self._members[key] = self._make_members(plain, other, columns)
        return self._members[key]

    def _make_members(self, plain: Plain, other: Subject, columns: Sequence[int]) -> str:
        cells = {index: cell(other.columns[index], f"c{index}", self._types) for index in columns}
        number = next(self._queries)
        text, source = key_sql(other, cells, columns), _source(plain, plain.path, plain.head, f"rejects{number}")
        self._make_types()
        self._connection.execute(
            f"CREATE TEMP TABLE keys{number} AS SELECT key FROM (SELECT DISTINCT {text} AS key FROM {source} "
            f"LIMIT {_REFERENCED + 2}) WHERE key IS NOT NULL"
        )
        size = self._connection.execute(f"SELECT count(*) FROM keys{number}").fetchall()[0][0]
        if size > _REFERENCED:
            raise Uncovered("a foreign key to very many keys")
        if not size:
            return ""
        self._connection.execute(f"CREATE TYPE member{number} AS ENUM (SELECT key FROM keys{number} ORDER BY key)")
        return f"member{number}"

    def _make_types(self) -> None:
        for statement in self._types.fresh():
            self._connection.execute(statement)

    def _read(self, plain: Plain, select: Select) -> Reading:
        """One pass over the file. Raises Uncovered where what comes out does not add up."""
        self._make_types()
        parts = _parts(plain)
        answers = _THREADS * max(part.rows for part in parts) * len(select.expressions) * 8
        chunks = plain.width << 17  # two threads hold 2,048 texts of each column at once, and what they work out of them
        self._connection.execute(f"SET memory_limit = '{(_MEMORY + answers + chunks) >> 20}MB'")
        with ThreadPoolExecutor(_THREADS) as pool:
            reading = _joined(pool.map(self._read_part, parts, repeat(select)), plain.rows)
        for each in reading.ordered.values():
            each.sort(kind="stable")  # which merges what is sorted already
        _balance(plain, reading)
        self._readable.add(plain.path)
        return reading

    def _read_part(self, part: "_Part", select: Select) -> Reading:
        number = next(self._queries)
        rejects, path = f"rejects{number}", part.plain.path
        if part.length:
            path = self._folder / f"part{number}.csv"
            _copy(part.plain.path, path, part.offset, part.length)
        with self._connection.cursor() as cursor:
            columns = cursor.execute(select.sql(_source(part.plain, path, part.skip, rejects))).fetchnumpy()
            faults = cursor.execute(f"SELECT DISTINCT line - 1, error_type FROM {rejects}").fetchall()
        if part.length:
            path.unlink()
        if {kind for _line, kind in faults} - _RAGGED:
            raise Uncovered("records that the engine does not read")
        rejected = np.array(sorted({line for line, _kind in faults}), dtype=np.int64) - part.skip + part.first
        if any(len(each) != part.rows - len(rejected) for each in columns.values()):
            raise Uncovered("records that the engine counts otherwise")
        if any(np.ma.is_masked(each) for each in columns.values()):
            raise Uncovered("a cell that the engine takes for NULL")
        arrays = {name: np.asarray(each) for name, each in columns.items()}
        return Reading(arrays, {name: np.sort(each) for name, each in arrays.items() if name.startswith("key")}, rejected)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the records of a table: ``rows`` that are not blank, of which the ``first`` has this position.

    Where there is a ``length``, so many bytes of the file from ``offset`` on, else all of it; ``skip`` records are no rows.
    """

    plain: Plain
    first: int
    rows: int
    skip: int
    offset: int = 0
    length: int = 0


def _parts(plain: Plain) -> list[_Part]:
    """The whole table, or parts of it; with ``LIMIT`` in the place of a copy, what the engine has rejected would be lost."""
    structure = plain.structure
    count = max(-(-structure.size // PART), min(os.cpu_count() or 1, _THREADS) if structure.size >= PARALLEL else 1)
    if count == 1 or len(structure.blanks):  # blank lines are records to us, and none to the engine
        return [_Part(plain, 0, plain.rows - len(plain.aside), plain.head)]
    start, size = structure.marks[0].offset, structure.size
    cuts = [next(each for each in structure.marks if each.offset - start >= size * part // count) for part in range(count + 1)]
    return [
        _Part(
            plain,
            max(mark.records - plain.head, 0),
            end.records - max(mark.records, plain.head),
            max(plain.head - mark.records, 0),
            mark.offset,
            end.offset - mark.offset,
        )
        for mark, end in pairwise(cuts)
        if end.records > max(mark.records, plain.head)
    ]


def _joined(readings: Iterable[Reading], rows: int) -> Reading:
    """Several readings as one, each put in its place as it comes."""
    columns: dict[str, Array] = {}
    ordered: dict[str, Array] = {}
    rejected: list[Positions] = []
    end = 0
    for each in readings:
        begin, end = end, end + len(next(iter(each.columns.values())))
        for whole, some in ((columns, each.columns), (ordered, each.ordered)):
            for name, array in some.items():
                whole.setdefault(name, np.empty(rows, dtype=array.dtype))[begin:end] = array
        rejected.append(each.rejected)
    columns, ordered = ({name: array[:end] for name, array in whole.items()} for whole in (columns, ordered))
    return Reading(columns, ordered, np.concatenate(rejected))


def _copy(path: Path, target: Path, offset: int, length: int) -> None:
    """Some bytes of a file."""
    buffer = memoryview(bytearray(1 << 20))
    with path.open("rb", buffering=0) as source, target.open("wb") as sink:
        source.seek(offset)
        while length and (read := source.readinto(buffer[:length])):
            sink.write(buffer[:read])
            length -= read


def _source(plain: Plain, path: Path, skip: int, rejects: str) -> str:
    columns = ", ".join(f"c{index}: 'VARCHAR'" for index in range(plain.width))
    line_end = "" if plain.structure.crlf else "new_line='\\n', "  # of CRLF it only knows what it finds itself
    return (
        f"read_csv({literal(str(path.absolute()))}, columns={{{columns}}}, auto_detect=false, header=false, "
        f"skip={skip}, delim={literal(plain.delimiter)}, quote='\"', escape='\"', {line_end}"
        f"nullstr={literal(_NEVER)}, compression='none', hive_partitioning=false, null_padding=false, strict_mode=true, "
        f"parallel=false, max_line_size={min(LONGEST_RECORD, BUFFER)}, buffer_size={BUFFER}, store_rejects=true, "
        f"rejects_table='{rejects}', rejects_scan='{rejects}_scan', rejects_limit={_REJECTS})"
    )


def _balance(plain: Plain, reading: Reading) -> None:
    """The bytes of the cells, with what stands between them, are the bytes of the file; unless there are ragged rows."""
    if len(reading.rejected):
        if plain.numbers is not None:
            raise Uncovered("ragged rows where none are left")
        return
    structure, sizes = plain.structure, reading.columns["size"]
    length, overhead = structure.before(plain.head)
    line_ends = (structure.records - plain.head - (not structure.terminated)) * (2 if structure.crlf else 1)
    between = len(sizes) * (plain.width - 1) + line_ends + structure.overhead - overhead
    if plain.head == structure.records:
        return
    if int(sizes.sum(dtype=np.int64)) + between != structure.size - length:
        raise Uncovered("bytes that do not add up")


class Screened:
    """A table that has been screened. ``aside`` are the positions among its rows (from 0) of which the engine has no cells."""

    def __init__(
        self,
        screen: Screen,
        subject: Subject,
        plain: Plain,
        reading: Reading,
        select: Select,
        questions: tuple[Question, ...],
    ) -> None:
        self.subject = subject
        self.plain = plain
        self.keys = select.keys
        self._screen = screen
        self._columns = reading.columns
        self._ordered = reading.ordered
        self._questions = questions
        self._answers = select.answers
        self.ragged = reading.rejected
        self.aside = np.union1d(plain.aside, reading.rejected).astype(np.int64)
        self._shifts = self.aside - np.arange(len(self.aside))

    @cached_property
    def suspects(self) -> Positions:
        """The positions of the rows that stock has to look at."""
        doubtful = ~self._columns["clean"]
        for number in range(len(self.keys)):
            doubtful |= _repeated(self._columns[f"key{number}"], self._ordered[f"key{number}"])
        return np.union1d(self._positions(np.flatnonzero(doubtful)), self.aside).astype(np.int64)

    @property
    def lane(self) -> Lane:
        """How the table was read."""
        return self.plain.lane

    @property
    def rows(self) -> int:
        """Rows of data as stock counts them."""
        return self.plain.rows

    def _positions(self, ranks: Positions) -> Positions:
        """Positions among the rows of what the engine answered for."""
        return ranks + np.searchsorted(self._shifts, ranks, side="right")

    def keyless(self, number: int) -> Positions:
        """The suspects whose key the engine does not know, of the key with this number."""
        unknown = self._positions(np.flatnonzero(self._columns[f"key{number}"] == 0))
        return np.intersect1d(np.union1d(unknown, self.aside), self.suspects).astype(np.int64)

    def with_keys(self, number: int, texts: Iterable[str]) -> Positions:
        """The rows that have one of these keys."""
        return self._positions(np.flatnonzero(np.isin(self._columns[f"key{number}"], self._screen.hashed(texts))))

    def add_suspects(self, positions: Positions) -> None:
        """Let stock look at more rows."""
        self.suspects = np.union1d(self.suspects, positions).astype(np.int64)

    def fetch(self, positions: Positions) -> Iterator[list[str]]:
        """The cells at these positions. Raises Uncovered where they are not what the engine has read there."""
        ranks = positions - np.searchsorted(self.aside, positions)
        outside = np.isin(positions, self.aside)
        ragged = np.isin(positions, self.ragged)
        found = self.plain.fetch(positions)
        for rank, is_aside, is_ragged, cells in zip(ranks.tolist(), outside.tolist(), ragged.tolist(), found, strict=True):
            if is_aside:
                right = self.plain.numbers is not None or (len(cells) != self.plain.width if is_ragged else not cells)
            else:
                right = (
                    len(cells) == self.plain.width and sum(len(each.encode()) for each in cells) == self._columns["size"][rank]
                )
            if not right:
                raise Uncovered("rows whose numbers do not agree")
            yield cells

    def sightings(self) -> tuple[Sighting, ...]:
        """The answers to the questions with a count above zero, in the order of the questions."""
        answering = {index: ranks for index, each in enumerate(self._questions) if len(ranks := self._answering(each))}
        wanted = {index: ranks[: self._questions[index].limit] for index, ranks in answering.items()}
        located = self._located(np.unique(np.concatenate(list(wanted.values())))) if wanted else {}
        return tuple(
            Sighting(self._questions[index], len(answering[index]), tuple(located[rank] for rank in ranks.tolist()))
            for index, ranks in wanted.items()
        )

    def _located(self, ranks: Positions) -> dict[int, Located]:
        """These rows, all of them in one reading of the file."""
        positions = self._positions(ranks)
        numbers = self.plain.numbered(positions).tolist()
        found = zip(ranks.tolist(), numbers, self.fetch(positions), strict=True)
        return {rank: Located(number, tuple(cells)) for rank, number, cells in found}

    def _answering(self, question: Question) -> Positions:
        name, bit = self._answers[self._questions.index(question)]
        answer = self._columns[name]
        return np.flatnonzero(_again(answer) if bit is None else answer & (1 << bit))


def _repeated(keys: Array, ordered: Array) -> npt.NDArray[np.bool_]:
    """Which rows share their key with another row; 0 is none. ``ordered`` are the keys, sorted."""
    twice = np.unique(ordered[1:][(ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)])
    return np.isin(keys, twice) if len(twice) else np.zeros(len(keys), dtype=np.bool_)


def _again(keys: Array) -> npt.NDArray[np.bool_]:
    """Which rows have a key that an earlier row has; 0 is none."""
    shared = _repeated(keys, np.sort(keys))
    places = np.flatnonzero(shared)
    _values, first = np.unique(keys[places], return_index=True)
    shared[places[first]] = False
    return shared
