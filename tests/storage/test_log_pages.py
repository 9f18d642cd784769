import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.storage.conftest import JOB_ID, TENANT, OpenJournal
from tests.work import counted_steps
from wizard.errors import Message, recorded
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.scim.resource import REDACTED, Redacted
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LogPage, LogReader
from wizard.storage.paths import Home


def row(number: int, **more: object) -> LogRow:
    columns = {
        "time": f"2026-11-23T15:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "kind": "user",
        "source_id": f"id-{number}",
        "label": f"Person {number:06}",
        "action": ("create", "update", "disable")[number % 3],
        "status": ("success", "failure", "skipped", "warning")[number % 4],
        "message": Message("object-created", members=0),
        "milliseconds": 1000 - number % 1000,
    }
    return LogRow(**{**columns, **more})  # type: ignore[arg-type]


@pytest.fixture
def reader(home: Home) -> Iterator[LogReader]:
    one = LogReader(home, JOB_ID)
    yield one
    one.close()


@pytest.fixture
def journal(open_journal: OpenJournal) -> Journal:
    return open_journal()


def written(journal: Journal, *rows: LogRow) -> int:
    run = journal.begin_run({})
    journal.append_log(rows)
    journal.flush()
    return run


def labels(page: LogPage) -> list[str]:
    return [one.row.label for one in page.rows]


def test_where_nothing_ever_ran_there_is_nothing(reader: LogReader, home: Home) -> None:
    assert reader.runs() == ()
    assert reader.log_page() == LogPage((), 0)
    assert (reader.status_counts(), reader.link_counts(), reader.open_count()) == ({}, {}, 0)
    assert list(home.journals.iterdir()) == []


def test_a_journal_whose_making_was_cut_off_is_none_yet(home: Home, reader: LogReader) -> None:
    """Killed, or out of room, between the file and its tables: nothing may stand in the way of the next run."""
    with sqlite3.connect(home.journals / f"{JOB_ID}.sqlite") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert (reader.quarantine(), reader.runs(), reader.open_count()) == (None, (), 0)
    Journal.open(home, JOB_ID, TENANT).close()
    assert reader.runs() == ()


def test_a_row_comes_back_whole(journal: Journal, reader: LogReader) -> None:
    full = LogRow(
        "2026-11-23T15:00:00.123Z", "membership", "staff", "Staff", "other", "warning", Message("members-joined", count=3),
        (("import", "success"), ("export", "warning")), (ModifiedProperty("members", "", "Ann"),),
        "aws-id", "request-id", "AWS says so", 409, 321, 3,
    )  # fmt: skip
    run = written(journal, full, row(1))
    first, second = reader.log_page(run).rows
    assert (first.row, first.run_id) == (full, run)
    assert second.row == row(1)
    assert first.id < second.id


def test_pages_together_are_everything_once_in_order(journal: Journal, reader: LogReader) -> None:
    rows = [row(number) for number in range(1_000)]
    run = written(journal, *rows)
    pages = [reader.log_page(run, offset) for offset in range(0, 1_024, 256)]
    assert [page.total for page in pages] == [1_000] * 4
    assert [len(page.rows) for page in pages] == [256, 256, 256, 232]
    assert [one.row for page in pages for one in page.rows] == rows
    assert reader.log_page(run, 1_000) == LogPage((), 1_000)


def test_one_run_or_all(journal: Journal, reader: LogReader) -> None:
    first, second = written(journal, row(1)), written(journal, row(2), row(3))
    assert labels(reader.log_page(first)) == ["Person 000001"]
    assert labels(reader.log_page(second)) == ["Person 000002", "Person 000003"]
    assert reader.log_page().total == 3
    assert labels(reader.log_page(descending=True, limit=2)) == ["Person 000003", "Person 000002"]
    assert reader.status_counts(second) == {"skipped": 1, "warning": 1}
    assert reader.status_counts() == {"failure": 1, "skipped": 1, "warning": 1}


def test_filters_are_what_a_plain_search_finds(journal: Journal, reader: LogReader) -> None:
    rows = [row(number) for number in range(200)]
    written(journal, *rows)
    page = reader.log_page(statuses=("failure", "warning"), actions=("update",), limit=500)
    expected = [one for one in rows if one.status in ("failure", "warning") and one.action == "update"]
    assert [one.row for one in page.rows] == expected
    assert page.total == len(expected) > 0
    assert labels(reader.log_page(text="son 00019", statuses=("success",))) == ["Person 000192", "Person 000196"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MÜLLER", ["Jörg Müller"]),
        ("strasse", ["Straße"]),
        ("100%", ["100%_sure"]),
        ("%", ["100%_sure"]),
        ("_", ["100%_sure"]),
        ("  jörg  ", ["Jörg Müller"]),
        ("REQ-7", ["Straße"]),
        ("taken by", ["100%_sure"]),
        ("it's", []),
        ("'; DROP TABLE log; --", []),
        ("   ", ["Jörg Müller", "Straße", "100%_sure"]),
    ],
)
def test_a_text_is_found_wherever_it_is_shown(
    journal: Journal, reader: LogReader, text: str, found: list[str]
) -> None:
    written(
        journal,
        row(1, label="Jörg Müller"),
        row(2, label="Straße", request_id="req-7"),
        row(3, label="100%_sure", detail="Taken by another."),
    )
    page = reader.log_page(text=text)
    assert (labels(page), page.total) == (found, len(found))


