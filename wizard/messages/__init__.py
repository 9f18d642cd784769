"""Codes and arguments become sentences: one table, the only place with texts of errors, notes, warnings and log rows.

    >>> title(Message("token-of-another-tenant", kept_url="https://a", asked_url="https://b"))
    'The stored access token belongs to another SCIM endpoint'

A row is a `Text` whose placeholders are the message's arguments, or a function of the arguments that returns one
(for plurals and lists). Modules below `messages` say `Message("code", name=value)`; only `ui`, `cli` and `flow`
call the functions here. `tests/messages` checks that each code in the program has a row that fits its arguments.
"""

from wizard.messages.counting import Noun, counted, listed
from wizard.messages.render import (
    HasMessage,
    accept,
    advice,
    as_sentence,
    codes_with,
    for_commands,
    sentence,
    text,
    title,
)
from wizard.messages.row import Row, Text

__all__ = [
    "HasMessage",
    "Noun",
    "Row",
    "Text",
    "accept",
    "advice",
    "as_sentence",
    "codes_with",
    "counted",
    "for_commands",
    "listed",
    "sentence",
    "text",
    "title",
]
