"""Extracts the texts for translators and compiles what they translated.

    python packaging/translations.py extract    writes resources/translations/identity-center-wizard.pot (needs Babel)
    python packaging/translations.py update     also takes new texts into each .po, and drops old ones (needs Babel)
    python packaging/translations.py check      fails where the .pot is out of date or a .po has faults (needs Babel)
    python packaging/translations.py compile    writes a .mo beside each .po that is newer

A language is a folder: resources/translations/de/LC_MESSAGES/identity-center-wizard.po. The template is sorted by text and
has neither line numbers nor dates, so that it changes only with the texts. To compile, only the standard library is used.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
NAME = "identity-center-wizard"
KEYWORDS = {
    "_": None,
    "N_": None,
    "Nn_": (1, 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""Functions of `wizard.messages.translation`, with the places of their texts."""
COMMENT = "Translators:"
"""A comment that begins so, before a text, is for translators."""
_PLACEHOLDER = re.compile(r"(?<!\{)\{(?!\{)([^{}]*)\}")
_HEADER = """# Texts of Identity Center Wizard. Made by: python packaging/translations.py extract
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def folder(root: Path = ROOT) -> Path:
    """The folder of the template and of all languages."""
    return root / "resources" / "translations"


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every .po, by language."""
    return sorted(folder(root).glob(f"*/LC_MESSAGES/{NAME}.po"))


# --- compile ---------------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """One text of a .po file."""

    context: str | None = None
    text: str = ""
    plural: str | None = None
    translations: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """How a .mo file names it."""
        texts = self.text if self.plural is None else f"{self.text}\0{self.plural}"
        return texts if self.context is None else f"{self.context}\4{texts}"

    @property
    def value(self) -> str:
        """All its translations."""
        return "\0".join(self.translations[at] for at in sorted(self.translations))

    @property
    def is_whole(self) -> bool:
        """Whether each of its forms is translated; else the program shows English."""
        return bool(self.translations) and all(self.translations.values()) and not self.fuzzy


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Read a .po file; raises ValueError with the number of a line that is none of such a file."""
    entry, part = Entry(), ""
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            if part.startswith("msgstr"):
                yield entry
                entry, part = Entry(), ""
            entry.fuzzy = entry.fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        word, _space, rest = line.partition(" ")
        if not line.startswith('"'):
            if word in ("msgctxt", "msgid") and part.startswith("msgstr"):
                yield entry
                entry = Entry()
            part, line = word, rest.strip()
        _add(entry, part, line, number)
    if part.startswith("msgstr"):
        yield entry


def _add(entry: Entry, part: str, quoted: str, number: int) -> None:
    try:
        text = str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError):
        raise ValueError(f"line {number} is not a text in quotes") from None
    plural = re.fullmatch(r"msgstr(?:\[(\d+)\])?", part)
    if part == "msgctxt":
        entry.context = (entry.context or "") + text
    elif part == "msgid":
        entry.text += text
    elif part == "msgid_plural":
        entry.plural = (entry.plural or "") + text
    elif plural:
        at = int(plural[1] or 0)
        entry.translations[at] = entry.translations.get(at, "") + text
    else:
        raise ValueError(f"line {number} begins with {part or 'a text of nothing'}")


def compiled(found: Iterable[Entry]) -> bytes:
    """The .mo file of these texts: those that are translated whole, and the header."""
    pairs = sorted(
        (entry.key.encode(), entry.value.encode()) for entry in found if entry.is_whole or not entry.key
    )
    keys = b"".join(key + b"\0" for key, _value in pairs)
    values = b"".join(value + b"\0" for _key, value in pairs)
    begin = 28 + 16 * len(pairs)
    tables: list[int] = []
    for texts, at in (
        ([key for key, _value in pairs], begin),
        ([value for _key, value in pairs], begin + len(keys)),
    ):
        for text in texts:
            tables += [len(text), at]
            at += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{len(tables)}I", *tables) + keys + values


def compile_all(root: Path = ROOT) -> list[Path]:
    """Write the .mo of each .po that is newer; returns those that were written."""
    made = []
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        beside = target.with_suffix(f".{os.getpid()}")
        beside.write_bytes(compiled(entries(source.read_text("utf-8").splitlines())))
        beside.replace(target)
        made.append(target)
    return made


# --- extract ---------------------------------------------------------------------------------------------------------


def template(root: Path = ROOT) -> Catalog:
    """Every text of the program that is translated."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_file

    found = Catalog(charset="utf-8")
    for path in sorted((root / "wizard").rglob("*.py")):
        texts = extract_from_file(
            "python", path, keywords=KEYWORDS, comment_tags=(COMMENT,), strip_comment_tags=True
        )
        for _line, text, comments, context in texts:
            found.add(text, auto_comments=comments, context=context)
    return found


