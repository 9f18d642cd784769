"""Files that are not a directory: each is refused with what it is."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.sources.files import WriteFile, read
from wizard.errors import Message, WizardError
from wizard.mapping.attribute_mapping import default_mappings
from wizard.mapping.schema_json import export_schema
from wizard.mapping.scoping_filter import ScopingFilter

SCHEMA = export_schema(default_mappings(), ScopingFilter(), ScopingFilter())


def archive(path: Path, *parts: str) -> Path:
    """A zip archive with these parts."""
    with zipfile.ZipFile(path, "w") as made:
        for part in parts:
            made.writestr(part, "<x/>")
    return path


@pytest.mark.parametrize(
    ("parts", "code", "kind"),
    [
        (("[Content_Types].xml", "word/document.xml"), "file-of-another-kind", "word"),
        (("[Content_Types].xml", "ppt/presentation.xml"), "file-of-another-kind", "presentation"),
        (("Index/Document.iwa",), "file-of-another-kind", "numbers"),
        (("mimetype", "content.xml"), "file-is-opendocument", ""),
        (("people.csv",), "file-is-zip-archive", ""),
    ],
)
def test_archives(tmp_path: Path, parts: tuple[str, ...], code: str, kind: str) -> None:
    with pytest.raises(WizardError) as caught:
        read(archive(tmp_path / "a.xlsx", *parts))
    assert (caught.value.message.code, caught.value.message.args.get("kind", "")) == (code, kind)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"GIF89a", "picture"), (b"{\\rtf1 Hello}", "word"), (b"MZ\x90\0", "program"), (b"%PDF-1.4", "pdf")],
)
def test_other_kinds(file: WriteFile, content: bytes, kind: str) -> None:
    with pytest.raises(WizardError) as caught:
        read(file("people.csv", content))
    assert caught.value.message.args["kind"] == kind


@pytest.mark.parametrize(
    "content", ["Dear team,\nthe list is attached.\n", "BEGIN:VCARD\nFN:Ada\n", "people:\n - Ada\n"]
)
def test_a_text_without_columns(file: WriteFile, content: str) -> None:
    with pytest.raises(WizardError) as caught:
        read(file("people.txt", content))
    assert caught.value.message == Message("file-without-columns", file="people.txt"), "nothing of it is quoted"


def test_a_list_of_user_names_alone_is_a_table(file: WriteFile) -> None:
    assert [user.id for user in read(file("people.csv", "userPrincipalName\na@x\nb@x\n")).users] == ["a@x", "b@x"]


@pytest.mark.parametrize(
    "content",
    [
        SCHEMA,
        json.dumps(json.loads(SCHEMA)["synchronizationRules"][0]),
        json.dumps(json.loads(SCHEMA)["synchronizationRules"][0]["objectMappings"][0]),
        json.dumps(json.loads(SCHEMA)["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]),
    ],
    ids=["schema", "rule", "object mapping", "attribute mappings"],
)
def test_an_exported_mapping_in_every_shape_that_can_be_imported(file: WriteFile, content: str) -> None:
    with pytest.raises(WizardError, match=r"^file-is-schema "):
        read(file("people.json", content))


def test_a_job_file(file: WriteFile) -> None:
    job = {"id": "1", "mappings": {"users": [{"target": "userName"}]}, "target": {}, "policy": {}}
    with pytest.raises(WizardError, match=r"^file-is-job "):
        read(file("people.json", json.dumps(job)))


def test_people_with_attributes_of_such_names_are_read(file: WriteFile) -> None:
    people = [{"id": "1", "userPrincipalName": "a@x", "target": "t", "policy": "p", "mappings": "m"}]
    assert [user.id for user in read(file("people.json", json.dumps(people))).users] == ["1"]
    assert [user.id for user in read(file("people.json", json.dumps({"value": people, "policy": 1}))).users] == [
        "1"
    ]