def test_a_message_is_found_by_its_codes_and_arguments(journal: Journal, reader: LogReader) -> None:
    nested = Message(
        "not-written", why=Message("email-taken", address="ann@x.example"), status=409, in_doubt=False
    )
    written(
        journal,
        row(1, message=nested),
        row(2, message=Message("attributes-changed", attributes=("title", "department"))),
        row(3, message=Message("members-joined", count=1234)),
    )

    def found(text: str, *codes: str) -> list[str]:
        return labels(reader.log_page(text=text, codes=codes))

    assert found("no sentence is stored", "email-taken") == found("ANN@x") == found("409") == ["Person 000001"]
    assert found("depart") == found("zzz", "attributes-changed", "unknown-code") == ["Person 000002"]
    assert found("1234") == ["Person 000003"]
    assert found("true") == found("joined") == []


def test_a_redacted_argument_is_not_stored(journal: Journal, reader: LogReader, home: Home) -> None:
    secret = Message("value-taken", attribute="title", value=Redacted("s3cret"), owner="Bob")
    written(journal, row(1, message=Message("object-rejected", rule="value-taken", why=secret)))
    assert reader.log_page(text="s3cret").total == 0
    (why,) = reader.log_page().rows[0].row.message.parts()
    assert why.args["value"] == REDACTED
    journal.close()
    assert b"s3cret" not in (home.journals / f"{JOB_ID}.sqlite").read_bytes()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ["time", "kind", "label", "action", "status", "title", "milliseconds"])
def test_every_column_sorts_and_equals_keep_their_order(
    journal: Journal, reader: LogReader, order: str, descending: bool
) -> None:
    rows = [row(number * 7 % 40, message=recorded(f"title {number % 3}")) for number in range(40)]
    written(journal, *rows)
    numbered = list(enumerate(rows))

    def key(one: tuple[int, LogRow]) -> tuple[object, int]:
        place, held = one
        if order == "title":
            return held.message.args["title"], place
        return place if order == "time" else getattr(held, order), place

    numbered.sort(key=key, reverse=descending)  # type: ignore[arg-type]
    found = [
        *reader.log_page(order=order, descending=descending, limit=30).rows,  # type: ignore[arg-type]
        *reader.log_page(order=order, descending=descending, offset=30).rows,  # type: ignore[arg-type]
    ]
    assert [one.row for one in found] == [one for _, one in numbered]


