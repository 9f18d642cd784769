"""What a run came to, as title, text and tone of a message."""

from typing import TYPE_CHECKING

from wizard import messages
from wizard.flow.runs.texts import done_in_words
from wizard.ui.theme.colors import Tone

if TYPE_CHECKING:
    from wizard.provisioning.report import RunReport


def ending_words(report: "RunReport") -> tuple[str, str, Tone]:
    """Title, text, tone."""
    told = counts_in_words(report)
    if report.message is not None:
        advice = messages.advice(report.message)
        text = f"{advice} {told} What is done stays done; the next run takes up the rest."
        return messages.title(report.message), text.strip(), "bad"
    if report.ending == "cancelled":
        return "The run was stopped", f"{told} What is done stays done; the next run takes up the rest.", "warn"
    if report.failed:
        title = "One needs a look" if report.failed == 1 else f"{report.failed:,} need a look"
        return title, f"{told} Each has its cause and an advice in the report.", "warn"
    return "Everything is done", told, "ok"


def counts_in_words(report: "RunReport") -> str:
    """What is done, skipped and failed, and what nobody knows of."""
    told = done_in_words(report.as_json())
    if not report.unknown:
        return told
    whom = "One was sent" if report.unknown == 1 else f"{report.unknown:,} were sent"
    return f"{told} {whom} without an answer; the next run looks first."
