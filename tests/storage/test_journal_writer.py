import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from wizard.errors import WizardError
from wizard.storage.journal_schema import connect_writer
from wizard.storage.journal_writer import JournalWriter, Statements


class Traced:
    """A writer and every COMMIT it made."""

    def __init__(self, path: Path) -> None:
        self.connection = connect_writer(path)
        self.commits = 0
        self.connection.set_trace_callback(self._seen)
        self.writer = JournalWriter(self.connection, path)

    def _seen(self, statement: str) -> None:
        self.commits += statement == "COMMIT"


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[Traced]:
    one = Traced(tmp_path / "j.sqlite")
    yield one
    one.writer.close()


def fact(name: str, value: str = "") -> Statements:
    return lambda connection: connection.execute("INSERT INTO facts VALUES (?, ?)", (name, value))


def facts(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM facts ORDER BY name")]
    connection.close()
    return names


@pytest.mark.anyio
async def test_what_waits_together_is_committed_together(traced: Traced) -> None:
    holding = threading.Event()
    traced.writer.queue(lambda _: holding.wait(10))  # the disk is slow: meanwhile others come
    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(traced.writer.committed, fact(f"{number:02}"))
        await anyio.sleep(0.05)
        holding.set()
    assert traced.commits <= 3


@pytest.mark.anyio
async def test_nobody_waits_for_company(traced: Traced) -> None:
    for number in range(5):
        await traced.writer.committed(fact(str(number)))
        assert traced.commits == number + 1


def test_everything_is_written_in_the_order_it_was_given(traced: Traced, tmp_path: Path) -> None:
    for number in range(2_000):
        traced.writer.queue(fact("last", str(number)) if number == 0 else _set("last", str(number)))
    traced.writer.close()
    connection = sqlite3.connect(tmp_path / "j.sqlite")
    assert connection.execute("SELECT value FROM facts").fetchall() == [("1999",)]
    connection.close()


def _set(name: str, value: str) -> Statements:
    return lambda connection: connection.execute("UPDATE facts SET value = ? WHERE name = ?", (value, name))


@pytest.mark.anyio
async def test_a_refused_write_is_raised_for_its_waiter_or_held_until_closing(
    traced: Traced, tmp_path: Path
) -> None:
    traced.connection.set_authorizer(lambda action, *_: _denied(action))
    traced.writer.queue(fact("queued"))
    for _ in range(2):
        with pytest.raises(WizardError):
            await traced.writer.committed(fact("waited for"))
    with pytest.raises(WizardError):
        traced.writer.flush()
    traced.connection.set_authorizer(None)
    traced.writer.flush()
    assert facts(tmp_path / "j.sqlite") == ["queued"]


def _denied(action: int) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_INSERT else sqlite3.SQLITE_OK


def test_failed_writes_are_reported_at_closing(traced: Traced) -> None:
    traced.connection.set_authorizer(lambda action, *_: _denied(action))
    traced.writer.queue(fact("queued"))
    with pytest.raises(WizardError):
        traced.writer.close()
    traced.writer.close()


def test_a_fault_of_ours_ends_no_wait(traced: Traced, tmp_path: Path) -> None:
    def faulty(_: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(WizardError, match=r"^journal-write-fault "):
        traced.writer.write(faulty)
    traced.writer.write(fact("still alive"))
    assert facts(tmp_path / "j.sqlite") == ["still alive"]


def test_a_fault_delays_no_other_write_and_is_reported_at_closing(traced: Traced, tmp_path: Path) -> None:
    holding = threading.Event()
    traced.writer.queue(lambda _: holding.wait(10))
    for name in ("a", "a", "b", "\ud800"):  # twice one key, and a text that is none
        traced.writer.queue(fact(name))
    holding.set()
    traced.writer.write(fact("c"))
    with pytest.raises(WizardError, match=r"^journal-"):
        traced.writer.close()
    assert facts(tmp_path / "j.sqlite") == ["a", "b", "c"]


@pytest.mark.anyio
async def test_a_cancelled_write_does_not_hold_up_the_cancel(traced: Traced, tmp_path: Path) -> None:
    holding = threading.Event()
    traced.writer.queue(lambda _: holding.wait(10))
    with anyio.move_on_after(0.05):
        await traced.writer.committed(fact("left"))
    assert not holding.is_set()
    holding.set()
    traced.writer.flush()
    assert facts(tmp_path / "j.sqlite") == ["left"]


def test_a_write_that_meets_the_end_does_not_wait_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    for _ in range(20):
        writer, together = JournalWriter(connect_writer(path), path), threading.Barrier(9)
        kept: list[str] = []

        def write(name: str, writer=writer, together=together, kept=kept) -> None:  # type: ignore[no-untyped-def]
            together.wait()
            with suppress(RuntimeError):  # closed before
                writer.write(
                    lambda connection: connection.execute("INSERT OR REPLACE INTO facts VALUES (?, '')", (name,))
                )
                kept.append(name)

        threads = [threading.Thread(target=write, args=(f"{number}",), daemon=True) for number in range(8)]
        for thread in threads:
            thread.start()
        together.wait()
        writer.close()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert set(kept) <= set(facts(path))
        with pytest.raises(RuntimeError):
            writer.queue(fact("too late"))


def test_an_interrupt_in_the_midst_loses_nothing(traced: Traced, tmp_path: Path) -> None:
    interrupts = iter([True])

    def interrupted(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO facts VALUES ('b', '')")
        if next(interrupts, False):
            raise KeyboardInterrupt

    traced.writer.queue(fact("a"))
    traced.writer.queue(interrupted)
    with pytest.raises(KeyboardInterrupt):
        traced.writer.flush()
    traced.writer.flush()
    assert facts(tmp_path / "j.sqlite") == ["a", "b"]
