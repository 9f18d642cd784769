"""A schema travels: read into a job, written out again, and nothing lost on the way."""

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.graph_schema import SCHEMA
from wizard import messages
from wizard.errors import WizardError
from wizard.flow.mapping.schema_files import export_mappings, import_mappings
from wizard.flow.steps.session import new_draft
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.schema_json import remarks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "schema.json"
    made.write_text(json.dumps(SCHEMA, indent=1), encoding="utf-8")
    return made


def test_tables_switches_and_filters_come_in(file: Path) -> None:
    job = new_draft()
    read, told = import_mappings(job, file)
    title = AttributeMapping("title", MappingKind.FUNCTION, "ToUpper([jobTitle])")
    assert read.mappings.users[0] == title
    assert read.mappings.groups == job.mappings.groups
    assert not read.mappings.users_flow.delete
    assert read.scope.user_filter != job.scope.user_filter
    assert read.scope.group_filter == job.scope.group_filter
    assert [remark.target for remark in told] == ["nickName"]
    assert remarks(read.mappings) == told
    assert remarks(job.mappings) == ()


def test_what_came_in_goes_out_byte_for_byte(file: Path, tmp_path: Path) -> None:
    read, _told = import_mappings(new_draft(), file)
    out = tmp_path / "out.json"
    export_mappings(read, out)
    assert out.read_bytes() == file.read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_an_edit_goes_out_into_its_row_alone(file: Path, tmp_path: Path) -> None:
    read, _told = import_mappings(new_draft(), file)
    first, *rest = read.mappings.users
    edited = replace(read.mappings, users=(replace(first, default="none"), *rest))
    out = tmp_path / "out.json"
    export_mappings(replace(read, mappings=edited), out)
    rows = json.loads(out.read_text())["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    assert rows[0]["defaultValue"] == "none"
    expected = SCHEMA["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][1]
    assert rows[1] == expected


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"attributeMappings": 1}'])
def test_an_invalid_schema_is_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    with pytest.raises(WizardError) as caught:
        import_mappings(new_draft(), file)
    assert messages.advice(caught.value)


def test_a_file_that_is_not_there_and_a_folder_that_is_not_are_told(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match=r"schema\.json"):
        import_mappings(new_draft(), tmp_path / "schema.json")
    with pytest.raises(WizardError):
        export_mappings(new_draft(), tmp_path / "nowhere" / "schema.json")
