"""Who is meant: a person named by id, user name, address or employee id becomes a source id."""

from collections.abc import Iterable

from wizard.directory import RowProblem
from wizard.sources.columns import Layout
from wizard.sources.people import People, Person

_KEYS = ("", "userPrincipalName", "originalUserPrincipalName", "mail", "objectId", "employeeId")
"""Attributes a reference may name, the most certain first; "" is the identity itself."""


class References:
    """Everyone of one file by each of their names. Nobody is found by a name that two people share."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._tiers: list[dict[str, str | None]] = [{} for _ in _KEYS]
        for person in persons:
            for tier, key in zip(self._tiers, _KEYS, strict=True):
                name = person.attributes.get(key, "") if key else person.id
                if isinstance(name, str) and name:
                    folded = name.casefold()
                    if tier.setdefault(folded, person.id) != person.id:
                        tier[folded] = None

    def find(self, name: str) -> str | None:
        """The source id of whoever is meant; "" where nobody is, None where several people are."""
        folded = name.strip().casefold()
        for tier in self._tiers:
            if folded in tier:
                return tier[folded]
        return ""


def resolve_managers(people: People, references: References, layout: Layout) -> None:
    """Turn every `manager` into the manager's source id; what cannot be is left out with a remark."""
    heading = layout.heading("manager")
    for person in people.persons:
        named = person.attributes.pop("manager", "")
        if not named:
            continue
        found = references.find(named) if isinstance(named, str) else None
        if found and found != person.id:
            person.attributes["manager"] = found
            continue
        if found:
            sentence = "This person is named as their own manager; they are provisioned without one."
        elif found is None:
            sentence = f"{_shown(named)} may be several people; this person is provisioned without a manager."
        else:
            sentence = f"The manager {_shown(named)} is not in the file; this person is provisioned without one."
        name = person.attributes.get("userPrincipalName", "")
        people.problems.append(
            RowProblem(
                person.line,
                heading,
                sentence,
                label=str(person.attributes.get("displayName") or name or person.id),
                source_id=person.id,
                user_name=name if isinstance(name, str) else "",
                excluded=False,
            )
        )


def _shown(named: object) -> str:
    return ", ".join(named) if isinstance(named, tuple) else str(named)
