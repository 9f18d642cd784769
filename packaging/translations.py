"""Extracts the texts for translators and compiles what they translated.

    python packaging/translations.py extract    writes resources/translations/identity-center-wizard.pot
    python packaging/translations.py update     also takes new texts into each .po, and drops old ones
    python packaging/translations.py check      fails where the .pot is out of date or a .po has faults
    python packaging/translations.py compile    writes a .mo beside each .po that is newer

A language is a folder: resources/translations/de/LC_MESSAGES/identity-center-wizard.po. The template is sorted by text and
has neither line numbers nor dates, so that it changes only with the texts. All of it needs Babel.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).resolve().parent.parent
NAME = "identity-center-wizard"
KEYWORDS = {
    "_": None,
    "N_": None,
    "Nn_": (1, 2),
    "Np_": ((1, "c"), 2),
    "Npn_": ((1, "c"), 2, 3),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""Functions of `wizard.messages.translation`, with the places of their texts."""
COMMENT = "Translators:"
"""A comment that begins so, before a text, is for translators."""
_NOT_KEPT = re.compile(
    r'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):.*\n',
    re.MULTILINE,
)
"""Lines of a header that change by themselves, or say nothing."""
OFFERED_FROM = 0.95
"""Share of its texts from which a language is offered."""
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


def read(source: Path) -> Catalog:
    """Read a .po file; raises PoFileError with the line that is none of such a file."""
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        return read_po(file, locale=source.parent.parent.name, abort_invalid=True)


def is_whole(message: Message) -> bool:
    """Whether each form of a text is translated; else the program shows English."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms) and not message.fuzzy


def share_translated(found: Catalog) -> float:
    """How much of a catalogue is translated, 0 to 1."""
    texts = [message for message in found if message.id]
    return sum(map(is_whole, texts)) / len(texts) if texts else 0.0


def is_older(root: Path = ROOT) -> bool:
    """Whether a catalogue is newer than what was compiled from it."""
    return any(not _is_fresh(source) for source in catalogues(root))


def _is_fresh(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def compile_all(root: Path = ROOT, least: float = OFFERED_FROM) -> list[Path]:
    """Write the .mo of each .po that is newer; returns those that were written.

    A language with less than `least` of its texts is not offered: its .mo is removed, and the .po waits for more.
    """
    from babel.messages.mofile import write_mo

    made = []
    for source in catalogues(root):
        if _is_fresh(source):
            continue
        found, target = read(source), source.with_suffix(".mo")
        if share_translated(found) < least:
            target.unlink(missing_ok=True)
            continue
        for message in [message for message in found if message.id and not is_whole(message)]:
            found.delete(message.id, message.context)
        beside = target.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as file:
            write_mo(file, found)
        beside.replace(target)
        made.append(target)
    return made


def compile_if_older(python: str) -> None:
    """Compile with the Python that has Babel."""
    if is_older():
        subprocess.run([python, str(Path(__file__)), "compile"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


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
    for context, text in _described(root):
        found.add(text, context=context)
    return found


def _described(root: Path) -> Iterator[tuple[str, str]]:
    """Context and text of what is written below gettext: descriptions of AWS's attributes, and help of functions.

    `wizard/messages/descriptions.py` translates them where they are shown.
    """
    for node in ast.walk(ast.parse((root / "wizard" / "aws" / "schema.py").read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "description" and isinstance(node.value, ast.Constant):
            yield "attribute", str(node.value.value)
    for path in sorted((root / "wizard" / "mapping" / "expression" / "functions").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            decorators = (each.func for each in node.decorator_list if isinstance(each, ast.Call))
            if any(isinstance(each, ast.Name) and each.id in ("function", "form") for each in decorators):
                for part in (ast.get_docstring(node) or "").split("\n\n"):
                    yield "function", " ".join(part.split())


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
    from babel.messages.pofile import write_po

    before = read(source)
    before.update(found, no_fuzzy_matching=True, update_creation_date=False)
    before.obsolete.clear()
    output = BytesIO()
    write_po(output, before, sort_output=True, no_location=True, width=120)
    source.write_text(_NOT_KEPT.sub("", output.getvalue().decode("utf-8")), "utf-8")


# --- check -----------------------------------------------------------------------------------------------------------


def placeholders(text: str) -> frozenset[str]:
    """The names of a text's placeholders, with their formats."""
    return frozenset(_PLACEHOLDER.findall(text))


def faults(source: Path, found: Catalog) -> list[str]:
    """Return the problems of a .po: unknown texts, other placeholders, missing plural forms, fuzzy entries."""
    catalogue, said = read(source), []
    for message in catalogue:
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        name = f"{catalogue.locale}: {texts[0]!r}"
        if not message.id:
            continue
        if message.fuzzy:
            said.append(f"{name} is fuzzy")
        if found.get(message.id, message.context) is None:
            said.append(f"{name} is no text of the program")
        if len(texts) > 1 and any(forms) and not (all(forms) and len(forms) == catalogue.num_plurals):
            said.append(f"{name} has {sum(map(bool, forms))} of {catalogue.num_plurals} plural forms")
        said += [
            f"{name} has the placeholders {sorted(placeholders(translated))}"
            for translated in filter(None, forms)
            if not _fits(texts, placeholders(translated))
        ]
    return said


def _fits(texts: Sequence[str], used: frozenset[str]) -> bool:
    """Whether a translation has the placeholders of its text; a plural form may leave one out, such as "one person"."""
    if len(texts) == 1:
        return used == placeholders(texts[0])
    return used <= frozenset().union(*map(placeholders, texts))


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
