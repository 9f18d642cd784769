"""Functions that give something else each time: with "always" they change an attribute in every run."""

import secrets
import string
from uuid import uuid4

from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import Text, Whole

LONGEST = 256
SPECIALS = "!@#$%^&*()-_=+[]{};:,.?/|~<>"


@function("Guid")
def guid() -> str:
    """A new random GUID."""
    return str(uuid4())


@function("RandomString")
def random_string(
    length: Whole,
    minimum_numbers: Whole,
    minimum_special_characters: Whole,
    minimum_capital_letters: Whole,
    minimum_lowercase_letters: Whole,
    characters_to_avoid: Text = "",
) -> str:
    """Random characters, at most 256: at least so many of each class, none of those to avoid.

    A class with 0 does not occur, unless all have 0 (Microsoft's samples leave it open).
    """
    classes = (string.digits, SPECIALS, string.ascii_uppercase, string.ascii_lowercase)
    fewest = (minimum_numbers, minimum_special_characters, minimum_capital_letters, minimum_lowercase_letters)
    if not 1 <= length <= LONGEST or min(fewest) < 0 or sum(fewest) > length:
        raise EvaluationError(
            f"A random text has 1 to {LONGEST} characters, and at least as many as its classes ask for."
        )
    avoided = set(characters_to_avoid or "")
    allowed = ["".join(letter for letter in letters if letter not in avoided) for letters in classes]
    used = [letters for letters, least in zip(allowed, fewest, strict=True) if least] or allowed
    if not all(letters for letters, least in zip(allowed, fewest, strict=True) if least) or not "".join(used):
        raise EvaluationError("Every character of a class that is asked for is to be avoided.")
    letters = [secrets.choice(allowed[n]) for n, least in enumerate(fewest) for _ in range(least)]
    letters += [secrets.choice("".join(used)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