def test_pages_are_read_while_a_run_writes(journal: Journal, reader: LogReader) -> None:
    journal.begin_run({})
    totals: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            page = reader.log_page(text="person")
            assert len(page.rows) == min(page.total, 256)
            totals.append(page.total)

    threads = [threading.Thread(target=watch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(200):
        journal.append_log([row(number * 10 + more) for more in range(10)])
        journal.flush()
        time.sleep(0.001)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(set(totals)) > 2
    assert reader.log_page().total == 2_000


@pytest.mark.slow
def test_a_page_of_a_hundred_thousand_rows_looks_at_each_once(journal: Journal, reader: LogReader) -> None:
    """Half of the steps are there for other versions of SQLite; a wrong query plan needs several times as many."""
    run = journal.begin_run({})
    for start in range(0, 100_000, 1_000):
        journal.append_log([row(number) for number in range(start, start + 1_000)])
    journal.flush()
    questions: list[tuple[int, Callable[[], bool]]] = [
        (9, lambda: labels(reader.log_page(run, 99_999)) == ["Person 099999"]),
        (9, lambda: reader.log_page(run, statuses=("failure",), offset=24_000).total == 25_000),
        (6, lambda: reader.log_page(text="person 09999").total == 10),
        (
            14,
            lambda: reader.log_page(order="label", descending=True, limit=1).rows[0].row.label == "Person 099999",
        ),
    ]
    for steps_per_row, answered in questions:
        with counted_steps(reader.ask(lambda connection: connection, None)) as work:
            assert answered()
        assert work.steps < steps_per_row * 100_000


@pytest.mark.slow
def test_a_page_in_any_order_passes_over_rows_and_sorts_none(journal: Journal, reader: LogReader) -> None:
    count = 40_000
    journal.begin_run({})
    for start in range(0, count, 1_000):
        journal.append_log([row((start + number) * 7 % count) for number in range(1_000)])
    journal.flush()
    connection = reader.ask(lambda connection: connection, None)
    for order in ("time", "label", "status", "action"):
        for descending in (False, True):
            for offset in (0, count - 256):  # counting every row takes about one step each
                with counted_steps(connection) as work:
                    page = reader.log_page(offset=offset, order=order, descending=descending)  # type: ignore[arg-type]
                assert len(page.rows) == 256
                assert work.steps < 1.5 * count, (order, descending, offset)


@pytest.mark.slow
def test_a_text_is_looked_for_once_for_all_pages(journal: Journal, reader: LogReader) -> None:
    count = 20_000
    journal.begin_run({})
    for start in range(0, count, 1_000):
        journal.append_log([row(start + number) for number in range(1_000)])
    journal.flush()
    found, first = reader.search(None, 0, 256, text="person")
    assert first.total == count
    connection = reader.ask(lambda connection: connection, None)
    with counted_steps(connection) as work:
        found, last = reader.search(found, count - 10, 256, text="person")
    assert [one.row.label for one in last.rows] == [f"Person {count - 10 + number:06d}" for number in range(10)]
    assert work.steps < count / 10
    journal.append_log([row(count + number) for number in range(5)])
    journal.flush()
    with counted_steps(connection) as work:
        found, grown = reader.search(found, count, 256, text="person")
    assert [one.row.label for one in grown.rows] == [f"Person {count + number:06d}" for number in range(5)]
    assert work.steps < count / 10, "only the new rows are looked at"
    by_label, page = reader.search(None, 0, 256, text="person", order="label", descending=True)
    assert page.rows[0].row.label == f"Person {count + 4:06d}"
    journal.append_log([row(count + 9)])
    journal.flush()
    assert reader.search(by_label, 0, 1, text="person", order="label", descending=True)[1].rows[0].row.label == (
        f"Person {count + 9:06d}"
    )


def test_a_damaged_journal_is_set_aside_and_the_next_one_is_read(home: Home, reader: LogReader) -> None:
    path = home.journals / f"{JOB_ID}.sqlite"
    path.write_bytes(b"no database" * 100)
    assert reader.runs() == ()
    (aside,) = home.journals.glob("*.damaged-*.sqlite")
    assert aside.read_bytes() == b"no database" * 100
    with Journal.open(home, JOB_ID, "https://one/scim/v2") as journal:
        written(journal, row(1))
        assert reader.log_page().total == 1


def test_half_a_character_loses_no_row(journal: Journal) -> None:
    odd = row(
        1,
        label="sur \ud800 x",
        detail="\udfff",
        message=Message("too-long", attribute="title\ud800", why=Message("x", names=("\ud800",))),
        modified=(ModifiedProperty("title", "", "a\ud800"),),
    )
    run = journal.begin_run({})
    journal.append_log([row(0), odd, row(2)])
    journal.flush()
    page = journal._reader.log_page(run)
    assert labels(page) == ["Person 000000", "sur \ufffd x", "Person 000002"]
    kept = page.rows[1].row
    assert (kept.detail, kept.modified[0].after, kept.message.args["attribute"]) == (
        "\ufffd",
        "a\ufffd",
        "title\ufffd",
    )


def test_the_history_is_read_after_everybody_closed(home: Home, reader: LogReader) -> None:
    with Journal.open(home, JOB_ID, "https://one/scim/v2") as journal:
        run = written(journal, row(1))
        journal.end_run(run, "done", None, {"users": {"created": 1}})
    assert [(one.ending, one.counts) for one in reader.runs()] == [("done", {"users": {"created": 1}})]
    assert reader.log_page().total == 1


def test_causes_are_what_rows_have_in_common(journal: Journal, reader: LogReader) -> None:
    def rejected(number: int, attribute: str, rule: str = "too-long") -> LogRow:
        why = Message("too-long", path=attribute, length=300 + number, limit=256)
        message = Message("object-rejected", rule=rule, attribute=attribute, line=0, why=why)
        return row(number, status="failure", message=message)

    run = written(
        journal,
        row(1, status="success"),
        *(rejected(number, "title") for number in (2, 3, 4)),
        rejected(5, "department"),
        row(6, status="failure", message=Message("value-too-long-for-aws", path="title")),
    )
    causes = reader.causes(run)
    assert [(cause.key, cause.count) for cause in causes] == [
        (("object-rejected", "too-long", "title"), 3),
        (("object-rejected", "too-long", "department"), 1),
        (("value-too-long-for-aws", "", "title"), 1),
    ]
    assert causes[0].row.label == rejected(2, "title").label
    for cause in causes:
        assert reader.log_page(run, cause=cause.key).total == cause.count
    assert reader.causes(run, "warning") == ()
    assert sum(cause.count for cause in reader.causes(None)) == 5
