"""From a message to what a person reads."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from typing import Protocol

from wizard.errors import RECORDED_TEXT, Argument, Message
from wizard.messages.formats import NoText
from wizard.messages.row import Nested, Rendered, Row, Rows, Text, sentences
from wizard.messages.translation import _, pgettext


@cache
def _table() -> Rows:
    from wizard.messages.table import TABLE  # a dozen modules, and the first window shows no message

    return TABLE


class HasMessage(Protocol):
    """An error, a note, a log row: anything with a message."""

    @property
    def message(self) -> Message:
        """What it says."""


def title(of: Message | HasMessage) -> str:
    """What happened, one line without a full stop."""
    return _text(of).title


def advice(of: Message | HasMessage) -> str:
    """Why and what to do, whole sentences; "" where the title says it all."""
    return _text(of).advice


def accept(of: Message | HasMessage) -> str:
    """The label of the check box that confirms a warning."""
    return _text(of).accept


def sentence(of: Message | HasMessage) -> str:
    """The title as a sentence, with its full stop."""
    return as_sentence(title(of))


def text(of: Message | HasMessage) -> str:
    """Title and advice as one text."""
    return _joined(_text(of))


def codes_with(part: str) -> Iterable[str]:
    """Codes whose templates contain this text, in any case: how a search in stored messages finds them."""
    wanted = part.lower()
    for code, row in _table().items():
        if any(wanted in _(template).lower() for template in _templates(row)):
            yield code


def _templates(row: Row) -> Iterable[str]:
    if isinstance(row, Text):
        return filter(None, (row.title, row.advice))
    # A function writes its templates out: they are its texts of several words.
    return (text for text in row.__code__.co_consts if isinstance(text, str) and " " in text)


_ENDS = (".", "!", "?", "…", "。", "！", "？")
"""How a sentence ends, in the languages of the catalogues."""


def as_sentence(title: str) -> str:
    """A text with a full stop, if it has no end yet."""
    return (
        title
        if not title or title.endswith(_ENDS)
        else pgettext("a title as a sentence", "{title}.").format(title=title)
    )


def _joined(said: Text) -> str:
    if not said.advice:
        return said.title
    return sentences(as_sentence(said.title), said.advice)


def _text(of: Message | HasMessage) -> Text:
    message = of if isinstance(of, Message) else of.message
    if message.code == RECORDED_TEXT:
        return Text(str(message.args.get("title", "")), str(message.args.get("advice", "")))
    row = _table().get(message.code)
    if row is None:  # written by a later version
        return Text(message.code)
    try:
        said = _filled(row, {name: _rendered(value) for name, value in message.args.items()})
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        # Stored by another version, with other arguments.
        return Text(message.code)
    if not (said.command and _in_command.get()):
        return said
    if said.advice:
        return replace(said, advice=sentences(said.advice, said.command))
    return replace(said, title=sentences(as_sentence(said.title), said.command))


_in_command: ContextVar[bool] = ContextVar("in_command", default=False)


@contextmanager
def for_commands() -> Iterator[None]:
    """Let advice name options of commands too."""
    before = _in_command.set(True)
    try:
        yield
    finally:
        _in_command.reset(before)


def _filled(row: Row, args: dict[str, Rendered]) -> Text:
    if not isinstance(row, Text):
        said = row(**{name: NoText() if value == "" else value for name, value in args.items()})
        return Text(*map(str, _parts(said)))  # plain texts, where one is `Nested`
    return Text(*(_filled_template(_(part), args) if part else "" for part in _parts(row)))


def _filled_template(template: str, args: Mapping[str, Rendered]) -> str:
    """Fill in the arguments; an empty one that is a sentence of its own is left out."""
    empty = {name: NoText() for name, value in args.items() if value is None or value == ""}
    if not empty:
        return template.format(**args)
    for name in empty:
        template = _alone(name).sub("", template).strip()
    return template.format(**{**args, **empty})


@cache
def _alone(name: str) -> re.Pattern[str]:
    """Where a placeholder is a whole sentence; the answer of a server brings its own full stop."""
    ends = r"\.(?=\s|$)|。|$" + (r"|(?=\s)" if name == "answer" else "")
    return re.compile(r"(?:^|(?<=[.!?。！？]))\s*\{" + re.escape(name) + r"\}(?:" + ends + ")")


def _parts(text: Text) -> tuple[str, str, str, str]:
    return text.title, text.advice, text.accept, text.command


def _rendered(value: Argument) -> Rendered:
    if isinstance(value, Message):
        said = _text(value)
        return Nested(_joined(said), said.title, said.advice)
    return tuple(_rendered(each) for each in value) if isinstance(value, tuple) else value
