"""What Preview shows of a plan, prepared for filtering, sorting and searching; made on a worker for a large plan."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from wizard import messages
from wizard.errors import Message
from wizard.flow.steps.fix import Fix, fix_of
from wizard.messages.translation import N_, Np_, _, pgettext
from wizard.names import same_name
from wizard.provisioning.change import Action, Change, differing, short_name, value_text
from wizard.provisioning.effects import Effect, effects, is_name, outcome
from wizard.provisioning.plan import HeldBack, Plan, Rejected
from wizard.ui.formats import sort_keys
from wizard.ui.theme.colors import Ink

Audience = Literal["all", "people", "groups"]
Kind = Literal["refused", "take-over", "create", "update", "disable", "delete", "members"]

KINDS: Mapping[Kind, tuple[str, str, Ink]] = {
    "refused": (Np_("change", "Rejected"), "alert-circle", "bad"),
    "take-over": (N_("Take over"), "swap", "warn"),
    "create": (N_("Create"), "plus", "ok"),
    "update": (N_("Update"), "pencil", "info"),
    "disable": (N_("Disable"), "minus-circle", "warn"),
    "delete": (N_("Delete"), "trash", "bad"),
    "members": (N_("Members"), "people", "text2"),
}
"""Kind -> word marked for translation, icon, ink."""
INHERITED = N_("Reassign")
"""The word for a take-over of the account of a person who left."""
COLUMNS = 3
FEW = 2_000
"""Up to so many rows are prepared on the GUI thread, in a few milliseconds."""

PlanThing = Change | Rejected | HeldBack
"""One row: a change, a person or group that AWS would refuse, or one that must be accepted first."""
NameOf = Callable[[Any], str]
"""Returns the name of the object that a reference in a change means."""

_KIND_BITS: Mapping[Kind, int] = {kind: 1 << place for place, kind in enumerate(get_args(Kind))}
_PERSON, _GROUP = 1 << 10, 1 << 11
_EFFECT_BITS: Mapping[Effect, int] = {effect: 1 << (12 + place) for place, effect in enumerate(Effect)}
_AUDIENCE_BITS: Mapping[Audience, int] = {"all": _PERSON | _GROUP, "people": _PERSON, "groups": _GROUP}


class PlanLine(NamedTuple):
    """One attribute of a change, before and after."""

    attribute: str
    before: str
    after: str
    ends: bool = False
    """A membership that ends: there is no value after it."""


class PlanRows:
    """The rows of a plan: refused, take-overs, then the changes in the order of the run."""

    def __init__(self, plan: Plan | None = None) -> None:
        """May take half a second for 100,000 changes: see `FEW`."""
        self.things = _ordered(plan) if plan is not None else ()
        self.kinds = [kind_of(thing) for thing in self.things]
        self._marks = [_mark(thing, kind) for thing, kind in zip(self.things, self.kinds, strict=True)]
        self._people = sum(1 for mark in self._marks if mark & _PERSON)
        texts = [texts_of(thing, kind) for thing, kind in zip(self.things, self.kinds, strict=True)]
        self._hay = ["\n".join(row).casefold() for row in texts]
        self._orders = [_order(texts, column) for column in range(COLUMNS)]
        self.counts = _counts(self.things, self.kinds)
        """(audience, kind) -> people or groups."""
        renamed = _EFFECT_BITS[Effect.RENAMED]
        self.renames = renames(
            thing
            for thing, mark in zip(self.things, self._marks, strict=True)
            if mark & renamed and isinstance(thing, Change)
        )

    def matching(
        self,
        audience: Audience = "all",
        kinds: frozenset[Kind] = frozenset(),
        text: str = "",
        wanted: frozenset[Effect] = frozenset(),
        sort: tuple[int, bool] = (-1, False),
    ) -> Sequence[int]:
        """Return the positions of the rows of these kinds, with one of the `wanted` effects (none = all), with `text`."""
        places: Sequence[int] = range(len(self.things))
        column, descending = sort
        if column >= 0:
            places = self._orders[column][::-1] if descending else self._orders[column]
        asked = [
            _AUDIENCE_BITS[audience] if audience != "all" else 0,
            sum(_KIND_BITS[kind] for kind in kinds),
            sum(_EFFECT_BITS[effect] for effect in wanted),
        ]
        if any(asked):
            first, second, third = (bits or -1 for bits in asked)
            marks = self._marks
            places = [at for at in places if marks[at] & first and marks[at] & second and marks[at] & third]
        if text:
            hay, folded = self._hay, text.casefold()
            places = [at for at in places if folded in hay[at]]
        return places

    def number(self, audience: Audience) -> int:
        """Return the number of rows about people, about groups, or of all."""
        return {"people": self._people, "groups": len(self.things) - self._people}.get(audience, len(self.things))


def title_of(column: int) -> str:
    """The title of a column of the plan."""
    return (pgettext("column", "Change"), _("Person or group"), _("Reason"))[column]


def waiting(plan: Plan) -> tuple[HeldBack, ...]:
    """Return what a person must accept before this plan may change it."""
    return tuple(held for held in plan.held_back if held.is_asked)


def _ordered(plan: Plan) -> tuple[PlanThing, ...]:
    matched = tuple(change for change in plan.changes if change.match)
    others = tuple(change for change in plan.changes if not change.match) if matched else plan.changes
    return (*plan.rejected, *waiting(plan), *matched, *others)


def kind_of(thing: PlanThing) -> Kind:
    """Return what a row is shown and counted as."""
    if isinstance(thing, Rejected):
        return "refused"
    if isinstance(thing, HeldBack):
        return "take-over"
    kind = outcome(thing)
    return "take-over" if thing.match and kind == "update" else kind


def texts_of(thing: PlanThing, kind: Kind) -> tuple[str, str, str]:
    """Return the texts of the three columns."""
    if isinstance(thing, HeldBack):
        word = INHERITED if thing.message.code == "inherited" else KINDS[kind][0]
        return _(word), thing.label, _("Waiting for you to accept it")
    if isinstance(thing, Rejected):
        return _(KINDS[kind][0]), thing.label, _title(thing.message)
    word = INHERITED if thing.match == "inherited" and kind == "take-over" else KINDS[kind][0]
    return _(word), thing.label, _title(thing.reason)


def fix_for(thing: PlanThing | None) -> Fix | None:
    """Return where a refused person or group is fixed; None = nowhere in this job, or not refused."""
    return fix_of(thing) if isinstance(thing, Rejected) else None


def _mark(thing: PlanThing, kind: Kind) -> int:
    mark = _KIND_BITS[kind] | (_PERSON if thing.kind == "user" else _GROUP)
    if isinstance(thing, Change):
        mark |= sum(_EFFECT_BITS[effect] for effect in effects(thing))
        if thing.members:  # creating a group also adds its first members
            mark |= _KIND_BITS["members"]
    return mark


def _counts(things: Iterable[PlanThing], kinds: Iterable[Kind]) -> dict[tuple[Audience, Kind], int]:
    counts: dict[tuple[Audience, Kind], int] = {}
    created: set[str] = set()
    members: set[str] = set()
    for thing, kind in zip(things, kinds, strict=True):
        if kind == "members":
            members.add(thing.source_id)
            continue
        audience: Audience = "people" if thing.kind == "user" else "groups"
        counts[audience, kind] = counts.get((audience, kind), 0) + 1
        if audience == "groups":
            created.add(thing.source_id)
    counts["groups", "members"] = len(members - created)  # a group is counted once
    return counts


def _order(texts: Sequence[Sequence[str]], column: int) -> list[int]:
    keys = sort_keys(row[column] for row in texts)
    return sorted(range(len(texts)), key=keys.__getitem__)


EXAMPLES = 3


def renames(changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
    """Return names before and after: one pair of domains if it explains all changes, else up to three examples."""
    examples: list[tuple[str, str]] = []
    domains: set[tuple[str, str]] = set()
    for change in changes:
        for before, after in _renamed(change):
            old, new = before.rpartition("@"), after.rpartition("@")
            domains.add((old[2], new[2]) if old[0] and old[0] == new[0] else ("", ""))
            if len(examples) < EXAMPLES:
                examples.append((before, after))
    return tuple(domains) if len(domains) == 1 and ("", "") not in domains else tuple(examples)


def _renamed(change: Change) -> list[tuple[str, str]]:
    pairs = [(change.before.get(path), change.after.get(path)) for path in change.before if is_name(path)]
    return [
        (old, new)
        for old, new in pairs
        if isinstance(old, str) and isinstance(new, str) and old and new and not same_name(old, new)
    ]


@lru_cache(maxsize=4096)
def _title(message: Message | None) -> str:
    return messages.title(message) if message is not None else ""


# --- Lines -----------------------------------------------------------------------------------------------------------


def plain_name(reference: Any) -> str:
    """Return the id in a reference whose name is unknown."""
    return value_text(reference)


def lines_of(thing: PlanThing, name_of: NameOf = plain_name) -> tuple[PlanLine, ...]:
    """Return the attributes of a row, before and after; "" = no value."""
    if isinstance(thing, Rejected):
        place = _("Line {n}").format(n=thing.line) if thing.line else short_name(thing.path)
        return (PlanLine(place, "", messages.advice(thing.message) or messages.title(thing.message)),)
    if isinstance(thing, HeldBack):
        agreement = thing.message.args.get("agreement")
        agrees = messages.title(agreement) if isinstance(agreement, Message) else ""
        return (PlanLine(_("in AWS"), str(thing.message.args.get("name", "")), agrees),)
    joins = thing.action is not Action.REMOVE_MEMBERS
    members = _member_lines(thing.members, thing.names, name_of, joins=joins)
    return (*_resource_lines(thing.before, thing.after, name_of), *members)


def _resource_lines(before: Mapping[str, Any], after: Mapping[str, Any], name_of: NameOf) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(short_name(path), _words(before.get(path), name_of), _words(after.get(path), name_of))
        for path in differing(before, after)
    )


def _member_lines(
    members: tuple[Any, ...], names: tuple[str, ...], name_of: NameOf, *, joins: bool
) -> tuple[PlanLine, ...]:
    called = names if len(names) == len(members) else tuple(name_of(member) for member in members)
    return tuple(
        PlanLine(_("joins"), "", name) if joins else PlanLine(_("leaves"), name, "", ends=True) for name in called
    )


def _words(value: Any, name_of: NameOf) -> str:
    plain = value is None or isinstance(value, str | bool | tuple)
    return value_text(value) if plain else name_of(value)
