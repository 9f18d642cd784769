"""A plan for some objects only: those that failed last time, or the one provisioned on demand."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.names import name_key
from wizard.provisioning.change import Action, Change
from wizard.provisioning.order import waits
from wizard.provisioning.plan import Plan
from wizard.scim.resource import MANAGER, Known, Planned, Reference

ObjectKey = tuple[ObjectKind, str]
"""(kind, source id)."""
_NOTES: dict[str, tuple[Message, ...]] = {
    "retry": (Message("failed-ones-only"),),
    "on-demand": (),
}


@dataclass(frozen=True, slots=True)
class Only:
    """The objects a plan is about; all others wait for the next whole run."""

    purpose: Literal["retry", "on-demand"]
    keys: frozenset[ObjectKey]
    labels: frozenset[ObjectKey] = frozenset()
    """(kind, folded label) of those whose row had no id when they failed."""

    def wants(self, kind: ObjectKind, source_id: str, label: str = "") -> bool:
        """Whether this object is one of them."""
        return (kind, source_id) in self.keys or (bool(label) and (kind, name_key(label)) in self.labels)


def some_of(changes: Sequence[Change], only: Only, sources: Mapping[str, str]) -> tuple[Change, ...]:
    """The changes about these objects, and those that must come first because they free a name one of them takes.

    Wanted people also join and leave groups that are not wanted themselves. `sources` is AWS id -> source id of people.
    """
    cut = [_cut(change, only, sources) for change in changes]
    made = {change.key for change in cut if change is not None and change.action is Action.CREATE}
    chosen = {
        place
        for place, change in enumerate(cut)
        if change is not None and not (change.is_membership and not change.target_id and change.key not in made)
    }
    graph = waits(changes)
    ahead = list(chosen)
    while ahead:
        for wait in graph[ahead.pop()]:
            if wait.why != "reference" and wait.on not in chosen:
                chosen.add(wait.on)
                ahead.append(wait.on)
    return tuple(cut[place] or changes[place] for place in sorted(chosen))


def _cut(change: Change, only: Only, sources: Mapping[str, str]) -> Change | None:
    """The change, or what of it is about these objects; None = nothing."""
    if only.wants(change.kind, change.source_id, change.label):
        return change
    if not change.is_membership:
        return None
    names = change.names or ("",) * len(change.members)
    pairs = [
        (member, name)
        for member, name in zip(change.members, names, strict=True)
        if only.wants("user", _source(member, sources), name)
    ]
    if not pairs:
        return None
    members, names = zip(*pairs, strict=True)
    return replace(change, members=members, names=names)


def _source(reference: Reference, sources: Mapping[str, str]) -> str:
    return sources.get(reference.id, "") if isinstance(reference, Known) else reference.source_id


def narrowed(plan: Plan, only: Only, linked: Collection[ObjectKey], names: Mapping[str, str]) -> Plan:
    """The plan reduced to these objects. `linked` are the keys known before: no other object is taken over.

    `names` is source id -> label.
    """
    labels = {change.label for change in plan.changes}
    return replace(
        plan,
        purpose=only.purpose,
        skipped=tuple(one for one in plan.skipped if only.wants(one.kind, one.source_id, one.label)),
        rejected=tuple(one for one in plan.rejected if only.wants(one.kind, one.source_id, one.label)),
        held_back=tuple(one for one in plan.held_back if only.wants(one.kind, one.source_id, one.label)),
        notes=_NOTES[only.purpose],
        links=tuple(
            link
            for link in plan.links
            if (link.kind, link.source_id) in linked or only.wants(link.kind, link.source_id, link.label)
        ),
        gone=tuple(link for link in plan.gone if only.wants(link.kind, link.source_id, link.label)),
        names=tuple((one, names[one]) for one in _referred_to(plan.changes) if one in names),
        warnings=tuple(warning for warning in plan.warnings if warning.label in labels),
    )


def _referred_to(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        for one in (*change.members, change.after.get(MANAGER)):
            if isinstance(one, Planned):
                yield one.source_id
