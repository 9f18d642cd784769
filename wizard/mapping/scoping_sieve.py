"""A scoping filter made ready to run: each clause compiled once, asked of people by the hundred thousand."""

from collections.abc import Callable

from wizard.directory import AttributeValue, DirectoryGroup, DirectoryUser
from wizard.errors import WizardError
from wizard.mapping.dotnet.patterns import Patience, whole_matcher
from wizard.mapping.feeds import entra_name
from wizard.mapping.resources import COMPUTED_USER_SOURCES, group_value, user_value
from wizard.mapping.scoping_clauses import Clause, Operator, ScopingFilter
from wizard.mapping.scoping_filter import holds

Test = Callable[[AttributeValue | None], bool]
UserSieve = Callable[[DirectoryUser], tuple[Clause, ...]]
"""Of each group the first clause that does not hold; () = the person passes. Raises PatternTooSlow."""
GroupSieve = Callable[[DirectoryGroup], tuple[Clause, ...]]
_REMEMBERED = 4096
"""Values of one pattern whose answer is kept: departments repeat, user names do not."""


class FilterNotUnderstood(WizardError):
    """The filter has operators that this program does not know, so nobody can be judged by it."""

    def __init__(self, unknown: tuple[str, ...]) -> None:
        super().__init__(
            "The scoping filter cannot be used",
            f"It was imported with {', '.join(unknown)}, which this program does not know. Write the condition anew.",
        )


def user_sieve(scoping_filter: ScopingFilter, patience: Patience) -> UserSieve:
    """The filter for people. Raises FilterNotUnderstood, and PatternProblem for a pattern that is none."""
    groups = _compiled(scoping_filter, patience)

    def read(user: DirectoryUser, name: str, entra: str) -> AttributeValue | None:
        value = user_value(user, name) if name in COMPUTED_USER_SOURCES else user.attributes.get(name)
        return user_value(user, entra) if value is None and entra else value

    plain = all(not entra and name not in COMPUTED_USER_SOURCES for group in groups for name, entra, _, _ in group)

    def failed(user: DirectoryUser) -> tuple[Clause, ...]:
        out: list[Clause] = []
        attributes = user.attributes
        for group in groups:
            for name, entra, test, clause in group:
                if not test(attributes.get(name) if plain else read(user, name, entra)):
                    out.append(clause)
                    break
            else:
                return ()
        return tuple(out)

    return failed


def group_sieve(scoping_filter: ScopingFilter, patience: Patience) -> GroupSieve:
    """The filter for groups; raises as `user_sieve` does."""
    groups = _compiled(scoping_filter, patience)

    def failed(one: DirectoryGroup) -> tuple[Clause, ...]:
        out: list[Clause] = []
        for group in groups:
            first = next((c for name, entra, test, c in group if not test(group_value(one, entra or name))), None)
            if first is None:
                return ()
            out.append(first)
        return tuple(out)

    return failed


def _compiled(
    scoping_filter: ScopingFilter, patience: Patience
) -> tuple[tuple[tuple[str, str, Test, Clause], ...], ...]:
    """For each clause: the attribute's name, Entra's own name for it where that is another, the test, the clause."""
    if scoping_filter.unknown:
        raise FilterNotUnderstood(scoping_filter.unknown)
    return tuple(
        tuple((c.attribute, _other_name(c.attribute), _test(c, patience), c) for c in group.clauses)
        for group in scoping_filter.groups
    )


def _other_name(name: str) -> str:
    entra = entra_name(name)
    return "" if entra == name else entra


def _test(clause: Clause, patience: Patience) -> Test:
    """The clause as a function of the value: the usual operators on one text at once, all else by `holds`."""
    wanted = clause.value
    if clause.operator is Operator.EQUALS and wanted:
        return lambda value: value == wanted if value.__class__ is str else holds(clause, value, patience)
    on_text = _on_text(clause, patience)
    if on_text is None:
        return lambda value: holds(clause, value, patience)

    def test(value: AttributeValue | None) -> bool:
        if value.__class__ is str:
            return value != "" and on_text(value)
        return holds(clause, value, patience)

    return test


def _on_text(clause: Clause, patience: Patience) -> Callable[[str], bool] | None:
    """What the clause says of a text that is not empty; None where the general rule is quick enough."""
    wanted = clause.value
    match clause.operator:
        case Operator.EQUALS:
            return lambda value: value == wanted
        case Operator.NOT_EQUALS:
            return lambda value: value != wanted
        case Operator.INCLUDES:
            return lambda value: wanted in value
        case Operator.ENDS_WITH:
            return lambda value: value.endswith(wanted)
        case Operator.IS_NOT_NULL:
            return lambda value: True
        case Operator.REGEX_MATCH:
            return _remembering(whole_matcher(wanted, patience))
        case Operator.NOT_REGEX_MATCH:
            matches = whole_matcher(wanted, patience)
            return _remembering(lambda value: not matches(value))
        case _:
            return None


def _remembering(test: Callable[[str], bool]) -> Callable[[str], bool]:
    known: dict[str, bool] = {}

    def remembered(value: str) -> bool:
        answer = known.get(value)
        if answer is None:
            answer = test(value)
            if len(known) < _REMEMBERED:
                known[value] = answer
        return answer

    return remembered