def template_text(found: Catalog) -> str:
    """The .pot file: sorted, without places and dates."""
    from babel.messages.pofile import write_po

    for message in found:
        message.flags.discard("python-format")  # a "%" is no placeholder here
    output = BytesIO()
    write_po(output, found, sort_output=True, no_location=True, omit_header=True, width=120)
    return f"{_HEADER}\n{output.getvalue().decode('utf-8').strip()}\n"


def template_file(root: Path = ROOT) -> Path:
    """Where the .pot is."""
    return folder(root) / f"{NAME}.pot"


def update(source: Path, found: Catalog) -> None:
    """Take new texts into a .po, without a translation, and drop those that are gone."""
    from babel.messages.pofile import read_po, write_po

    language = source.parent.parent.name
    with source.open("rb") as file:
        before = read_po(file, locale=language)
    before.update(found, no_fuzzy_matching=True, update_creation_date=False)
    before.obsolete.clear()
    with source.open("wb") as file:
        write_po(file, before, sort_output=True, no_location=True, width=120)


# --- check -----------------------------------------------------------------------------------------------------------


def placeholders(text: str) -> frozenset[str]:
    """The names of a text's placeholders, with their formats."""
    return frozenset(_PLACEHOLDER.findall(text))


def faults(source: Path, found: Catalog) -> list[str]:
    """Faults of a .po: unknown texts, differing placeholders, missing plural forms, fuzzy entries."""
    from babel.messages.pofile import read_po

    language = source.parent.parent.name
    with source.open("rb") as file:
        forms = read_po(file, locale=language).num_plurals
    known = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0])
        for message in found
        if message.id
    }
    said = []
    for entry in entries(source.read_text("utf-8").splitlines()):
        name = f"{language}: {entry.text!r}"
        if not entry.key:
            continue
        if entry.fuzzy:
            said.append(f"{name} is fuzzy")
        if (entry.context, entry.text) not in known:
            said.append(f"{name} is no text of the program")
        if entry.plural is not None and any(entry.translations.values()) and len(entry.translations) != forms:
            said.append(f"{name} has {len(entry.translations)} of {forms} plural forms")
        said += [
            f"{name} has the placeholders {sorted(placeholders(translated))}"
            for translated in filter(None, entry.translations.values())
            if not _fits(entry, placeholders(translated))
        ]
    return said


def _fits(entry: Entry, used: frozenset[str]) -> bool:
    """Whether a translation has the placeholders of its text; a plural form may leave one out, such as "one person"."""
    if entry.plural is None:
        return used == placeholders(entry.text)
    return used <= placeholders(entry.text) | placeholders(entry.plural)


def main(arguments: list[str]) -> int:
    """Run the command; 1 = the check found a fault."""
    parser = argparse.ArgumentParser(prog="translations.py", description="Extract and compile translations.")
    parser.add_argument("what", choices=("extract", "update", "check", "compile"))
    what = parser.parse_args(arguments).what
    if what == "compile":
        print("\n".join(str(path.relative_to(ROOT)) for path in compile_all()))
        return 0
    found = template()
    text, file = template_text(found), template_file()
    if what == "check":
        said = [fault for source in catalogues() for fault in faults(source, found)]
        if not file.exists() or file.read_text("utf-8") != text:
            said.append(f"{file.relative_to(ROOT)} is out of date: python packaging/translations.py extract")
        print("\n".join(said) or f"{len(found)} texts, {len(catalogues())} languages: nothing to mend")
        return int(bool(said))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    for source in catalogues() if what == "update" else ():
        update(source, found)
    print(f"{len(found)} texts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
