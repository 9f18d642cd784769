"""The real window walks all steps against a sandbox process, with the real keyring, asserted from outside."""

from pathlib import Path
from typing import Any

import pytest

from tests.keyring_session import journey

pytestmark = pytest.mark.desktop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    return journey("tests.journeys.file_journey", folder, 240)


def test_the_keyring_holds_both_values(seen: dict[str, Any]) -> None:
    assert seen["first"]["keyring"] == {"tenant-url": seen["tenantUrl"], "aws-token": seen["token"]}


def test_everybody_is_in_the_identity_center(seen: dict[str, Any]) -> None:
    assert seen["first"]["primary"] == "Run 64 changes"
    assert seen["first"]["created"] == 60
    state = seen["state"]
    assert len(state["users"]) == 60
    assert all(user["active"] for user in state["users"])
    names = {user["id"]: user["userName"] for user in state["users"]}
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    managers = {
        user["userName"]: names.get(user.get(enterprise, {}).get("manager", {}).get("value"))
        for user in state["users"]
    }
    assert managers["person00000@tidewater.example"] is None
    assert managers["person00042@tidewater.example"] == "person00004@tidewater.example"
    assert sorted((group["displayName"], len(group["members"])) for group in state["groups"]) == [
        (f"Team {number:03d}", 20) for number in range(4)
    ]


def test_the_second_run_changes_one_title(seen: dict[str, Any]) -> None:
    assert seen["second"] == {"primary": "Run 1 change", "updated": 1, "unchanged": 59}
    titles = {user["userName"]: user.get("title") for user in seen["state"]["users"]}
    assert titles["person00007@tidewater.example"] == "Optical engineer"


def test_the_token_is_in_no_file(seen: dict[str, Any], folder: Path) -> None:
    token = seen["token"].encode()
    files = [path for path in (folder / "home").rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    assert any(path.suffix == ".json" for path in files)
    assert [str(path) for path in files if token in path.read_bytes()] == []
    assert seen["token"] not in seen["first"]["monitor"]


def test_stored_files_are_private(seen: dict[str, Any], folder: Path) -> None:
    assert seen["first"]["job"]
    for path in (folder / "home").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
