"""Microsoft's log as it is kept: in order, once each, purged, and whole after a kill anywhere."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.conftest import JOB_ID
from wizard.errors import JobLocked, Message, WizardError
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.storage.jobs import JobStore
from wizard.storage.microsoft.log import (
    OVERLAP,
    Gap,
    KeptEntry,
    KeptExecution,
    MicrosoftLog,
    MicrosoftLogReader,
    moment_of,
)
from wizard.storage.paths import Home

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
JOB = "aWSSingleSignon.1.2"


def entry(number: int, minutes_ago: float, cycle: str = "c1", status: str = "success") -> KeptEntry:
    time = (NOW - timedelta(minutes=minutes_ago)).isoformat(timespec="microseconds").replace("+00:00", "7Z")
    row = LogRow(
        time, "user", f"source-{number}", f"Person {number}", "create", status,  # type: ignore[arg-type]
        Message("entra-row-done", attributes=("title",)), (("import", "success"),),
        (ModifiedProperty("title", "", "Pilot"),), f"target-{number}", f"entry-{number}",
    )  # fmt: skip
    return KeptEntry(f"entry-{number}", cycle, row)


@pytest.fixture
def log(home: Home) -> Iterator[MicrosoftLog]:
    with MicrosoftLog.open(home, JOB_ID) as opened:
        yield opened


def labels(home: Home, **question: object) -> list[str]:
    with closing(MicrosoftLogReader(home, JOB_ID)) as reader:
        page = reader.log_page(descending=True, **question)  # type: ignore[arg-type]
        return [logged.row.label for logged in page.rows]


def fill(log: MicrosoftLog, gap: Gap, *pages: list[KeptEntry]) -> int:
    added = 0
    for page in pages:
        more, gap = log.add(JOB, gap, page, NOW, ended=False)
        added += more
    return added + log.add(JOB, gap, (), NOW, ended=True)[0]


def test_a_file_that_fails_raises_an_error_of_ours(log: MicrosoftLog) -> None:
    log._connection.execute("DROP TABLE facts")
    with pytest.raises(WizardError):
        log.gaps(JOB)


def test_late_entries_get_their_place_and_none_is_added_twice(log: MicrosoftLog, home: Home) -> None:
    (everything,) = log.gaps(JOB)
    assert everything == Gap()
    assert fill(log, everything, [entry(1, 10), entry(2, 20)], [entry(3, 30)]) == 3
    (newer,) = log.gaps(JOB)
    assert moment_of(newer.after) == NOW - timedelta(minutes=10) - OVERLAP
    assert fill(log, newer, [entry(5, 1), entry(1, 10), entry(4, 15), entry(2, 20)]) == 2
    assert labels(home) == ["Person 5", "Person 1", "Person 4", "Person 2", "Person 3"]
    assert labels(home, text="person 4") == ["Person 4"]
    assert labels(home, text="source-3") == ["Person 3"]


def test_a_read_that_stopped_leaves_a_gap_that_is_read_next_time(log: MicrosoftLog, home: Home) -> None:
    fill(log, log.gaps(JOB)[0], [entry(9, 600)])
    first = log.gaps(JOB)[0]
    _, left = log.add(JOB, first, [entry(1, 1), entry(2, 2)], NOW, ended=False)
    newest, gap = log.gaps(JOB)
    assert gap == left
    assert moment_of(newest.after) == NOW - timedelta(minutes=1) - OVERLAP
    assert moment_of(gap.before) > moment_of(entry(2, 2).row.time)  # type: ignore[operator]
    assert gap.after == first.after
    fill(log, newest, [entry(1, 1), entry(2, 2)])
    assert fill(log, gap, [entry(2, 2), entry(3, 300)]) == 1
    assert log.gaps(JOB)[1:] == ()
    assert labels(home) == ["Person 1", "Person 2", "Person 3", "Person 9"]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 6), st.data())
def test_whatever_stops_a_read_everything_arrives_once(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[int], size: int, data: st.DataObject
) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path_factory.mktemp("home"))})
    entries = sorted(
        (entry(number, ago) for number, ago in enumerate(minutes)),
        key=lambda each: (each.row.time, each.id),
        reverse=True,
    )
    visible = data.draw(st.integers(0, len(entries)))
    for stop in (data.draw(st.integers(0, 8)), data.draw(st.integers(0, 8)), 999):
        shown = entries[-visible:] if stop != 999 and visible else entries
        with MicrosoftLog.open(home, JOB_ID) as log:
            for gap in log.gaps(JOB):
                after, before = moment_of(gap.after), moment_of(gap.before)
                asked = [
                    each
                    for each in shown
                    if (moment := moment_of(each.row.time))
                    and (after is None or moment > after)
                    and (before is None or moment < before)
                ]
                left = gap
                for start in range(0, len(asked), size):
                    if stop == 0:
                        break
                    stop -= 1
                    _, left = log.add(JOB, left, asked[start : start + size], NOW, ended=False)
                else:
                    log.add(JOB, left, (), NOW, ended=True)
                    continue
                break
    assert sorted(labels(home)) == sorted(each.row.label for each in entries)


KILLED = """
import os, signal, sys
from tests.storage.microsoft.test_log import JOB, NOW, entry
from wizard.storage.microsoft.log import MicrosoftLog
from wizard.storage.paths import Home
log = MicrosoftLog.open(Home.open(), sys.argv[1])
gap = log.gaps(JOB)[0]
_, gap = log.add(JOB, gap, [entry(1, 1), entry(2, 2)], NOW, ended=False)
insert, calls = MicrosoftLog._insert, []
def killed(connection, *rest):
    insert(connection, *rest)
    os.kill(os.getpid(), signal.SIGKILL)
