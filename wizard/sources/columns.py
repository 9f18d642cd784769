"""Which column is which attribute: by hand first, then by what its heading is recognised as."""

from collections import Counter
from dataclasses import dataclass

from wizard.errors import WizardError
from wizard.sources.headings import GROUPS, LEFT_OUT, attributes_of, canonical, is_inverse, is_secret, key
from wizard.sources.table import Table

_SINGLE = {
    *("userPrincipalName", "objectId", "employeeId", "displayName", "surname", "givenName", "accountEnabled"),
    *("manager", "userType", "jobTitle", "department", "preferredLanguage", "usageLocation", GROUPS),
}
"""Attributes of which a person has one: two columns of them are a mistake, not two values."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about the columns."""

    identity: str = ""
    """Heading (or attribute) of the identity column; "" = by the rule."""
    columns: tuple[tuple[str, str], ...] = ()
    """(heading, attribute); attribute "" leaves the column out."""
    groups_column: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file, understood."""

    headings: tuple[str, ...]
    attributes: tuple[str, ...]
    """For each column its attribute; "" = left out."""
    identity: str
    """Attribute that tells people apart."""
    identity_heading: str
    user_name_from_mail: bool
    """No column holds user names, so the e-mail address is the user name too."""
    inverse: frozenset[int]
    """Columns of `accountEnabled` that say "blocked" instead."""
    notes: tuple[str, ...]

    def places(self, attribute: str) -> tuple[int, ...]:
        """The columns that hold an attribute."""
        return tuple(place for place, name in enumerate(self.attributes) if name == attribute)

    def heading(self, attribute: str) -> str:
        """The heading of an attribute's first column, or the attribute where there is none."""
        places = self.places(attribute)
        return self.headings[places[0]] if places else attribute


def lay_out(table: Table, choices: Choices, with_groups: bool = True) -> Layout:
    """How the columns of `table` are read; raises `WizardError` where they cannot be.

    `with_groups` False: a column that merely looks like names of groups is left out, because a members file tells.
    """
    attributes = _assigned(table, choices)
    notes: list[str] = []
    chosen_groups = choices.groups_column or GROUPS in {key(attribute) for _, attribute in choices.columns}
    if GROUPS in attributes and not with_groups and not chosen_groups:
        notes.append(
            f"The column {table.headings[attributes.index(GROUPS)]} was left out: the members file "
            "tells the groups."
        )
        attributes = [LEFT_OUT if name == GROUPS else name for name in attributes]
    _refuse_repeated(table, attributes)
    identity, place, told = _identity(table, attributes, choices.identity)
    from_mail = "userPrincipalName" not in attributes and "mail" in attributes
    if from_mail:
        notes.append(
            f"No column holds user names, so {table.headings[attributes.index('mail')]} is taken for "
            "the user name too."
        )
    if any(is_secret(heading) for heading in table.headings):
        notes.append("A column with passwords was left out: passwords are never read.")
    return Layout(
        headings=table.headings,
        attributes=tuple(attributes),
        identity=identity,
        identity_heading=table.headings[place],
        user_name_from_mail=from_mail,
        inverse=frozenset(
            number
            for number, name in enumerate(attributes)
            if name == "accountEnabled" and is_inverse(table.headings[number])
        ),
        notes=(*notes, *told),
    )


def _assigned(table: Table, choices: Choices) -> list[str]:
    """The attribute of each column; a hand beats recognition, whose column then keeps its own heading."""
    attributes = list(attributes_of(table.headings))
    by_hand: dict[int, str] = {}
    wishes = choices.columns + (((choices.groups_column, GROUPS),) if choices.groups_column else ())
    for heading, wish in wishes:
        attribute = GROUPS if key(wish) == GROUPS else canonical(wish.strip())
        places = _find(table.headings, heading)
        if not places and attribute != LEFT_OUT:
            raise _no_heading(table, heading)
        by_hand |= dict.fromkeys(places, attribute)
    for place, name in enumerate(attributes):
        heading = table.headings[place]
        if place in by_hand:
            attributes[place] = LEFT_OUT if is_secret(heading) else by_hand[place]
        elif name != LEFT_OUT and name in by_hand.values():
            attributes[place] = LEFT_OUT if canonical(heading) == name else heading
    return attributes


def _find(headings: tuple[str, ...], wanted: str) -> list[int]:
    exact = [place for place, heading in enumerate(headings) if heading == wanted.strip()]
    return exact or [place for place, heading in enumerate(headings) if key(heading) == key(wanted) != ""]


def _no_heading(table: Table, heading: str) -> WizardError:
    return WizardError(
        f"{table.name} has no column {heading}",
        f"This job reads that column. Its headings are: {', '.join(table.headings[:12])}"
        f"{' …' if len(table.headings) > 12 else ''}. Was it renamed? Choose the columns again. "
        "Nothing was changed.",
    )


def _refuse_repeated(table: Table, attributes: list[str]) -> None:
    for attribute, count in Counter(attributes).items():
        if count > 1 and attribute in _SINGLE:
            headings = [table.headings[at] for at, name in enumerate(attributes) if name == attribute]
            raise WizardError(
                f"{count} columns of {table.name} are {attribute}",
                f"{' and '.join(headings)}: a person has one {attribute} only. Leave one of the columns out.",
            )


def _identity(table: Table, attributes: list[str], chosen: str) -> tuple[str, int, tuple[str, ...]]:
    """(attribute, column, notes) of the identity: chosen, else id, else employee id, else user name (design 3)."""
    if chosen:
        places = _find(table.headings, chosen) or [
            at for at, name in enumerate(attributes) if name == canonical(chosen)
        ]
        if not places:
            raise _no_heading(table, chosen)
        if len(places) > 1:
            raise WizardError(
                f"{table.name} has {len(places)} columns {chosen}",
                "One column tells people apart. Leave the other out, or rename it in the file.",
            )
        attributes[places[0]] = attributes[places[0]] or table.headings[places[0]]
        return attributes[places[0]], places[0], ()
    for name in ("objectId", "employeeId"):
        if name in attributes and _has_values(table, attributes.index(name)):
            place = attributes.index(name)
            return name, place, (f"People are told apart by the column {table.headings[place]}.",)
    for name in ("userPrincipalName", "mail"):
        if name in attributes:
            place = attributes.index(name)
            warning = (
                f"People are told apart by {table.headings[place]}, because no column holds an id or "
                "an employee ID. "
                "Someone whose user name changes will be taken for somebody new."
            )
            return name, place, (warning,)
    raise WizardError(
        f"{table.name} has no column that tells people apart",
        "It needs a column with an id, an employee ID or a user principal name, and a first line that names the "
        f"columns. Found: {', '.join(table.headings[:8])}. Choose the column by hand, or export the file again.",
    )


def _has_values(table: Table, place: int) -> bool:
    """Whether the column is more than a heading; mostly the first row answers."""
    return any(len(row.cells) > place and row.cells[place] for row in table.rows())
