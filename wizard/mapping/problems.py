"""What the target would refuse over the whole directory in scope, by rule and attribute, and fixes for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from wizard.directory import DirectorySnapshot, ObjectKind
from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import FULL_NAME, MEMBERS, AttributeMapping, MappingKind, Mappings
from wizard.mapping.breaches import (
    Breach,
    Member,
    RowValues,
    Rules,
    check_value,
    members_of,
    row_values,
    several_item_breaches,
)
from wizard.mapping.dotnet.patterns import SECONDS, Patience
from wizard.mapping.resources import BOOLEAN_TARGETS, REFERENCE_TARGETS, column, run_context, sources_of
from wizard.mapping.scoping import ScopeChoice, in_scope
from wizard.scim.resource import Value

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

GRACE = 0.002
"""Seconds of each match of a regular expression that are free. A slow pattern ends its row after two seconds; a
hundred thousand quick matches, or a thread that waits for its turn, do not."""


class SurveyScope(ScopeChoice, Protocol):
    """Which kinds of objects are provisioned, and which of them are in scope; the job's `Scope`."""

    @property
    def people(self) -> bool:
        """People are provisioned."""

    @property
    def groups(self) -> bool:
        """Groups are provisioned."""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Everyone who breaks one rule with one attribute."""

    kind: ObjectKind
    rule: str
    """Code of the target's rule; also `duplicate-value` and `expression`."""
    path: str
    """Target attribute."""
    message: Message
    """What the target would refuse about the first of them, and what to do."""
    ids: tuple[str, ...]
    """Source ids, in the order of the directory."""
    labels: tuple[str, ...]
    """What a person calls each of them."""
    fixes: "tuple[Fix, ...]" = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.ids)


class Stopped(Exception):
    """The survey was cancelled."""


