"""gettext for every text a person reads."""

import gettext

_translations: gettext.NullTranslations = gettext.NullTranslations()


def _(text: str) -> str:
    """The text in the person's language."""
    return _translations.gettext(text)


def ngettext(one: str, many: str, count: float) -> str:
    """The singular or plural form for a count, in the person's language."""
    return _translations.ngettext(one, many, int(count) if count == int(count) else 2)


def N_(text: str) -> str:
    """Mark a text for extraction; it is translated where it is shown."""
    return text
