"""The provisioning log of one million rows: SQLite's steps and the time of each question, and how smooth the window is.

python -m tests.benchmarks.log [ROWS]

Each question is put to the journal as it is, then without the indexes of its orders, in turns: the ratio says what they
are worth on any machine. `late_ms` is the longest that the window's loop was held while Monitor loads what it shows.
"""

import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.benchmarks.provisioning import Heartbeat
from tests.ui.pages.stand import context_at, home_at
from tests.work import counted_steps
from wizard.errors import Message
from wizard.flow.steps.session import new_draft
from wizard.provisioning.events import LogRow
from wizard.runtime import collect_in_small_steps, switch_threads_often
from wizard.storage.journal import Journal
from wizard.storage.log_pages import Found, LogReader
from wizard.ui.formats import use_desktop_formats
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.tasks import Slot
from wizard.ui.theme.current import apply_theme

ROWS, RUNS, BATCH, TURNS = 1_000_000, 20, 1_000, 3
INDEXES = ("log_by_label", "log_by_status", "log_by_action")
TENANT = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"


@dataclass
class LogFigures:
    """Of one log."""

    rows: int
    build_seconds: float = 0.0
    megabytes: float = 0.0
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Of the worker: the median of some turns."""
    steps_per_row: dict[str, float] = field(default_factory=dict)
    """Of SQLite's machine."""
    ratio_without_indexes: dict[str, float] = field(default_factory=dict)
    shown_milliseconds: dict[str, float] = field(default_factory=dict)
    """From the press to the rows in the window."""
    late_ms: dict[str, float] = field(default_factory=dict)


def row_of(number: int) -> LogRow:
    """One row; every hundredth has failed for one of three causes."""
    failed = number % 100 == 0
    why = Message("too-long", path="title", length=300, limit=256)
    message = (
        Message(
            "object-rejected",
            rule="too-long",
            attribute=("title", "department", "nickName")[number % 3],
            line=0,
            why=why,
        )
        if failed
        else Message("attributes-changed", attributes=("title",))
    )
    return LogRow(
        f"2026-11-{1 + number * 20 // ROWS % 28:02}T15:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "user",
        f"id-{number}",
        f"Person {number * 7_919 % ROWS:07}",
        ("create", "update", "disable")[number % 3],  # type: ignore[arg-type]
        "failure" if failed else "success",
        message,
        milliseconds=number % 1000,
    )


