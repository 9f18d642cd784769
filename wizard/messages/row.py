"""The shape of a row in the table of messages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from wizard.messages.translation import _, pgettext


@dataclass(frozen=True, slots=True)
class Text:
    """What a person reads of one message."""

    title: str
    """What happened, one line without a full stop; or the whole sentence where there is no advice."""
    advice: str = ""
    """Why, and what to do: whole sentences."""
    accept: str = ""
    """For a warning to confirm: the label of its check box."""
    command: str = ""
    """The remedy on the command line: one more sentence where a command shows the message, never in the window."""


Row = Text | Callable[..., Text]
"""Templates with the arguments as placeholders (`{limit}`, `{count:,}`), or a function of the arguments."""

Rows = dict[str, Row]


class Nested(str):
    """The whole text of a message inside another; `title` and `advice` are its parts (`{why.title}` in a template)."""

    title: str  # type: ignore[assignment]
    advice: str

    def __new__(cls, text: str, title: str, advice: str) -> "Nested":
        """The text of a message, with its two parts."""
        nested = super().__new__(cls, text)
        nested.title, nested.advice = title, advice
        return nested


Rendered = Any
"""An argument as a template or a row's function gets it: a nested message is `Nested`."""


def sentences(*parts: str | None) -> str:
    """Sentences one after the other, without those that are empty."""
    both = pgettext("two sentences", "{first} {second}")  # Japanese has no space between them
    said = [part for part in parts if part]
    return reduce(lambda first, second: both.format(first=first, second=second), said) if said else ""


def as_sentence(title: str) -> str:
    """A title as a sentence, with a full stop unless it ends with one; "" = there is none."""
    return title if not title or title.endswith((".", "!", "?", "。")) else _("{sentence}.").format(sentence=title)


def quoted(text: str) -> str:
    """A name in quotation marks: “Staff”."""
    return _("“{text}”").format(text=text)