MicrosoftLog._insert = staticmethod(killed)
log.add(JOB, gap, [entry(3, 3), entry(4, 4)], NOW, ended=False)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL exists on POSIX systems only")
def test_killed_within_a_page_the_page_is_read_again(home: Home) -> None:
    environ = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home.root)}
    killed = subprocess.run([sys.executable, "-c", KILLED, JOB_ID], cwd=ROOT, env=environ, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert labels(home) == ["Person 1", "Person 2"]
    with MicrosoftLog.open(home, JOB_ID) as log:
        newest, gap = log.gaps(JOB)
        assert fill(log, newest, [entry(1, 1), entry(2, 2)]) == 0
        assert fill(log, gap, [entry(2, 2), entry(3, 3), entry(4, 4)]) == 2
    assert labels(home) == ["Person 1", "Person 2", "Person 3", "Person 4"]


def test_old_entries_are_deleted_and_not_read_again(log: MicrosoftLog, home: Home) -> None:
    day = 24 * 60
    fill(log, log.gaps(JOB)[0], [entry(1, 1, "new"), entry(2, 40 * day, "old"), entry(3, 41 * day, "")])
    log.saw(KeptExecution(JOB, "2026-10-01T00:00:00.000Z", "", "old", "Succeeded", "", 1, 0))
    log.purge(30, NOW)
    assert labels(home) == ["Person 1"]
    with closing(MicrosoftLogReader(home, JOB_ID)) as reader:
        assert len(reader.runs()) == 1
        assert reader.executions(10) == ()
        assert [cycle for cycle, _ in reader.cycle_counts(10)] == ["new"]


def test_the_cycles_are_counted_apart_and_what_was_on_demand_is_none(log: MicrosoftLog, home: Home) -> None:
    page = [
        entry(1, 1, "b", "held"),
        entry(2, 2, "b"),
        entry(3, 3, ""),
        entry(4, 50, "a", "failure"),
        entry(5, 51, "a"),
    ]
    fill(log, log.gaps(JOB)[0], page)
    with closing(MicrosoftLogReader(home, JOB_ID)) as reader:
        counts = {(cycle, each.status): each.count for cycle, each in reader.cycle_counts(10)}
        purposes = [run.planned for run in reader.runs()]
    assert counts == {("b", "held"): 1, ("b", "success"): 1, ("a", "failure"): 1, ("a", "success"): 1}
    assert purposes == [{"purpose": "on-demand"}, {}, {}] or purposes.count({"purpose": "on-demand"}) == 1


@pytest.mark.parametrize(
    "time", ["", "soon", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2150-01-01T00:00:00Z"]
)
def test_a_time_out_of_all_reason_stops_no_later_reading(log: MicrosoftLog, home: Home, time: str) -> None:
    odd = entry(1, 0)
    odd = KeptEntry("odd", "c1", LogRow(time, "user", "x", "Odd", "create", "success", odd.row.message))
    fill(log, log.gaps(JOB)[0], [odd, entry(2, 5)])
    after = moment_of(log.gaps(JOB)[0].after)
    assert after is not None
    assert after <= NOW
    assert set(labels(home)) == {"Odd", "Person 2"}


def test_two_processes_do_not_write_and_a_damaged_file_is_set_aside(home: Home) -> None:
    with MicrosoftLog.open(home, JOB_ID) as log:
        fill(log, log.gaps(JOB)[0], [entry(1, 1)])
        with pytest.raises(JobLocked):
            MicrosoftLog.open(home, JOB_ID)
    (path,) = (home.root / "microsoft").glob("*.sqlite")
    path.write_bytes(b"not a database" * 1000)
    assert labels(home) == []
    with MicrosoftLog.open(home, JOB_ID) as log:
        assert fill(log, log.gaps(JOB)[0], [entry(1, 1)]) == 1
    assert labels(home) == ["Person 1"]
    assert (home.root / "microsoft").stat().st_mode & 0o077 == 0
    JobStore(home).forget(JOB_ID)
    assert not list((home.root / "microsoft").glob("*.sqlite*"))


def test_it_is_private_and_has_no_other_rows(log: MicrosoftLog, home: Home) -> None:
    fill(log, log.gaps(JOB)[0], [entry(1, 1)])
    (path,) = (home.root / "microsoft").glob("*.sqlite")
    assert path.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM log").fetchone() == (1,)


def test_a_time_beyond_the_calendar_is_none() -> None:
    for text in ("9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"):
        assert moment_of(text) is None
