"""How texts are written so that they can be translated: whole sentences in literals, translated where they are shown."""

import ast
import gettext
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wizard.messages import translation
from wizard.messages.translation import system_languages

ROOT = Path(__file__).resolve().parents[2]
TRANSLATE = {"_": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
"""Functions that translate -> how many texts they take."""
MARK = {"N_": 1, "Nn_": 2, "Np_": 2, "Npn_": 3}
SHOWS = ("ui", "cli", "flow", "messages")
"""The packages whose words a person reads."""
OF_DATA = ("wizard/messages/attribute_names.py",)
"""Changes letters of names from the directory, not of texts."""
LETTERS = re.compile(r"[^\W\d_]{2}")


def name_of(node: ast.AST) -> str:
    """The name of the called function, "" = no call of a plain name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def is_translated(node: ast.AST) -> bool:
    """`_("…")` or `_("…").format(…)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        node = node.func.value
    return name_of(node) in TRANSLATE


def too_early(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that are translated while a module or class is created, before the language is chosen."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if name_of(node) in TRANSLATE:
            yield node.lineno, "is translated before the language is chosen: N_ here, _ where it is shown"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            waiting += ast.iter_child_nodes(node)


def no_literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts that no translator gets, because they are put together before they are translated."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        count = TRANSLATE.get(name_of(node), MARK.get(name_of(node), 0))
        for text in node.args[:count]:
            literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
            if not literal and not (name_of(node) in TRANSLATE and is_marked(text)):
                yield node.lineno, "takes no literal: only the sentence in quotes is extracted"
            if literal and any(
                field is not None and not field.isidentifier() for _, field, _, _ in fields_of(text.value)
            ):
                yield node.lineno, "has a placeholder without a name"


def is_marked(text: ast.AST) -> bool:
    """Whether a text may have been marked where it was written: a name, a row of a table, or a choice of these."""
    if isinstance(text, ast.IfExp):
        return is_marked(text.body) and is_marked(text.orelse)
    if isinstance(text, ast.Call):
        return name_of(text) in MARK or (isinstance(text.func, ast.Attribute) and text.func.attr == "get")
    return isinstance(text, ast.Name | ast.Attribute | ast.Subscript | ast.Starred)


def fields_of(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """The placeholders of a text; a part of a value such as {why.title} counts by its first name."""
    return [
        (literal, field.partition(".")[0] if field is not None else None, specification, conversion)
        for literal, field, specification, conversion in string.Formatter().parse(text)
    ]


def joined(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Sentences put together from translated parts: other languages have another order."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add)
            and (is_translated(node.left) or is_translated(node.right))
        ):
            yield node.lineno, "adds to a translated text: one sentence with placeholders"
        if isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
            words = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if any(is_translated(part.value) for part in parts) and words.strip(" \n*[]"):
                yield node.lineno, "puts a translated text into another: one sentence with placeholders"


def has_words(node: ast.AST) -> bool:
    """Whether a text a person reads is made here."""
    return any(
        is_translated(part)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str) and LETTERS.search(part.value))
        for part in ast.walk(node)
    )


def by_hand(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Plurals and letters made by rules of English."""
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp) and isinstance(node.test, ast.Compare):
            right = node.test.comparators[0]
            one = isinstance(right, ast.Constant) and right.value == 1 and type(right.value) is int
            ending = any(is_ending(part) for part in (node.body, node.orelse))
            if one and (ending or (is_words(node.body) and is_words(node.orelse))):
                yield node.lineno, "makes a plural by hand: ngettext"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            first = isinstance(of, ast.Subscript) and ast.unparse(of.slice) in (":1", "0")
            if (node.func.attr in ("lower", "upper") and first) or node.func.attr == "capitalize":
                yield node.lineno, "changes the first letter: write both texts"


def is_ending(node: ast.AST) -> bool:
    """The ending of a plural: "s", "ies"."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(re.fullmatch("[a-z]{1,3}", node.value))
    )


def is_words(node: ast.AST) -> bool:
    """A literal with words, or a translated text."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return has_words(node)
    return is_translated(node)


SHOW_FIRST = frozenset({
    "MessageAction", "Paragraph", "change_text", "flat", "heading", "label", "notify", "primary", "say", "secondary",
    "setAccessibleDescription", "setAccessibleName", "setPlaceholderText", "setText", "setToolTip", "setWindowTitle",
    "set_sentence", "show_message", "small", "title_fact",
})  # fmt: skip
"""Calls that show their first text to a person (`show_message` its second)."""
SEVERAL_WORDS = re.compile(r"[a-z] [a-z]{2}")
"""Words of a sentence; names of products and operators have capitals."""


def untranslated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals that a person reads in English only, and sentences joined with a space, which Japanese does not have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            for shown in node.args[: 2 if name == "show_message" else 1] if name in SHOW_FIRST else ():
                parts = shown.values if isinstance(shown, ast.JoinedStr) else [shown]
                literals = [part.value for part in parts if isinstance(part, ast.Constant)]
                if any(isinstance(text, str) and SEVERAL_WORDS.search(text) for text in literals):
                    yield node.lineno, "shows a text that is not translated"
        if isinstance(node, ast.JoinedStr) and any(
            isinstance(part, ast.Constant) and part.value == ". " for part in node.values
        ):
            yield node.lineno, "joins two sentences: sentences()"


Rule = Callable[[ast.AST], Iterator[tuple[int, str]]]
EVERYWHERE: tuple[Rule, ...] = (too_early, no_literals, joined)


def faults() -> Iterator[str]:
    for path in sorted((ROOT / "wizard").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        shown = place.split("/")[1] in SHOWS and place not in OF_DATA
        for rule in (*EVERYWHERE, by_hand, untranslated) if shown else EVERYWHERE:
            yield from (f"{place}:{line} {words}" for line, words in rule(tree))


def test_texts_are_written_so_that_they_can_be_translated() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (too_early, "TITLE = _('People')"),
        (too_early, "class Page:\n    title = ngettext('a', 'b', 2)"),
        (too_early, "def show(title=_('People')): ..."),
        (no_literals, "def f(): return _(f'{n} people')"),
        (no_literals, "def f(): return _('a' + 'b')"),
        (no_literals, "X = N_('a {}')"),
        (joined, "def f(): return _('a') + name"),
        (joined, "def f(): return f'{_(name)}: {value}'"),
        (by_hand, "def f(): return 'person' if n == 1 else 'people'"),
        (by_hand, "def f(): return 'row' + ('s' if n != 1 else '')"),
        (by_hand, "def f(): return title[:1].lower() + title[1:]"),
        (untranslated, "shell.notify('Your edits were applied.')"),
        (untranslated, "shell.notify(f'The job could not be saved: {reason}')"),
        (untranslated, "page.show_message('info', 'Nothing to show', text)"),
        (untranslated, "f'{title}. {advice}'"),
    ],
)
def test_what_cannot_be_translated_is_found(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code)))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (too_early, "TITLE = N_('People')\ndef f(): return _(TITLE)"),
        (too_early, "TITLE = Np_('count', 'Failed')\ndef f(): return _(TITLE)"),
        (too_early, "ROWS = {'a': lambda: _('People')}"),
        (no_literals, "def f(): return _('{n:,} of {why.title}').format(n=1)"),
        (joined, "def f(): return f'**{_(name)}**\\n{_(text)}'"),
        (by_hand, "def f(): return 0 if n == 1 else 2"),
    ],
)
def test_what_can_be_translated_is_no_fault(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code))) == []


@pytest.mark.parametrize(
    ("environ", "languages"),
    [
        ({}, ["en"]),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, ["en"]),
        ({"LANG": "de_AT.UTF-8"}, ["", "de_AT.UTF-8"]),
        ({"LANG": "de_AT.UTF-8", "LANGUAGE": "fr:en"}, ["fr", "en", "de_AT.UTF-8"]),
        ({"LANG": "de_DE", "LC_ALL": "POSIX"}, ["en"]),
    ],
)
def test_the_languages_the_environment_asks_for(environ: dict[str, str], languages: list[str]) -> None:
    assert list(system_languages(environ.get)) == languages


@pytest.mark.parametrize("wanted", ["", "xx", "../../etc", "C", "en_US.UTF-8"])
def test_without_a_catalogue_texts_are_english(wanted: str) -> None:
    assert translation.use_language(None, [wanted]) == "en"
    assert translation.current_language() == "en"


def test_a_marked_text_keeps_its_context() -> None:
    marked = translation.Np_("count", "Failed")
    assert translation._(marked) == "Failed"

    class German(gettext.NullTranslations):
        def pgettext(self, context: str, message: str) -> str:
            return {("count", "Failed"): "Fehlgeschlagene"}[context, message]

    before = translation._translations
    translation.use_translations(German(), "de")
    try:
        assert translation._(marked) == "Fehlgeschlagene"
    finally:
        translation.use_translations(before, "en")
