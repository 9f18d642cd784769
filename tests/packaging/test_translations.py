"""Texts for translators: extracted, compiled, and every catalogue is checked."""

import ast
import gettext
import os
import re
from io import BytesIO
from pathlib import Path

import pytest
import translations
from babel.messages.pofile import PoFileError, read_po

from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.mapping.expression.expression import function_catalogue
from wizard.messages import translation

PO = r"""
msgid ""
msgstr ""
"Language: de\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

# a comment
msgid "People"
msgstr "Personen"

msgctxt "button"
msgid "Open"
msgstr "Öffnen"

msgid "{n} person of {all}"
msgid_plural "{n} people of {all}"
msgstr[0] "{n} Person von {all}"
msgstr[1] "{n} Personen "
"von {all}"

#, fuzzy
msgid "Old"
msgstr "Alt"

msgid "New"
msgstr ""
"""


def catalogue(root: Path, text: str, language: str = "de") -> Path:
    path = root / "resources" / "translations" / language / "LC_MESSAGES" / f"{translations.NAME}.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return path


def test_an_incomplete_translation_stays_english(tmp_path: Path) -> None:
    catalogue(tmp_path, PO)
    (made,) = translations.compile_all(tmp_path, least=0.5)
    with made.open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert [found.gettext(text) for text in ("People", "Old", "New", "Unknown")] == [
        "Personen",
        "Old",
        "New",
        "Unknown",
    ]
    assert found.pgettext("button", "Open") == "Öffnen"
    assert found.pgettext("menu", "Open") == "Open"


def test_a_language_is_offered_once_nearly_all_is_translated(tmp_path: Path) -> None:
    source = catalogue(tmp_path, PO)
    assert translations.share_translated(translations.read(source)) == 0.6
    assert translations.compile_all(tmp_path, least=0.6)
    source.write_text(PO + '\nmsgid "Newer"\nmsgstr ""\n', "utf-8")
    os.utime(source.with_suffix(".mo"), (0, 0))
    assert translations.compile_all(tmp_path, least=0.6) == []
    assert not source.with_suffix(".mo").exists()


def test_only_newer_catalogues_are_compiled(tmp_path: Path) -> None:
    source = catalogue(tmp_path, PO)
    assert len(translations.compile_all(tmp_path, least=0.5)) == 1
    assert translations.compile_all(tmp_path, least=0.5) == []
    source.with_suffix(".mo").unlink()
    assert len(translations.compile_all(tmp_path, least=0.5)) == 1


def test_the_program_uses_what_was_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue(tmp_path, PO)
    translations.compile_all(tmp_path, least=0.5)
    monkeypatch.setattr("wizard.assets._roots", lambda: (tmp_path / "resources",))
    try:
        assert translation.available_languages() == ["de", "en"]
        assert translation.use_language("de") == translation.current_language() == "de"
        assert translation._("People") == "Personen"
        assert translation.pgettext("button", "Open") == "Öffnen"
        assert (
            translation.ngettext("{n} person of {all}", "{n} people of {all}", 2).format(n=2, all=3)
            == "2 Personen von 3"
        )
        assert translation._("Without a translation") == "Without a translation"
    finally:
        translation.use_language("en")
    assert translation._("People") == "People"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('msgid "People"\nmsgstr "{n} Personen"\n', "placeholders"),
        ('msgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] "{n} Zeile"\n', "plural forms"),
        ('#, fuzzy\nmsgid "People"\nmsgstr "Leute"\n', "fuzzy"),
        ('msgid "Never said"\nmsgstr "Nie gesagt"\n', "no text"),
    ],
)
def test_faults_of_a_catalogue_are_found(tmp_path: Path, text: str, part: str) -> None:
    from babel.messages.catalog import Catalog

    known = Catalog()
    known.add("People")
    known.add(("{n} row", "{n} rows"))
    source = catalogue(tmp_path, PO.partition("# a comment")[0] + text)
    (fault,) = translations.faults(source, known)
    assert part in fault


def test_a_damaged_catalogue_is_named(tmp_path: Path) -> None:
    catalogue(tmp_path, 'msgid "People"\nnonsense\n')
    with pytest.raises(PoFileError):
        translations.compile_all(tmp_path, least=0.5)


@pytest.fixture(scope="module")
def texts() -> object:
    return translations.template()


def test_the_texts_can_be_extracted(texts) -> None:
    assert len(texts) > 1000
    text = translations.template_text(texts)
    assert text == translations.template_text(translations.template()), "the same texts give the same file"
    assert read_po(BytesIO(text.encode())).get("People") is not None
    assert "POT-Creation-Date" not in text
    assert "#: " not in text


def test_no_marked_text_is_out_of_reach_of_the_extraction(texts) -> None:
    """A mark inside the arguments of another mark, or in an f-string, is not found there."""
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in texts if message.id}
    missed = []
    for path in sorted((translations.ROOT / "wizard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name not in translations.KEYWORDS or not node.args:
                continue
            text = node.args[1 if name in ("pgettext", "npgettext", "Np_", "Npn_") else 0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value not in known:
                missed.append(f"{path.name}:{node.lineno}: {text.value}")
    assert missed == []


def test_every_catalogue_in_the_tree_is_whole(texts) -> None:
    said = [fault for source in translations.catalogues() for fault in translations.faults(source, texts)]
    assert said == []


_NOT_WRITTEN = re.compile(
    r"\b(e-mail|organis|recognis|behaviour|colour|cancelled|centre|favour|analys[ei]|AWS's|whoever|whom|somebody|nobody|anew)"
    r"|(?<!\{)\blicence\b(?!\})|\bthe page [A-Z]|\bfirst cycle\b| \d+ %"
)
"""British spellings, possessives of AWS, and words that docs/glossary.md has others for."""


def test_english_texts_are_american_and_keep_to_the_glossary(texts) -> None:
    written = {text for message in texts if message.id for text in _forms(message)}
    assert [text for text in sorted(written) if _NOT_WRITTEN.search(text)] == []


def _forms(message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_descriptions_of_attributes_and_functions_are_extracted(texts) -> None:
    known = {(message.context, message.id) for message in texts if message.id}
    for one in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES, *GROUP_ATTRIBUTES):
        assert not one.description or ("attribute", one.description) in known, one.path
    catalogue_of_functions = function_catalogue()
    assert len(catalogue_of_functions) > 40
    for one in catalogue_of_functions:
        assert one.help
        for part in one.help.split("\n\n"):
            assert ("function", " ".join(part.split())) in known, one.name
