"""How values, paths and counts read to a person, and how values are compared."""

from collections.abc import Iterable

from wizard.scim.resource import REDACTED, Known, Planned, Redacted, Resource, Value

_SPOKEN = {
    "userName": "user name",
    "displayName": "name",
    "externalId": "external id",
    "emails": "e-mail address",
    "phoneNumbers": "phone number",
}


def folded(value: object) -> str:
    """A text as it is compared where case does not matter; "" for what is no text."""
    return value.casefold() if isinstance(value, str) else ""


def short_name(path: str) -> str:
    """An attribute's name as AWS writes it, short: `department`, `emails`, `addresses.locality`."""
    if path.startswith("urn:"):
        return path.rpartition(":")[2]
    head, bracket, rest = path.partition("[")
    if not bracket:
        return path
    part = rest.rpartition("].")[2]
    return head if part in ("", "value") else f"{head}.{part}"


def spoken(path: str) -> str:
    """An attribute as a sentence says it: "user name", "e-mail address"; else its short name."""
    return _SPOKEN.get(short_name(path), short_name(path))


def short_names(paths: Iterable[str]) -> tuple[str, ...]:
    """ "title", "department", each once."""
    return tuple(dict.fromkeys(short_name(path) for path in paths))


def differing(before: Resource, after: Resource) -> tuple[str, ...]:
    """Paths whose value changes; an update also carries what stays the same in a list item it must write whole."""
    return tuple(path for path in dict.fromkeys((*after, *before)) if before.get(path) != after.get(path))


def shown(value: Value | None) -> str:
    """A value as the log and the plan show it; "" for none."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Known():
            return value.id
        case Planned():
            return value.source_id
        case Redacted():
            return REDACTED
        case tuple():
            return ", ".join(shown(one) for one in value)
        case _:
            return value


def people(count: int) -> str:
    """ "1 person", "37 people"."""
    return "1 person" if count == 1 else f"{count:,} people"


def groups(count: int) -> str:
    """ "1 group", "3 groups"."""
    return "1 group" if count == 1 else f"{count:,} groups"


def memberships(count: int) -> str:
    """ "1 membership", "12 memberships"."""
    return "1 membership" if count == 1 else f"{count:,} memberships"


def share(part: int, whole: int) -> str:
    """ "12 %", rounded; "under 1 %" for a small share."""
    percent = round(100 * part / whole) if whole else 0
    return "under 1 %" if part and percent == 0 else f"{percent} %"
