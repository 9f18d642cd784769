"""One question that a source or the target asks, as a value a form can be drawn from."""

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    FILE = "file"
    CHOICE = "choice"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Field:
    """One question."""

    name: str
    """Key of the answer; also the control's object name."""
    label: str
    """What stands above the control."""
    kind: FieldKind = FieldKind.TEXT
    hint: str = ""
    """One sentence below the control."""
    required: bool = True
    filters: str = ""
    """For a file: the dialog's patterns, as `People (*.csv *.xlsx);;All files (*)`."""
    choices: tuple[tuple[str, str], ...] = ()
    """For a choice: (value, label)."""
