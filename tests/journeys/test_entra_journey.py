"""All six steps with a tenant: the real window, the stand-in's sign-in, the real keyring, then runs without a window."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract import contract
from tests.keyring_session import journey

pytestmark = pytest.mark.desktop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("entra-journey")


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    return journey("tests.journeys.entra_journey", folder, 300)


def test_those_assigned_in_step_3_are_provisioned(seen: dict[str, Any]) -> None:
    first, state = seen["first"], seen["state"]
    assert first["created"] == len(state["users"]) > 3
    assert first["groups"] == 1
    (group,) = state["groups"]
    assert group["displayName"] == "Engineering / Optics"
    names = {user["id"]: user["userName"] for user in state["users"]}
    outside = set(names) - set(group["members"])
    assert {names[one] for one in outside} == {"ingrid.halvorsen@tidewater.example"}


def test_later_runs_change_what_changed(seen: dict[str, Any]) -> None:
    later, created = seen["later"], seen["first"]["created"]
    assert later["nothing"]["users"]["unchanged"] == created
    assert later["nothing"]["users"]["updated"] == 0
    assert later["one"]["users"]["updated"] == 1
    titles = {user["userName"]: user.get("title") for user in seen["state"]["users"]}
    assert titles["ingrid.halvorsen@tidewater.example"] == "Harbour pilot"


def test_an_expired_sign_in_ends_a_run_with_the_way_out(seen: dict[str, Any]) -> None:
    code, sentence = seen["later"]["refused"]
    assert code == 4
    assert "sign" in sentence.lower()
    assert "client secret" in sentence
    assert seen["later"]["signed"][0] == 0, seen["later"]["signed"]
    assert "ingrid.halvorsen@tidewater.example" in seen["later"]["signed"][1]
    assert seen["later"]["again"]["users"]["unchanged"] == seen["first"]["created"]


def test_all_traffic_is_as_microsoft_describes_it(seen: dict[str, Any]) -> None:
    """Paths the contract lacks are named in tests/contract.py; that it notices a wrong field is tested there too."""
    assert contract().judge(seen["traffic"]) > 20


def test_no_secret_is_in_a_file_or_on_the_screen(seen: dict[str, Any], folder: Path) -> None:
    assert seen["key"], "the key of the sign-in is in the keyring"
    files = [path for path in (folder / "home").rglob("*") if path.is_file()]
    assert any(path.parent.name == "sign-ins" for path in files)
    for secret in seen["secrets"]:
        assert [str(path) for path in files if secret.encode() in path.read_bytes()] == []
        assert secret not in seen["first"]["monitor"]
    told = json.dumps(seen["later"])
    assert "eyJ0eXAi." not in told
    assert [str(path) for path in files if b"eyJ0eXAi." in path.read_bytes()] == [], "no access token in the clear"
