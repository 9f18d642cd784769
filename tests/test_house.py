"""Rules of the code base: docstrings, short functions, small packages, one page per step, a light start."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "wizard").rglob("*.py"))
HEAVY = (
    "anyio", "httpx", "keyring", "openpyxl", "msgspec", "regex", "starlette", "uvicorn", "truststore", "lark", "msal",
    "cryptography", "wizard.ui.about", "wizard.flow.support.about",
)  # fmt: skip


LONGEST_FUNCTION = 60
MOST_MODULES = 20


TOP = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "docs",
    "packaging",
    "pyproject.toml",
    "resources",
    "tests",
    "wizard",
}


def test_the_top_level_holds_nothing_else() -> None:
    """A file that a mistyped command wrote there would be shipped with the sources."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:  # else this is no work tree
        names = {name.split("/")[0] for name in listed.stdout.split("\0") if name}
        assert {name for name in names if not name.startswith(".")} == TOP


def test_the_rules_have_something_to_check() -> None:
    assert len(MODULES) > 50


def test_modules_say_what_they_are_and_functions_are_short() -> None:
    faults = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        place = path.relative_to(ROOT).as_posix()
        if text.strip() and not ast.get_docstring(tree):
            faults.append(f"{place}: no module docstring")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno > LONGEST_FUNCTION:
                    faults.append(f"{place}:{node.lineno}: {node.name} is longer than {LONGEST_FUNCTION} lines")
    assert faults == []


def test_a_package_holds_at_most_twenty_modules() -> None:
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in MODULES if path.name != "__init__.py")
    assert {name: n for name, n in counts.items() if n > MOST_MODULES} == {}


def test_a_page_imports_no_other_page() -> None:
    faults = []
    pages = ROOT / "wizard" / "ui" / "pages"
    for path in sorted(pages.glob("*/**/*.py")):
        step = path.relative_to(pages).parts[0]
        imported = re.findall(r"from wizard\.ui\.pages\.(\w+)", path.read_text(encoding="utf-8"))
        faults += [
            f"{path.relative_to(ROOT)} imports {other}" for other in imported if other not in (step, "shared")
        ]
    assert faults == []


def test_every_step_has_its_page() -> None:
    from wizard.flow.steps.steps import STEPS
    from wizard.ui.pages import page_class

    assert all(page_class(step.id).step_id == step.id for step in STEPS)


def imported_by(code: str, names: tuple[str, ...]) -> str:
    """Which of these modules a new Python has after this code, as the text of a list."""
    code += f"\nimport sys\nprint([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.strip()


def test_the_first_window_waits_for_nothing_heavy() -> None:
    code = (
        "import wizard.app, wizard.ui.app, wizard.ui.controller\n"
        "from wizard.flow.steps.session import Session\nfrom wizard.flow.steps.steps import STEPS\n"
        "from wizard.ui.pages import page_class\n[page_class(step.id) for step in STEPS]\n"
        "[step.problems(Session()) for step in STEPS]"
    )
    assert imported_by(code, HEAVY) == "[]"


def test_the_empty_window_is_visible_before_its_contents_are_imported() -> None:
    later = (
        "wizard.mapping",
        "wizard.provisioning",
        "wizard.sources",
        "wizard.ui.pages",
        "wizard.ui.controller",
    )
    assert imported_by("import wizard.app, wizard.ui.app", later) == "[]"


def test_nothing_weakens_tls_or_follows_redirects() -> None:
    weak = re.compile(r"verify\s*=\s*False|CERT_NONE|follow_redirects\s*=\s*True|check_hostname\s*=\s*False")
    assert [str(p) for p in MODULES if weak.search(p.read_text(encoding="utf-8"))] == []


def clock_names(function: ast.AST) -> set[str]:
    """The names in a function that hold a clock's answer or something worked out from one."""
    names: set[str] = set()
    while True:
        found = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and reads_clock(node.value, names)
            for target in ast.walk(ast.Tuple(node.targets))
            if isinstance(target, ast.Name)
        }
        if found <= names:
            return names
        names |= found


def reads_clock(expression: ast.AST, names: set[str]) -> bool:
    clocks = ("perf_counter", "monotonic", "thread_time", "process_time", "time", "current_time")
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id in names:
            return True
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called.removesuffix("_ns") in clocks:
                return True
    return False


def upper_limits(comparison: ast.Compare, names: set[str]) -> bool:
    """Whether something is to be smaller than something else and a clock is asked on the smaller side."""
    sides = [comparison.left, *comparison.comparators]
    for left, operator, right in zip(sides[:-1], comparison.ops, sides[1:], strict=True):
        smaller = left if isinstance(operator, ast.Lt | ast.LtE) else right
        if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and reads_clock(smaller, names):
            return True
    return False


def test_no_test_sets_an_upper_limit_in_seconds() -> None:
    """A busy machine breaks it: count the work (tests/work.py), or compare two of a kind in tests/benchmarks."""
    faults = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if "benchmarks" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                names = clock_names(function)
                faults += [
                    f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                    for asserted in ast.walk(function)
                    if isinstance(asserted, ast.Assert)
                    for node in ast.walk(asserted)
                    if isinstance(node, ast.Compare) and upper_limits(node, names)
                ]
    assert faults == []


def test_pyside_keeps_the_reference_counts_of_its_constants(qtbot: object) -> None:
    """PySide6 6.12.0 takes one reference to None or True per call on Python 3.11, until the process aborts."""
    from PySide6.QtCore import QObject, Signal
    from PySide6.QtWidgets import QLabel

    class Sender(QObject):
        sent = Signal(bool)

    sender, label = Sender(), QLabel()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for number in range(100):
        sender.sent.emit(True)
        label.setText(str(number))
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert before[0] - after[0] < 50
    assert before[1] - after[1] < 50