def build(folder: Path, job_id: str, rows: int) -> float:
    """Write the journal; returns CPU seconds."""
    began = time.process_time()
    with Journal.open(home_at(folder), job_id, TENANT) as journal:
        for run in range(min(RUNS, rows)):
            number = journal.begin_run({})
            for start in range(run * rows // RUNS, (run + 1) * rows // RUNS, BATCH):
                journal.append_log(
                    [row_of(at) for at in range(start, min(start + BATCH, (run + 1) * rows // RUNS))]
                )
            journal.end_run(number, "done", None, {})
        journal.flush()
    return time.process_time() - began


def questions(reader: LogReader, rows: int) -> dict[str, Callable[[], object]]:
    """What Monitor asks, by name."""
    found: list[Found] = []

    def first_of_text() -> None:
        found[:] = [reader.search(None, 0, 256, text="person 00099")[0]]

    return {
        "newest page": lambda: reader.log_page(offset=rows - 256),
        "middle page": lambda: reader.log_page(offset=rows // 2),
        "failed": lambda: reader.log_page(statuses=("failure",)),
        "by label": lambda: reader.log_page(order="label"),
        "by label, middle": lambda: reader.log_page(order="label", offset=rows // 2),
        "by label, descending": lambda: reader.log_page(order="label", descending=True),
        "by result": lambda: reader.log_page(order="status"),
        "by change": lambda: reader.log_page(order="action"),
        "a text": first_of_text,
        "a text, next page": lambda: reader.search(found[0], 256, 256, text="person 00099"),
        "counts": reader.status_counts,
        "causes": reader.causes,
    }


def ask_all(folder: Path, job_id: str, rows: int) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds and steps a row of each question."""
    reader, steps, took = LogReader(home_at(folder), job_id), {}, {}
    connection = reader.ask(lambda connection: connection, None)
    for name, ask in questions(reader, rows).items():
        began = time.perf_counter()
        ask()
        took[name] = (time.perf_counter() - began) * 1000
        with counted_steps(connection) as work:
            ask()
        steps[name] = work.steps / rows
    reader.close()
    return took, steps


def in_the_window(app: QApplication, folder: Path, job_id: str, figures: LogFigures) -> None:
    """Open Monitor, and choose all runs, a text and each order as a person does."""
    with context_at(folder) as context:
        context.session.begin(replace(new_draft(), id=job_id))
        page = MonitorPage(context)
        page.resize(888, 695)
        page.show()
        for _turn in range(5):
            app.processEvents()  # the first layout and paint
        heartbeat = Heartbeat()
        log, view = page.log, page.log.view

        def loaded() -> bool:
            tasks = context.tasks
            slots = (Slot.HISTORY, Slot.LOG_COUNTS, Slot.LOG_PAGE)
            return log.model.is_known and not log.model.is_loading and not any(map(tasks.is_running, slots))

        def search(text: str) -> None:
            log.search.setText(text)
            log.search.searched.emit(text)

        actions: dict[str, Callable[[], object]] = {
            "open": page.enter,
            "all runs": lambda: log.runs.setCurrentIndex(log.runs.count() - 1),
            "scroll to the end": view.scrollToBottom,
            "by label": lambda: view.sort_asked.emit(3, False),
            "by result": lambda: view.sort_asked.emit(1, False),
            "by change": lambda: view.sort_asked.emit(2, True),
            "by time": lambda: view.sort_asked.emit(0, True),
            "a text": lambda: search("person 00099"),
            "no text": lambda: search(""),
            "failed": lambda: (log.switch.choose("failed"), log.switch.chosen.emit("failed")),
        }
        for name, act in actions.items():
            loop = QEventLoop()
            look = QTimer(loop)
            look.setInterval(20)
            look.timeout.connect(lambda loop=loop: loop.exit() if loaded() else None)
            heartbeat.forget()
            began = time.perf_counter()
            act()
            app.processEvents()
            look.start()
            loop.exec()
            figures.shown_milliseconds[name] = round((time.perf_counter() - began) * 1000)
            figures.late_ms[name] = round(heartbeat.worst(1.0), 1)
        page.hide()
        page.deleteLater()


def measure(rows: int = ROWS) -> LogFigures:
    """Build, ask and show."""
    app = QApplication(sys.argv[:1])
    use_desktop_formats()
    apply_theme(app, "light")
    figures, job_id = LogFigures(rows), new_draft().id
    with tempfile.TemporaryDirectory() as place:
        folder, bare = Path(place) / "home", Path(place) / "bare"
        figures.build_seconds = round(build(folder, job_id, rows), 1)
        file = next(folder.rglob("*.sqlite"))
        figures.megabytes = round(file.stat().st_size / 1e6, 1)
        shutil.copytree(folder, bare)
        with sqlite3.connect(next(bare.rglob("*.sqlite"))) as connection:
            for index in INDEXES:
                connection.execute(f"DROP INDEX {index}")
        times: dict[str, tuple[list[float], list[float]]] = {}
        for _turn in range(TURNS):
            for side, home in enumerate((folder, bare)):
                took, steps = ask_all(home, job_id, rows)
                for name, milliseconds in took.items():
                    times.setdefault(name, ([], []))[side].append(milliseconds)
                    if not side:
                        figures.steps_per_row[name] = round(steps[name], 2)
        for name, (indexed, without) in times.items():
            figures.milliseconds[name] = round(statistics.median(indexed), 1)
            figures.ratio_without_indexes[name] = round(statistics.median(indexed) / statistics.median(without), 3)
        in_the_window(app, folder, job_id, figures)
    return figures


if __name__ == "__main__":
    collect_in_small_steps()  # as the program does
    switch_threads_often()
    print(json.dumps(asdict(measure(*map(int, sys.argv[1:]))), indent=1))
