"""What puts a problem right with one click: another row for the same target, shown as before and after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.aws.interface import ObjectKind
from wizard.errors import WizardError
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.mapping.defaults import FULL_NAME
from wizard.mapping.feeds import sources_of
from wizard.mapping.resources import BOOLEAN_TARGETS, MEMBERS, REFERENCE_TARGETS, Column, column
from wizard.provisioning.columns import Breach, Member, Rules, judge
from wizard.provisioning.words import shown
from wizard.scim.resource import Value

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

MOST_TRIED = 200
"""People a fix is tried on."""
MOST_EXAMPLES = 5
MOST_FIXES = 3
_LENGTHS = (1024, 256, 128)
_FALLBACKS = {
    "userName": ("userPrincipalName", "mail", "mailNickname"),
    "displayName": (FULL_NAME, "userPrincipalName", "mail"),
    "name.givenName": ("displayName", "mailNickname"),
    "name.familyName": ("displayName", "mailNickname"),
}
"""Required target -> what stands in where its source is empty, the nearest first."""


@dataclass(frozen=True, slots=True)
class Example:
    """One person's value, now and with the fix."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One change of one row."""

    title: str
    """What the button says: "Use displayName instead"."""
    kind: ObjectKind
    row: AttributeMapping
    """What the row of its target becomes."""
    solves: int
    """How many of those tried it puts right."""
    tried: int
    examples: tuple[Example, ...]

    def applied(self, mappings: Mappings) -> Mappings:
        """The mappings with this fix."""
        table = mappings.users if self.kind == "user" else mappings.groups
        changed = tuple(self.row if row.target == self.row.target else row for row in table)
        return replace(mappings, users=changed) if self.kind == "user" else replace(mappings, groups=changed)


@dataclass(frozen=True, slots=True)
class Trial:
    """What fixes are tried on."""

    kind: ObjectKind
    breach: Breach
    members: Sequence[Member]
    values: Sequence[Value | None]
    """What everyone has now."""
    rules: Rules
    context: "Context"


def fixes(row: AttributeMapping, trial: Trial) -> tuple[Fix, ...]:
    """Changes of this row that put at least one of the people concerned right, the best first."""
    if row.target == MEMBERS or row.target in BOOLEAN_TARGETS | REFERENCE_TARGETS:
        return ()
    write = _WRITERS.get(trial.breach.rule)
    found: list[Fix] = []
    for title, text in write(row, trial) if write else ():
        fixed = _tried(title, _changed(row, text), trial)
        if fixed is not None:
            found.append(fixed)
        if len(found) == MOST_FIXES or (fixed is not None and fixed.solves == fixed.tried and len(found) > 1):
            break
    return tuple(sorted(found, key=lambda fix: -fix.solves))


def _changed(row: AttributeMapping, text: str) -> AttributeMapping:
    """The row fed by an expression, or by an attribute alone where the text is nothing but its name in brackets."""
    inner = text[1:-1]
    if text == f"[{inner}]" and "[" not in inner and "]" not in inner:
        return replace(row, kind=MappingKind.ATTRIBUTE, source=inner)
    return replace(row, kind=MappingKind.FUNCTION, source=text)


def _tried(title: str, row: AttributeMapping, trial: Trial) -> Fix | None:
    ready: Column = column(row, ())
    places = trial.breach.members[:MOST_TRIED]
    examples: list[Example] = []
    solved = 0
    for place in places:
        member = trial.members[place]
        try:
            raw = ready.value(member.source, trial.context)
        except WizardError:
            continue
        value, violations = judge(trial.kind, row.target, raw, trial.rules)
        if violations:
            continue
        solved += 1
        if len(examples) < MOST_EXAMPLES:
            examples.append(Example(member.label, shown(trial.values[place]), shown(value)))
    return Fix(title, trial.kind, row, solved, len(places), tuple(examples)) if solved else None


Writer = Callable[[AttributeMapping, Trial], Iterator[tuple[str, str]]]
"""(title, expression) of what may help."""


def _expression(row: AttributeMapping) -> str:
    """What feeds the row now, as an expression; "" where nothing does, or a fixed text."""
    if row.kind is MappingKind.ATTRIBUTE:
        return f"[{row.source}]"
    return row.source if row.kind is MappingKind.FUNCTION else ""


def _fall_back(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    now, reads = _expression(row), sources_of(row)
    for other in _FALLBACKS.get(row.target, ()):
        if other in reads or other == now:
            continue
        title = "Use first and last name instead" if other == FULL_NAME else f"Use {other} instead"
        text = other if other == FULL_NAME else f"[{other}]"
        if not now:
            yield title, text
        elif row.kind is MappingKind.ATTRIBUTE:
            yield title, f"Coalesce({now}, {text})"
        else:  # an expression may give "", which Coalesce takes for a value
            yield title, f'Switch({now}, {now}, "", {text})'


def _replace_forbidden(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    if now := _expression(row):
        yield "Replace the characters with a space", _by_pattern(now, r"\s*[\t\n\r<>;:%]+\s*", " ")
        yield "Leave the characters out", _by_pattern(now, r"[\t\n\r<>;:%]", "")
        yield "Replace the characters with a hyphen", _by_pattern(now, r"[\t\n\r<>;:%]", "-")


def _leave_out_unseen(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    if now := _expression(row):
        yield "Leave out what AWS does not take", _by_pattern(now, r"[^\p{L}\p{M}\p{S}\p{N}\p{P}\s]", "")


def _strip_spaces(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    if now := _expression(row):
        yield "Strip the spaces", f"StripSpaces({now})"
        yield "Leave out all white space", _by_pattern(now, r"\s", "")
        yield "Replace white space with one space", _by_pattern(now, r"\s+", " ")


def _keep_first(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    if now := _expression(row):
        yield "Keep the first", f"Item({now}, 1)"


def _shorten(row: AttributeMapping, trial: Trial) -> Iterator[tuple[str, str]]:
    now = _expression(row)
    longest = next(
        (n for n in _LENGTHS if not trial.rules.value_violations(trial.kind, row.target, "x" * n)), _LENGTHS[-1]
    )
    if now:
        yield f"Keep the first {longest:,} characters", f"Left({now}, {longest})"


def _by_pattern(now: str, pattern: str, replacement: str) -> str:
    return f'Replace({now}, , "{pattern}", , "{replacement}", , )'


_WRITERS: dict[str, Writer] = {
    "required-attribute-missing": _fall_back,
    "forbidden-character": _replace_forbidden,
    "not-a-value": _leave_out_unseen,
    "white-space": _strip_spaces,
    "more-than-one-value": _keep_first,
    "too-long": _shorten,
}
