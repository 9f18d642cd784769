"""Numbers with their nouns, and lists of words: "1 person", "1,234 people", "a, b and c"."""

from enum import Enum

from wizard.messages.formats import listed
from wizard.messages.translation import Nn_, ngettext

__all__ = ["Noun", "counted", "listed"]


class Noun(Enum):
    """A noun with its singular and its plural."""

    PERSON = Nn_("{n:,} person", "{n:,} people")
    ACCOUNT = Nn_("{n:,} account", "{n:,} accounts")
    GROUP = Nn_("{n:,} group", "{n:,} groups")
    MEMBERSHIP = Nn_("{n:,} membership", "{n:,} memberships")
    MEMBER = Nn_("{n:,} member", "{n:,} members")
    ATTRIBUTE = Nn_("{n:,} attribute", "{n:,} attributes")
    ROW = Nn_("{n:,} row", "{n:,} rows")
    CHANGE = Nn_("{n:,} change", "{n:,} changes")
    VALUE = Nn_("{n:,} value", "{n:,} values")
    ACS_URL = Nn_("{n:,} ACS URL", "{n:,} ACS URLs")
    OBJECT = Nn_("{n:,} person or group", "{n:,} people and groups")
    DAY = Nn_("{n:,} day", "{n:,} days")


def counted(number: int, noun: Noun) -> str:
    """The number with its noun: "1 person", "1,234 people"."""
    one, many = noun.value
    return ngettext(one, many, number).format(n=number)
