"""Descriptions that are written below gettext, in the person's language: of AWS's attributes and of functions.

`packaging/translations.py` extracts them from the schema and from the functions' docstrings.
"""

from wizard.messages.translation import pgettext


def about_attribute(description: str) -> str:
    """The description of an attribute of AWS; "" = it has none."""
    return pgettext("attribute", description) if description else ""


def about_function(help_text: str) -> str:
    """The help of a function, paragraph by paragraph."""
    parts = (" ".join(part.split()) for part in help_text.split("\n\n"))
    return "\n\n".join(pgettext("function", part) for part in parts if part)
