"""Every code in the program has one row, and the row's placeholders are the arguments given where the code is used."""

import ast
import inspect
import pkgutil
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import wizard.messages.rows
from wizard.errors import RECORDED_TEXT
from wizard.messages.row import Row, Text
from wizard.messages.table import TABLE

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SENTENCE = re.compile(r"\w[^\n]* [^\n]* [^\n]*\.$")
SHOWING = {"__main__", "app", "cli", "flow", "ui"}
"""The packages above messages."""
LABELS = {"wizard/aws/schema.py", "wizard/sources/catalogue.py"}
"""Modules with labels and hints of the interface."""
OUTSIDE = {"messages", "sandbox"}
"""Packages without messages: the table itself, and the sandbox, which imports nothing of the program."""


@dataclass(frozen=True)
class Module:
    """A parsed module of the program."""

    place: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.place.removesuffix(".py").split("/")[1]


@dataclass(frozen=True)
class Site:
    """A place where a message is made."""

    place: str
    code: str
    names: frozenset[str] | None
    """The names of the arguments; None where they are not written out."""


@cache
def modules() -> list[Module]:
    found = [
        Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / "wizard").rglob("*.py"))
    ]
    return [module for module in found if module.package not in OUTSIDE]


@cache
def error_classes() -> tuple[set[str], set[str]]:
    """Classes that take a code first: Message and the errors; and those with arguments of their own."""
    classes = [node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    errors = {"WizardError"}
    while (
        more := {node.name for node in classes for base in node.bases if getattr(base, "id", "") in errors}
        - errors
    ):
        errors |= more
    own = {
        node.name
        for node in classes
        if node.name in errors - {"WizardError"}
        and any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body)
    }
    return {"Message", *errors}, own


def made(module: Module) -> Iterator[ast.Call]:
    """The calls in a module that make a message from a code."""
    classes, own_arguments = error_classes()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
            called = node.func.value.func  # super().__init__("code", …) in an error
            if getattr(called, "id", "") == "super" and node.func.attr == "__init__":
                yield node
        elif getattr(node.func, "id", "") in classes - own_arguments:
            yield node


def literals(expression: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, as far as they are written out; f-strings with \\0 for their values."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        yield expression.value
    elif isinstance(expression, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in expression.values)
    elif isinstance(expression, ast.IfExp):
        yield from literals(expression.body)
        yield from literals(expression.orelse)


def first_texts() -> Iterator[tuple[Module, ast.Call, str]]:
    for module in modules():
        for call in made(module):
            for text in literals(call.args[0]) if call.args else ():
                yield module, call, text


@cache
def sites() -> list[Site]:
    found = []
    for module, call, text in first_texts():
        if CODE.fullmatch(text):
            names = frozenset(one.arg for one in call.keywords if one.arg is not None)
            written_out = all(one.arg is not None for one in call.keywords)
            found.append(Site(f"{module.place}:{call.lineno}", text, names if written_out else None))
    return found


def added_later() -> set[str]:
    """Arguments that `with_args` adds."""
    return {
        keyword.arg
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "with_args"
        for keyword in node.keywords
        if keyword.arg is not None
    }


def wanted(row: Row) -> tuple[set[str], set[str]]:
    """The arguments a row needs, and all it takes."""
    if isinstance(row, Text):
        templates = (row.title, row.advice, row.accept, row.command)
        fields = {field for text in templates for _, field, _, _ in string.Formatter().parse(text) if field}
        names = {re.split(r"[.\[]", field)[0] for field in fields}
        return names, names
    parameters = inspect.signature(row).parameters.values()
    return {one.name for one in parameters if one.default is one.empty}, {one.name for one in parameters}


def test_the_scan_finds_sites() -> None:
    assert {site.code for site in sites()} >= {"token-of-another-tenant", "slot-busy"}


def test_every_code_has_a_row() -> None:
    assert [site for site in sites() if site.code not in TABLE and site.code != RECORDED_TEXT] == []


def test_arguments_are_the_placeholders_of_the_row() -> None:
    later = added_later()
    faults = []
    for site in sites():
        if site.names is None or site.code not in TABLE:
            continue
        needed, taken = wanted(TABLE[site.code])
        if missing := needed - site.names - later:
            faults.append(f"{site.place}: {site.code} lacks {', '.join(sorted(missing))}")
        if unused := site.names - taken:
            faults.append(f"{site.place}: {site.code} does not show {', '.join(sorted(unused))}")
    assert faults == []


OF_COMMANDS_ONLY = {
    "certificate-missing",
    "client-id-missing",
    "column-without-attribute",
    "file-options-with-tenant",
    "home-below-a-file",
    "home-is-a-file",
    "home-of-another-user",
    "host-not-of-aws",
    "lock-not-possible",
    "members-file-with-tenant",
    "no-such-channel",
    "other-host-allowed",
    "schedule-accepts",
    "set-without-attribute",
    "setup-home-moves",
    "sign-on-without-metadata",
    "window-not-opened",
    "write-without-system",
}
"""Messages about options, of commands or before the window is there."""


def test_what_the_window_shows_names_no_option() -> None:
    named = {
        code
        for code, row in TABLE.items()
        if isinstance(row, Text) and re.search(r"--[a-z]", f"{row.title} {row.advice}")
    }
    assert named - OF_COMMANDS_ONLY == set()


def test_every_row_is_used() -> None:
    texts = {
        node.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(TABLE) - texts) == []


def test_no_code_has_two_rows() -> None:
    counts: Counter[str] = Counter()
    for info in pkgutil.iter_modules(wizard.messages.rows.__path__, "wizard.messages.rows."):
        source = Path(inspect.getfile(import_module(info.name))).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
                counts.update(
                    key.value
                    for key in node.value.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )
    assert [code for code, count in counts.items() if count > 1] == []
    assert set(TABLE) <= set(counts), "a module of rows is missing in the table, or a code is not written out"


def test_codes_are_words_in_lower_case_joined_by_hyphens() -> None:
    assert [code for code in TABLE if not CODE.fullmatch(code)] == []


def test_no_error_is_a_sentence() -> None:
    faults = [f"{module.place}:{call.lineno}: {text}" for module, call, text in first_texts() if " " in text]
    assert faults == []


def no_code(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, and what asserts and errors of Python say: no user reads them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Assert | ast.Raise):
            yield from ast.walk(node)


def test_no_sentence_is_stored_or_returned_below_messages() -> None:
    faults = []
    for module in modules():
        if module.package in SHOWING or module.place in LABELS:
            continue
        passed_over = set(no_code(module.tree))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and node not in passed_over:
                faults += [
                    f"{module.place}:{node.lineno}: {text}" for text in literals(node) if SENTENCE.match(text)
                ]
    assert faults == []
