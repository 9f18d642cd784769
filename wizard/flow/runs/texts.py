"""Numbers of a recorded run, and the words for them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import RECORDED_TEXT, Message
from wizard.messages import Noun, counted, listed

if TYPE_CHECKING:
    from wizard.provisioning.plan import Plan
    from wizard.storage.log_pages import Cause


def count_of(counts: object, kind: str, *names: str) -> int:
    """A number out of a report's counts as the journal keeps them; 0 where it is not there."""
    inner = counts.get(kind) if isinstance(counts, dict) else None
    if not isinstance(inner, dict):
        return 0
    return sum(int(inner.get(name, 0)) for name in names)


def outcome_of(counts: object) -> tuple[int, int, int]:
    """(done, skipped, failed) of one run's counts, people and groups and memberships together."""
    done = sum(count_of(counts, kind, "created", "updated", "disabled", "deleted") for kind in ("users", "groups"))
    done += count_of(counts, "memberships", "added", "removed")
    skipped = sum(count_of(counts, kind, "skipped") for kind in ("users", "groups"))
    failed = sum(count_of(counts, kind, "failed") for kind in ("users", "groups"))
    return done, skipped, failed


def purpose_of(planned: object) -> str:
    """What a run was for, of what the journal keeps of its plan: "" = everyone, "retry", "on-demand"."""
    return str(planned.get("purpose", "")) if isinstance(planned, dict) else ""


def matching_statuses(choice: str) -> Sequence[str]:
    """Statuses behind the switch All, Failed, Skipped, Warnings; none = all."""
    return {"failed": ("failure",), "skipped": ("skipped",), "warnings": ("warning",)}.get(choice, ())


def done_in_words(counts: object) -> str:
    """ "51 people and 8 groups created, 105 memberships added; 61 skipped, 14 failed.", of a run's counts."""
    done = []
    for outcome in ("created", "updated", "disabled", "deleted"):
        of_kinds = (
            (count_of(counts, "users", outcome), Noun.PERSON),
            (count_of(counts, "groups", outcome), Noun.GROUP),
        )
        objects = [counted(number, noun) for number, noun in of_kinds if number]
        done += [f"{listed(objects)} {outcome}"] if objects else []
    for outcome in ("added", "removed"):
        number = count_of(counts, "memberships", outcome)
        done += [f"{counted(number, Noun.MEMBERSHIP)} {outcome}"] if number else []
    _, skipped, failed = outcome_of(counts)
    rest = [f"{number:,} {word}" for number, word in ((skipped, "skipped"), (failed, "failed")) if number]
    whole = ", ".join(done) or "Nothing was changed"
    return f"{whole}; {', '.join(rest)}." if rest else f"{whole}."


_BEGIN_WITH_NAMES = frozenset({"attributes-changed", "object-rejected", RECORDED_TEXT})
"""Codes whose titles may begin with the name of an attribute as AWS writes it."""


def heading(message: Message) -> str:
    """The title of a log row's message, as a heading: with a capital, unless it begins with an attribute."""
    title = messages.title(message)
    return title if message.code in _BEGIN_WITH_NAMES else f"{title[:1].upper()}{title[1:]}"


_OF_ONE_PERSON = {
    "take-over": "Account already exists in AWS",
    "inherited": "Account belonged to someone who left",
    "name-of-others": "Name is already taken in AWS",
}
"""Codes whose titles name a person: what they have in common."""


def cause_words(cause: "Cause") -> str:
    """A cause as the filter of the log names it, with the number of rows: "Title is too long (4)"."""
    words = _OF_ONE_PERSON.get(cause.row.message.code) or heading(cause.row.message)
    return f"{words} ({cause.count:,})"


def foreign_of(plan: "Plan") -> dict[str, object] | None:
    """How many people and groups in AWS the job does not provision; None = a plan for some only."""
    if plan.purpose:
        return None
    note = next((note for note in plan.notes if note.code == "foreign-objects"), None)
    return dict(note.args) if note is not None else {"people": 0, "groups": 0}


def foreign_in_words(foreign: object) -> str:
    """`foreign_of` as text: "12 people and 1 group", "nobody"; "" = not known. An earlier version stored the text."""
    if not isinstance(foreign, dict):
        return foreign if isinstance(foreign, str) else ""
    counts = ((foreign.get("people"), Noun.PERSON), (foreign.get("groups"), Noun.GROUP))
    return " and ".join(counted(number, noun) for number, noun in counts if number) or "nobody"


def last_foreign(planned: Sequence[object]) -> str:
    """`foreign_in_words` of the newest run that knows it; the newest run is first. "" = not known."""
    texts = (foreign_in_words(plan.get("foreign")) for plan in planned if isinstance(plan, dict))
    return next(filter(None, texts), "")
