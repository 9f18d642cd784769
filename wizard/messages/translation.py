"""gettext for every text a person reads.

    _("Whole sentence with {name}.").format(name=name)
    ngettext("{n:,} person", "{n:,} people", n).format(n=n)
    pgettext("button", "Open")

A text is translated where it is shown, never while a module or class is created: there `N_` (`Nn_` for a singular with
its plural, `Np_` with a context, `Npn_` with both) marks it for extraction. `{n:,}` groups the digits as
`formats.grouped` does. A text without a translation stays English. `packaging/translations.py` extracts the texts and
compiles the catalogues.
"""

import gettext
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from wizard.assets import asset

DOMAIN = "identity-center-wizard"
SOURCE_LANGUAGE = "en"
_CONTEXT = "\x04"
"""Between context and text, as in a compiled catalogue."""

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE_LANGUAGE
_group_digits: Callable[[int], str] = str


# --- texts -----------------------------------------------------------------------------------------------------------


def _(text: str) -> str:
    """The text in the person's language; also of a text marked with `Np_`."""
    if _CONTEXT in text:
        return _with_numbers(_translations.pgettext(*text.split(_CONTEXT)))
    return _with_numbers(_translations.gettext(text))


def ngettext(one: str, many: str, count: float) -> str:
    """The singular or plural form for a count, in the person's language."""
    return _with_numbers(_translations.ngettext(one, many, _whole(count)))


def pgettext(context: str, text: str) -> str:
    """As `_`, for a text with several meanings; the context says which, in English, to the translator."""
    return _with_numbers(_translations.pgettext(context, text))


def npgettext(context: str, one: str, many: str, count: float) -> str:
    """As `ngettext`, with a context."""
    return _with_numbers(_translations.npgettext(context, one, many, _whole(count)))


def N_(text: str) -> str:
    """Mark a text for extraction; it is translated where it is shown."""
    return text


def Nn_(one: str, many: str) -> tuple[str, str]:
    """Mark a singular and its plural for extraction; `ngettext` translates them where they are shown."""
    return one, many


def Np_(context: str, text: str) -> str:
    """Mark a text with its context for extraction; `_` translates it where it is shown."""
    return f"{context}{_CONTEXT}{text}"


def Npn_(context: str, one: str, many: str) -> tuple[str, str, str]:
    """Mark a singular and its plural with their context; `npgettext` translates them where they are shown."""
    return context, one, many


def _whole(count: float) -> int:
    """The count that chooses a plural form; a fraction takes that of several."""
    return int(count) if count == int(count) else 2


class _Grouped(int):
    """A whole number whose format `,` groups its digits as the person's locale does."""

    def __format__(self, specification: str) -> str:
        return _group_digits(int(self)) if specification == "," else format(int(self), specification)


class _WithNumbers(str):
    """A text with a placeholder such as `{n:,}`."""

    __slots__ = ()

    def format(self, *values: object, **named: object) -> str:
        """Fill the placeholders."""
        return str.format(self, *map(_grouped, values), **{name: _grouped(value) for name, value in named.items()})


def _grouped(value: object) -> object:
    return _Grouped(value) if type(value) is int else value


def use_grouping(group_digits: Callable[[int], str]) -> None:
    """Write `{n:,}` in texts in this way from now on; `formats.use_style` calls it."""
    global _group_digits
    _group_digits = group_digits


def _with_numbers(text: str) -> str:
    return _WithNumbers(text) if ":,}" in text else text


# --- the language ----------------------------------------------------------------------------------------------------


def use_language(code: str | None = None, system: Iterable[str] = ()) -> str:
    """Choose the language of all texts from now on; returns its code, "en" where there is no catalogue.

    code: such as "de" or "pt_BR"; None = the system's. system: the languages the system asks for, best first; by default
    those of LANGUAGE, LC_ALL, LC_MESSAGES and LANG, on Windows also that of the display.
    """
    for wanted in [code] if code else (list(system) or system_languages()):
        for language in _spellings(wanted):
            if language == SOURCE_LANGUAGE:
                return use_translations(gettext.NullTranslations(), SOURCE_LANGUAGE)
            if (catalogue := _catalogue(language)) is not None:
                with catalogue.open("rb") as file:
                    return use_translations(gettext.GNUTranslations(file), language)
    return use_translations(gettext.NullTranslations(), SOURCE_LANGUAGE)


def use_translations(translations: gettext.NullTranslations, language: str) -> str:
    """Use these translations from now on; returns the language."""
    global _translations, _language
    _translations, _language = translations, language
    return language


def current_language() -> str:
    """The code of the language in use, such as "en" or "pt_BR"."""
    return _language


def available_languages() -> Sequence[str]:
    """The codes of English and of every language with a compiled catalogue, sorted."""
    try:
        folders = asset("translations").iterdir()
    except FileNotFoundError:
        return (SOURCE_LANGUAGE,)
    return sorted({SOURCE_LANGUAGE, *(folder.name for folder in folders if _catalogue(folder.name) is not None)})


def system_languages(environ: Callable[[str], str | None] = os.environ.get) -> Sequence[str]:
    """The languages that the environment asks for, best first; on Windows that of the display."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if chosen := environ(name):
            plain = chosen.partition(".")[0] in ("C", "POSIX")
            return [SOURCE_LANGUAGE] if plain else [*(environ("LANGUAGE") or "").split(":"), chosen]
    if sys.platform == "win32":
        import ctypes
        import locale

        return [locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), SOURCE_LANGUAGE)]
    return [SOURCE_LANGUAGE]


def _spellings(wanted: str) -> Sequence[str]:
    """How catalogues may be named for a wish such as "de_AT.UTF-8" or "pt-BR": "de_AT" and "de"."""
    name = wanted.partition(".")[0].partition("@")[0].replace("-", "_")
    base = name.partition("_")[0]
    return [part for part in dict.fromkeys((name, base)) if part.replace("_", "").isalnum()]


def _catalogue(language: str) -> Path | None:
    try:
        return asset("translations", language, "LC_MESSAGES", f"{DOMAIN}.mo")
    except FileNotFoundError:
        return None
