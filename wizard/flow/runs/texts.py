"""Numbers of a recorded run, and the words for them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import Message
from wizard.messages import Noun, counted
from wizard.messages.formats import comma_list
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _, ngettext

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
    """Statuses behind the switch All, Failed, Skipped, Warnings, Held; none = all."""
    return {"failed": ("failure",), "skipped": ("skipped",), "warnings": ("warning",), "held": ("held",)}.get(
        choice, ()
    )


def done_in_words(counts: object, *, with_rest: bool = True) -> str:
    """ "51 people and 8 groups created, 105 memberships added. 61 skipped, 14 failed.", of a run's counts.

    with_rest: also what was skipped and what failed.
    """
    done = [words for outcome in OUTCOMES if (words := _outcome_in_words(counts, outcome))]
    added, removed = count_of(counts, "memberships", "added"), count_of(counts, "memberships", "removed")
    if added:
        done.append(ngettext("{n:,} membership added", "{n:,} memberships added", added).format(n=added))
    if removed:
        done.append(ngettext("{n:,} membership removed", "{n:,} memberships removed", removed).format(n=removed))
    whole = as_sentence(comma_list(done)) if done else _("Nothing was changed.")
    _done, skipped, failed = outcome_of(counts)
    if not with_rest or not (skipped or failed):
        return whole
    rest = [ngettext("{n:,} skipped", "{n:,} skipped", skipped).format(n=skipped)] if skipped else []
    rest += [ngettext("{n:,} failed", "{n:,} failed", failed).format(n=failed)] if failed else []
    return sentences(whole, as_sentence(comma_list(rest)))


OUTCOMES = ("created", "updated", "disabled", "deleted")


def _outcome_in_words(counts: object, outcome: str) -> str:
    """ "51 people and 8 groups created"; "" = none."""
    people, groups = count_of(counts, "users", outcome), count_of(counts, "groups", outcome)
    if not people and not groups:
        return ""
    if people and groups:
        both = {
            "created": _("{people} and {groups} created"),
            "updated": _("{people} and {groups} updated"),
            "disabled": _("{people} and {groups} disabled"),
            "deleted": _("{people} and {groups} deleted"),
        }[outcome]
        return both.format(people=counted(people, Noun.PERSON), groups=counted(groups, Noun.GROUP))
    if people:
        return {
            "created": ngettext("{n:,} person created", "{n:,} people created", people),
            "updated": ngettext("{n:,} person updated", "{n:,} people updated", people),
            "disabled": ngettext("{n:,} person disabled", "{n:,} people disabled", people),
            "deleted": ngettext("{n:,} person deleted", "{n:,} people deleted", people),
        }[outcome].format(n=people)
    return {
        "created": ngettext("{n:,} group created", "{n:,} groups created", groups),
        "updated": ngettext("{n:,} group updated", "{n:,} groups updated", groups),
        "disabled": ngettext("{n:,} group disabled", "{n:,} groups disabled", groups),
        "deleted": ngettext("{n:,} group deleted", "{n:,} groups deleted", groups),
    }[outcome].format(n=groups)


def attention_in_words(counts: object) -> str:
    """ "12 people need attention", of a run's counts."""
    people, groups = count_of(counts, "users", "failed"), count_of(counts, "groups", "failed")
    if people and groups:
        both = ngettext(
            "{n:,} person or group needs attention", "{n:,} people and groups need attention", people + groups
        )
        return both.format(n=people + groups)
    if groups:
        return ngettext("{n:,} group needs attention", "{n:,} groups need attention", groups).format(n=groups)
    return ngettext("{n:,} person needs attention", "{n:,} people need attention", people).format(n=people)


_OF_ONE_PERSON = {
    "take-over": N_("Account already exists in AWS"),
    "inherited": N_("Account belonged to someone who left"),
    "name-of-others": N_("Name is already taken in AWS"),
}
"""Codes whose titles name a person: what they have in common."""


def short_title(message: Message) -> str:
    """The title of a message, without the person that it names where the person is known from elsewhere."""
    common = _OF_ONE_PERSON.get(message.code)
    return _(common) if common else messages.title(message)


def cause_words(cause: "Cause") -> str:
    """A cause as the filter of the log names it, with the number of rows: "Title is too long (4)"."""
    return _("{cause} ({n:,})").format(cause=short_title(cause.row.message), n=cause.count)


def foreign_of(plan: "Plan") -> dict[str, object] | None:
    """How many people and groups in AWS the job does not provision; None = a plan for some only."""
    if plan.purpose:
        return None
    note = next((note for note in plan.notes if note.code == "foreign-objects"), None)
    return dict(note.args) if note is not None else {"people": 0, "groups": 0}


def foreign_in_words(foreign: object) -> str:
    """`foreign_of` as text: "12 people and 1 group", "0"; "" = not known. An earlier version stored the text."""
    if not isinstance(foreign, dict):
        text = foreign if isinstance(foreign, str) else ""
        return "0" if text == "nobody" else text
    people, groups = int(foreign.get("people") or 0), int(foreign.get("groups") or 0)
    if people and groups:
        both = _("{people} and {groups}")
        return both.format(people=counted(people, Noun.PERSON), groups=counted(groups, Noun.GROUP))
    if groups:
        return counted(groups, Noun.GROUP)
    return counted(people, Noun.PERSON) if people else "0"


def last_foreign(planned: Sequence[object]) -> str:
    """`foreign_in_words` of the newest run that knows it; the newest run is first. "" = not known."""
    texts = (foreign_in_words(plan.get("foreign")) for plan in planned if isinstance(plan, dict))
    return next(filter(None, texts), "")
