"""What the window does for a plan of many changes, on the GUI thread and on the worker.

python -m tests.benchmarks.window plan [CHANGES]

Each action is done over a small and over the large plan, in turns: the ratio says how it grows, whatever the machine.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.provisioning.changes import create_user, disable_user, update_user
from tests.ui.pages.provisioned import plan_with
from wizard.errors import Message, recorded
from wizard.provisioning.change import Change
from wizard.provisioning.effects import Effect
from wizard.provisioning.plan import Plan
from wizard.runtime import collect_in_small_steps
from wizard.ui.formats import use_desktop_formats
from wizard.ui.pages.preview.plan_model import PlanModel
from wizard.ui.pages.preview.plan_rows import PlanRows
from wizard.ui.pages.preview.plan_view import PlanView
from wizard.ui.theme.current import apply_theme

CHANGES, SMALL, TURNS = 100_000, 2_000, 7


@dataclass
class WindowFigures:
    """Of one plan."""

    changes: int
    rows_seconds: float
    """CPU seconds of the worker that prepares the rows."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Of the GUI thread, painting included: the median of some turns."""
    most_milliseconds: dict[str, float] = field(default_factory=dict)
    """The longest turn."""
    ratio: dict[str, float] = field(default_factory=dict)
    """To the same action over a plan of 2,000."""
    cells: dict[str, int] = field(default_factory=dict)
    """Cells that the view asked for."""


def plan_of(changes: int) -> Plan:
    """Return a plan with creations, renames and disabled people."""

    def one(number: int) -> Change:
        label, name = f"Person {number:06d}", f"person{number:06d}"
        if number % 3 == 0:
            return create_user(str(number), label, {"userName": name}, Message("not-in-aws-yet", members=0))
        if number % 3 == 1:
            before, after = {"userName": f"{name}@a.example"}, {"userName": f"{name}@b.example"}
            return update_user(str(number), label, f"t{number}", before, after, recorded("1 attribute differs"))
        return disable_user(str(number), label, f"t{number}", recorded("No longer in scope"))

    return plan_with(changes=tuple(map(one, range(changes))))


class Bench:
    """A shown view of one plan."""

    def __init__(self, app: QApplication, changes: int) -> None:
        self._app = app
        self.plan = plan_of(changes)
        began = time.process_time()
        self.rows = PlanRows(self.plan)
        self.rows_seconds = time.process_time() - began
        self.view = PlanView()
        self.view.resize(824, 560)
        self.view.show()
        self.open()
        self.settle()

    def open(self) -> None:
        """Show the plan."""
        self.view.show_plan(self.plan, self.rows, dict)

    def settle(self) -> None:
        """Lay out and paint."""
        for _turn in range(3):
            self._app.processEvents()

    def actions(self) -> dict[str, Callable[[], object]]:
        """Return what a person does, by name."""
        table, view = self.view.table, self.view
        return {
            "open": self.open,
            "filter kind": lambda: view.strips["people"].chosen.emit("disable"),
            "clear kind": lambda: view.strips["people"].chosen.emit(""),
            "filter effect": lambda: view.show_effects(frozenset({Effect.RENAMED})),
            "clear effect": lambda: view.show_effects(frozenset()),
            "search": lambda: self._search("person 0019"),
            "clear search": lambda: self._search(""),
            "sort": lambda: table.sortByColumn(1, Qt.SortOrder.DescendingOrder),
            "unsort": lambda: table.sortByColumn(-1, Qt.SortOrder.AscendingOrder),
            "scroll": table.scrollToBottom,
            "open a change": lambda: table.plan.set_open(0, True),
            "close a change": lambda: table.plan.set_open(0, False),
        }

    def _search(self, text: str) -> None:
        self.view.search.setText(text)
        self.view.search.searched.emit(text)


def measure_plan(changes: int = CHANGES) -> WindowFigures:
    """Open, filter, sort and clear."""
    app = QApplication(sys.argv[:1])
    use_desktop_formats()
    apply_theme(app, "light")
    benches = Bench(app, min(SMALL, changes)), Bench(app, changes)
    figures = WindowFigures(changes, benches[1].rows_seconds)
    times: dict[str, tuple[list[float], list[float]]] = {}
    asked = [0]
    plain = PlanModel.data

    def counted(self: PlanModel, *arguments: object) -> object:
        asked[0] += 1
        return plain(self, *arguments)  # type: ignore[arg-type]

    PlanModel.data = counted  # type: ignore[assignment, method-assign]
    for _turn in range(TURNS):
        for name in benches[0].actions():
            for side, bench in enumerate(benches):
                asked[0] = 0
                began = time.perf_counter()
                bench.actions()[name]()
                bench.settle()
                times.setdefault(name, ([], []))[side].append((time.perf_counter() - began) * 1000)
                if side:
                    figures.cells[name] = max(figures.cells.get(name, 0), asked[0])
    for name, (small, large) in times.items():
        figures.milliseconds[name] = round(statistics.median(large), 1)
        figures.most_milliseconds[name] = round(max(large), 1)
        figures.ratio[name] = round(statistics.median(large) / statistics.median(small), 2)
    return figures


if __name__ == "__main__":
    which, *numbers = sys.argv[1], *map(int, sys.argv[2:])
    collect_in_small_steps()  # as the program does
    print(json.dumps(asdict({"plan": measure_plan}[which](*numbers)), indent=1))