class Survey:
    """The problems of one directory; a further call evaluates only the targets whose row changed.

    `stopped` is called now and then; when it returns true, `Stopped` is raised and the finished rows are kept.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._snapshot: DirectorySnapshot | None = None
        self._scope: SurveyScope | None = None
        self._members: dict[ObjectKind, tuple[Member, ...]] = {}
        self._rows: dict[tuple[ObjectKind, str], _RowResult] = {}
        self.recomputed: tuple[str, ...] = ()
        """Target paths that the last call evaluated."""

    def problems(
        self,
        snapshot: DirectorySnapshot,
        mappings: Mappings,
        scope: SurveyScope,
        stopped: Callable[[], bool] = bool,
    ) -> tuple[ProblemGroup, ...]:
        """Return every problem, the most frequent first.

        Raises Stopped, and WizardError where a scoping filter cannot be evaluated.
        """
        self._apply_scope(snapshot, scope)
        recomputed: list[str] = []
        groups: list[ProblemGroup] = []
        tables: tuple[tuple[ObjectKind, Sequence[AttributeMapping], bool], ...] = (
            ("user", mappings.users, scope.people),
            ("group", mappings.groups, scope.groups),
        )
        for kind, rows, wanted in tables:
            if wanted and self._members[kind]:
                groups += self._table(kind, rows, recomputed, stopped)
        self.recomputed = tuple(recomputed)
        return tuple(sorted(groups, key=lambda group: -group.count))

    def _apply_scope(self, snapshot: DirectorySnapshot, scope: SurveyScope) -> None:
        if snapshot is self._snapshot and scope == self._scope:
            return
        result = in_scope(snapshot, scope)
        self._members = {"user": members_of(result.users), "group": members_of(result.groups)}
        self._rows = {}
        self._snapshot, self._scope = snapshot, scope

    def _table(
        self,
        kind: ObjectKind,
        rows: Sequence[AttributeMapping],
        recomputed: list[str],
        stopped: Callable[[], bool],
    ) -> Iterator[ProblemGroup]:
        by_target = {row.target: row for row in rows if row.target != MEMBERS}
        results: dict[str, _RowResult] = {}
        for target, row in by_target.items():
            result = self._rows.get((kind, target))
            if result is None or result.row != row:
                if stopped():
                    raise Stopped
                result = self._rows[kind, target] = self._evaluated(kind, row, stopped)
                recomputed.append(target)
            results[target] = result
        for result in results.values():
            yield from result.groups
        for breach in several_item_breaches({target: result.values for target, result in results.items()}):
            yield self._group(kind, breach)
        for breach in self._unmapped(kind, by_target):
            yield self._group(kind, breach)

    def _evaluated(self, kind: ObjectKind, row: AttributeMapping, stopped: Callable[[], bool]) -> "_RowResult":
        members, context = self._members[kind], run_context(patience=Patience(SECONDS, GRACE))
        values = row_values(kind, column(row, ()), _until(stopped, members), self._rules, context)
        groups = []
        for breach in values.breaches:
            trial = _Trial(kind, breach, members, values.values, self._rules, context)
            groups.append(self._group(kind, breach, _fixes(row, trial)))
        return _RowResult(row, values, tuple(groups))

    def _unmapped(self, kind: ObjectKind, rows: dict[str, AttributeMapping]) -> Iterator[Breach]:
        """Required attributes without a row: nobody has them."""
        everyone = tuple(range(len(self._members[kind])))
        for path in self._rules.required(kind):
            if path not in rows:
                for violation in self._rules.value_violations(kind, path, None):
                    yield Breach(violation.rule, path, violation.message, everyone)

    def _group(self, kind: ObjectKind, breach: Breach, fixes: "tuple[Fix, ...]" = ()) -> ProblemGroup:
        members = [self._members[kind][index] for index in breach.members]
        ids, labels = tuple(one.id for one in members), tuple(one.label for one in members)
        return ProblemGroup(kind, breach.rule, breach.path, breach.message, ids, labels, fixes)


@dataclass(frozen=True, slots=True)
class _RowResult:
    """Cached results of one row, valid until it changes."""

    row: AttributeMapping
    values: RowValues
    groups: tuple[ProblemGroup, ...]


def _until(stopped: Callable[[], bool], members: Sequence[Member]) -> Iterator[Member]:
    for index, member in enumerate(members):
        if index % 256 == 255 and stopped():
            raise Stopped
        yield member


# --- fixes: another row for the same target, with values before and after ------------------------------------------

MOST_TRIED = 200
"""People that a fix is tried on."""
MOST_EXAMPLES = 5
MOST_FIXES = 3
_LENGTHS = (1024, 256, 128)
_FALLBACKS = {
    "userName": ("userPrincipalName", "mail", "mailNickname"),
    "displayName": (FULL_NAME, "userPrincipalName", "mail"),
    "name.givenName": ("displayName", "mailNickname"),
    "name.familyName": ("displayName", "mailNickname"),
}
"""Required target -> sources to use where its own is empty, the closest first."""


@dataclass(frozen=True, slots=True)
class Example:
    """One person's value, now and with the fix."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One change of one row."""

    message: Message
    """The button's text: "Use displayName instead"."""
    kind: ObjectKind
    row: AttributeMapping
    """The row with the change."""
    solves: int
    """How many of those tried have no problem with it."""
    tried: int
    examples: tuple[Example, ...]

    def applied(self, mappings: Mappings) -> Mappings:
        """Return the mappings with this fix."""
        table = mappings.users if self.kind == "user" else mappings.groups
        changed = tuple(self.row if row.target == self.row.target else row for row in table)
        return replace(mappings, users=changed) if self.kind == "user" else replace(mappings, groups=changed)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What fixes are tried on."""

    kind: ObjectKind
    breach: Breach
    members: Sequence[Member]
    values: Sequence[Value | None]
    """What each member has now."""
    rules: Rules
    context: "Context"


def _fixes(row: AttributeMapping, trial: _Trial) -> tuple[Fix, ...]:
    """Changes of this row that help at least one of the people concerned, the most helpful first."""
    if row.target == MEMBERS or row.target in BOOLEAN_TARGETS | REFERENCE_TARGETS:
        return ()
    suggest = _SUGGESTIONS.get(trial.breach.rule)
    fixes: list[Fix] = []
    for message, text in suggest(row, trial) if suggest else ():
        fix = _tried(message, _with_source(row, text), trial)
        if fix is not None:
            fixes.append(fix)
        if len(fixes) == MOST_FIXES or (fix is not None and fix.solves == fix.tried and len(fixes) > 1):
            break
    return tuple(sorted(fixes, key=lambda fix: -fix.solves))


def _with_source(row: AttributeMapping, text: str) -> AttributeMapping:
    """The row with an expression as its source, or with an attribute where the text is only `[name]`."""
    inner = text[1:-1]
    if text == f"[{inner}]" and "[" not in inner and "]" not in inner:
        return replace(row, kind=MappingKind.ATTRIBUTE, source=inner)
    return replace(row, kind=MappingKind.FUNCTION, source=text)


def _tried(message: Message, row: AttributeMapping, trial: _Trial) -> Fix | None:
    changed = column(row, ())
    indexes = trial.breach.members[:MOST_TRIED]
    examples: list[Example] = []
    solved = 0
    for index in indexes:
        member = trial.members[index]
        try:
            raw = changed.value(member.source, trial.context)
        except WizardError:
            continue
        value, violations = check_value(trial.kind, row.target, raw, trial.rules)
        if violations:
            continue
        solved += 1
        if len(examples) < MOST_EXAMPLES:
            examples.append(Example(member.label, _as_text(trial.values[index]), _as_text(value)))
    return Fix(message, trial.kind, row, solved, len(indexes), tuple(examples)) if solved else None


def _as_text(value: Value | None) -> str:
    """A value as an example shows it; redacted ones stay redacted."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


