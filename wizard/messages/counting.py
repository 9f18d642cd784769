"""Numbers with their nouns, and lists of words: "1 person", "1,234 people", "a, b and c"."""

from collections.abc import Sequence
from enum import Enum

from wizard.messages.translation import ngettext


class Noun(Enum):
    """A noun with its singular and its plural."""

    PERSON = ("{n:,} person", "{n:,} people")
    ACCOUNT = ("{n:,} account", "{n:,} accounts")
    GROUP = ("{n:,} group", "{n:,} groups")
    MEMBERSHIP = ("{n:,} membership", "{n:,} memberships")
    MEMBER = ("{n:,} member", "{n:,} members")
    ATTRIBUTE = ("{n:,} attribute", "{n:,} attributes")
    ROW = ("{n:,} row", "{n:,} rows")
    CHANGE = ("{n:,} change", "{n:,} changes")
    THING = ("{n:,} thing", "{n:,} things")
    VALUE = ("{n:,} value", "{n:,} values")
    ACS_URL = ("{n:,} ACS URL", "{n:,} ACS URLs")
    FAILURE = ("{n:,} failure", "{n:,} failures")
    OBJECT = ("{n:,} person or group", "{n:,} people and groups")
    MINUTE = ("{n:,} minute", "{n:,} minutes")
    DAY = ("{n:,} day", "{n:,} days")


def counted(number: int, noun: Noun) -> str:
    """The number with its noun: "1 person", "1,234 people"."""
    one, many = noun.value
    return ngettext(one, many, number).format(n=number)


def listed(items: Sequence[str]) -> str:
    """Words as one list: "a", "a and b", "a, b and c"."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)
