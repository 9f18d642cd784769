import csv
import io
import json
import os
import stat
from pathlib import Path

import pytest

from tests.provisioning.changes import (
    add_members,
    create_group,
    create_user,
    delete_user,
    disable_user,
    remove_members,
    update_user,
)
from wizard.errors import Message, WizardError, recorded
from wizard.flow.runs.exports import write_log, write_plan
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.provisioning.plan import Plan, Rejected, Skipped, Unchanged
from wizard.scim.resource import MANAGER, Known, Planned

ROW = LogRow(
    "2026-11-23T15:00:00.123Z", "user", "ann", "Jörg “Müller”, 山田", "update", "success", recorded("title"),
    (("import", "success"),), (ModifiedProperty("title", "a", "b"), ModifiedProperty("x", "", "y")),
    "aws-ann", "req", "detail\nin two lines", 200, 31,
)  # fmt: skip


def cells(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_the_log_as_csv_is_what_excel_reads(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", [ROW, ROW])
    content = (tmp_path / "log.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 3
    first, second = cells(tmp_path / "log.csv")
    assert first == second
    assert first["Name"] == "Jörg “Müller”, 山田"
    assert first["Modified"] == "title: a → b; x:  → y"
    assert first["AWS message"] == "detail\nin two lines"
    assert (first["HTTP status"], first["Milliseconds"]) == ("200", "31")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u00a0+"])
def test_no_cell_is_taken_for_a_formula(tmp_path: Path, begin: str) -> None:
    row = LogRow(
        "t",
        "user",
        f"{begin}1+1",
        f'{begin}HYPERLINK("x")',
        "create",
        "success",
        recorded(f"a{begin}b", f"{begin}"),
    )
    write_log(tmp_path / "log.csv", [row])
    (read,) = cells(tmp_path / "log.csv")
    assert read["Source ID"] == f"'{begin}1+1"
    assert read["Name"] == f'\'{begin}HYPERLINK("x")'
    assert read["Advice"] == f"'{begin}"
    assert read["What happened"] == f"a{begin}b"


def test_the_log_as_json_holds_everything_as_it_is(tmp_path: Path) -> None:
    write_log(tmp_path / "log.json", [ROW, LogRow("t", "user", "=1", "L", "create", "success", recorded("x"))])
    first, second = json.loads((tmp_path / "log.json").read_bytes())
    assert first["modified"] == [
        {"name": "title", "before": "a", "after": "b"},
        {"name": "x", "before": "", "after": "y"},
    ]
    assert first["steps"] == [["import", "success"]]
    assert second["source_id"] == "=1"
    assert (second["title"], second["code"], second["args"]) == (
        "x",
        "recorded-text",
        {"title": "x", "advice": ""},
    )


def test_an_empty_log_has_its_headings(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", [])
    write_log(tmp_path / "log.json", [])
    assert (tmp_path / "log.csv").read_text(encoding="utf-8-sig").startswith("Time,Kind,Name,")
    assert json.loads((tmp_path / "log.json").read_bytes()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files exist on POSIX systems only")
def test_exports_are_private_and_whole(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", [ROW])
    assert stat.S_IMODE((tmp_path / "log.csv").stat().st_mode) == 0o600
    with pytest.raises(WizardError, match=r"^file-not-written "):
        write_log(tmp_path / "nowhere" / "log.csv", [ROW])
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


PLAN = Plan(
    changes=(
        create_user(
            "ann",
            "Ann",
            {"userName": "ann", "active": True, MANAGER: Planned("bob")},
            Message("not-in-aws-yet", members=0),
        ),
        update_user("bob", "Bob", "aws-bob", {"title": "a"}, {"title": "b", MANAGER: Known("aws-zoe")}),
        disable_user("zoe", "Zoe", "aws-zoe", Message("no-longer-in-scope")),
        delete_user("max", "Max", "aws-max", {"userName": "max"}),
        create_group("staff", "Staff", {"displayName": "Staff"}),
        add_members("staff", "Staff", "", (Planned("ann"),), ("Ann",)),
        remove_members("staff", "Staff", "aws-staff", (Known("aws-zoe"),), ("Zoe",)),
    ),
    skipped=(Skipped("user", "guest", "Guest", "not-chosen"),),
    rejected=(Rejected("user", "odd", "Odd", "too-long", "title", recorded("The title is too long.")),),
    unchanged=Unchanged(),
    notes=(),
    concerns=(),
    links=(),
    linked=3,
    made_at="2026-11-23T15:00:00Z",
)


@pytest.mark.parametrize("name", ["plan.csv", "plan.JSON"])
def test_the_plan_shows_every_object_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_plan(path, PLAN)
    rows = cells(path) if name.endswith("csv") else json.loads(path.read_bytes())
    assert [(row["Action"], row["Kind"], row["Name"]) for row in rows] == [
        ("Create user", "user", "Ann"),
        ("Update user", "user", "Bob"),
        ("Disable user", "user", "Zoe"),
        ("Delete user", "user", "Max"),
        ("Create group", "group", "Staff"),
        ("Add members", "membership", "Staff"),
        ("Remove members", "membership", "Staff"),
        ("Rejected", "user", "Odd"),
        ("Skipped", "user", "Guest"),
    ]
    assert rows[0]["After"] == f"active: true; {MANAGER}: bob; userName: ann"
    assert (rows[1]["Before"], rows[1]["After"]) == ("title: a", f"title: b; {MANAGER}: aws-zoe")
    assert rows[1]["Attributes"] == f"title; {MANAGER}"
    assert (rows[5]["After"], rows[6]["Before"]) == ("Ann", "Zoe")
    assert (rows[7]["Attributes"], rows[7]["Why"]) == ("title", "The title is too long.")
    assert rows[8]["Why"] == "Not in scope"
    if name.endswith("JSON"):
        assert [(row.get("code"), row.get("args")) for row in (rows[0], rows[1], rows[8])] == [
            ("not-in-aws-yet", {"members": 0}),
            (None, None),
            ("not-chosen", {}),
        ]