Suggest = Callable[[AttributeMapping, _Trial], Iterator[tuple[Message, str]]]
"""Yields (the button's text, expression) of what may help."""


def _current(row: AttributeMapping) -> str:
    """The row's source as an expression; "" where it has none, or a constant."""
    if row.kind is MappingKind.ATTRIBUTE:
        return f"[{row.source}]"
    return row.source if row.kind is MappingKind.FUNCTION else ""


def _fall_back(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    current, names = _current(row), sources_of(row)
    for other in _FALLBACKS.get(row.target, ()):
        if other in names or other == current:
            continue
        full_name = other == FULL_NAME
        message = Message("use-full-name") if full_name else Message("use-other-attribute", attribute=other)
        text = other if full_name else f"[{other}]"
        if not current:
            yield message, text
        elif row.kind is MappingKind.ATTRIBUTE:
            yield message, f"Coalesce({current}, {text})"
        else:  # an expression may give "", which Coalesce takes for a value
            yield message, f'Switch({current}, {current}, "", {text})'


def _replace_forbidden(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    if current := _current(row):
        yield Message("replace-characters-with-space"), _replace(current, r"\s*[\t\n\r<>;:%]+\s*", " ")
        yield Message("leave-characters-out"), _replace(current, r"[\t\n\r<>;:%]", "")
        yield Message("replace-characters-with-hyphen"), _replace(current, r"[\t\n\r<>;:%]", "-")


def _remove_invisible(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    if current := _current(row):
        yield Message("leave-unsupported-characters-out"), _replace(current, r"[^\p{L}\p{M}\p{S}\p{N}\p{P}\s]", "")


def _strip_spaces(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    if current := _current(row):
        yield Message("strip-spaces"), f"StripSpaces({current})"
        yield Message("leave-white-space-out"), _replace(current, r"\s", "")
        yield Message("replace-white-space"), _replace(current, r"\s+", " ")


def _keep_first(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    if current := _current(row):
        yield Message("keep-first-value"), f"Item({current}, 1)"


def _shorten(row: AttributeMapping, trial: _Trial) -> Iterator[tuple[Message, str]]:
    current = _current(row)
    longest = next(
        (n for n in _LENGTHS if not trial.rules.value_violations(trial.kind, row.target, "x" * n)), _LENGTHS[-1]
    )
    if current:
        yield Message("keep-first-characters", count=longest), f"Left({current}, {longest})"


def _replace(current: str, pattern: str, replacement: str) -> str:
    return f'Replace({current}, , "{pattern}", , "{replacement}", , )'


_SUGGESTIONS: dict[str, Suggest] = {
    "required-attribute-missing": _fall_back,
    "forbidden-character": _replace_forbidden,
    "not-a-value": _remove_invisible,
    "white-space": _strip_spaces,
    "more-than-one-value": _keep_first,
    "too-long": _shorten,
}
