"""1,000 people, 50 groups, 2,000 memberships at 50 ms a request: requests, time, rows a second, and how late the
window's loop was meanwhile.  python -m tests.benchmarks.provisioning [PEOPLE GROUPS MEMBERSHIPS LATENCY_MS] [--stalls]"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.benchmarks.stall_sampler import StallSampler
from tests.company import company
from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.walk import Walker
from wizard.app import make_services
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.runtime import collect_in_small_steps, switch_threads_often
from wizard.sandbox_process import SandboxProcess
from wizard.ui.controller import Controller
from wizard.ui.formats import use_desktop_formats
from wizard.ui.pages import preload_pages
from wizard.ui.theme.current import apply_theme

BEAT_MS = 5
LOOK_MS = 20


class Heartbeat:
    """A timer of 5 ms on the window's loop, and how late each beat came."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append((now - self.last) * 1000 - BEAT_MS)
        self.last = now

    def worst(self, share: float) -> float:
        """The lateness that this share of the beats stayed below, in ms."""
        ordered = sorted(self.late_ms) or [0.0]
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def forget(self) -> None:
        """Reset the measurement."""
        self.late_ms.clear()
        self.last = time.perf_counter()


def timed(
    walker: Walker, heartbeat: Heartbeat, act: Callable[[], None], done: Callable[[], bool], what: str
) -> float:
    """Seconds until `done`, with the heartbeat counted for just this long."""
    loop = QEventLoop(walker.window)  # the program's own way to wait: asking again and again would hold it up
    look = QTimer(loop)
    look.timeout.connect(lambda: loop.exit(not done()) if done() or time.perf_counter() - began > 900 else None)
    heartbeat.forget()
    began = time.perf_counter()
    act()
    look.start(LOOK_MS)
    assert loop.exec() == 0, what
    seconds = time.perf_counter() - began
    loop.deleteLater()
    return seconds


def round_trip(walker: Walker, sandbox: SandboxHandle, label: str, watch: bool) -> None:
    """Preview and run once in the real window, and print one row."""
    found, navigator = walker.controller.session.found, walker.controller.navigator
    heartbeat = Heartbeat()
    sampler = StallSampler(lambda: heartbeat.last) if watch else None
    before = sandbox.state()["requests"]
    walker.controller.session.drop_plan()
    navigator.go_to_preview()
    reading = timed(walker, heartbeat, walker.controller.show_step, lambda: found.plan is not None, "the plan")
    read_late = heartbeat.worst(1)
    if sampler:
        print(f"late while reading:\n{sampler.report()}")
    assert found.plan
    changes = len(found.plan.changes)
    walker.settle(1000)  # a person looks at the plan; meanwhile the next page is made
    running = timed(walker, heartbeat, walker.controller.next, lambda: found.report is not None, "the run")
    assert found.report
    if sampler:
        print(f"late while writing:\n{sampler.report()}")
    after = sandbox.state()["requests"]
    requests = after["total"] - before["total"]
    throttled = after["throttled"] - before["throttled"]
    per_second = changes / running if running else 0
    print(
        f"{label:<28} {requests:>8,} {throttled:>5} {changes:>8,} {reading:>7.2f} {running:>7.2f} {per_second:>8.0f} "
        f"{heartbeat.worst(0.99):>8.1f} {heartbeat.worst(1):>8.1f} {read_late:>8.1f}"
    )
    walker.until(lambda: not walker.controller.session.running, "the end of the run")
    navigator.next()
    walker.controller.show_step()


def main(people: int, groups: int, memberships: int, latency_ms: int, *, watch: bool = False) -> None:
    """First run, nothing changed, and the same read in full; `watch` tells who was at work when the loop was late."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    collect_in_small_steps()  # both as the program does
    switch_threads_often()
    application = QApplication(sys.argv[:1])
    use_desktop_formats()
    apply_theme(application, "light")
    floor = 2 + people + groups
    print(
        f"{people:,} people, {groups} groups, {memberships:,} memberships, {latency_ms} ms a request; "
        f"floor {floor:,} requests"
    )
    print(
        f"{'':<28} {'requests':>8} {'429':>5} {'changes':>8} {'read s':>7} {'write s':>7} {'rows/s':>8} "
        f"{'p99 ms':>8} {'worst ms':>8} {'read ms':>8}"
    )
    with tempfile.TemporaryDirectory() as folder, running_sandbox("--latency-ms", str(latency_ms)) as sandbox:
        os.environ |= {
            "IDENTITY_CENTER_WIZARD_HOME": f"{folder}/home",
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN": sandbox.token,
        }
        users, members = company(people, groups, memberships).write(Path(folder))
        talk = Controller(lambda: make_services(SandboxProcess()))
        talk.begin()
        talk.window.show()
        draft = replace(
            talk.session.draft,
            source=SourceChoice("file", str(users), str(members)),
            target=TargetChoice(sandbox.tenant_url),
        )
        talk.session.answer(draft)
        talk.session.found.token_kept, talk.session.found.test_waived = "environment", True
        walker = Walker(talk)
        talk.navigator.go_to_preview()
        talk.navigator.back()
        talk.show_step()
        walker.until(lambda: not preload_pages(), "the other pages")
        walker.settle(1000)  # a person looks at the page before; meanwhile the next one is made
        for label in ("first run", "nothing changed"):
            round_trip(walker, sandbox, label, watch)
        talk.close()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    main(*(numbers or (1000, 50, 2000, 50)), watch="--stalls" in sys.argv)
