"""The ways in which the sandbox differs from AWS's guide on request."""

import unicodedata
from typing import Any

import httpx
import pytest

from tests.sandbox.people import patch, person
from tests.sandbox_process import running_sandbox
from wizard.sandbox.contrary import CONTRARY
from wizard.sandbox.options import WrongUsage, parsed

NFD_NAME = unicodedata.normalize("NFD", "Jörg  Öztürk ")


def listed(scim: httpx.Client, query: str = "?cursor=") -> list[str]:
    return [user["id"] for user in scim.get(f"/Users{query}").json()["Resources"]]


def created(scim: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = scim.post("/Users", json=person(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.slow
@pytest.mark.parametrize("contrary", ["", *CONTRARY])
def test_each_way_changes_what_it_says_and_nothing_else(contrary: str) -> None:
    options = ("--contrary", contrary) if contrary else ()
    with running_sandbox(*options) as sandbox, sandbox.client() as scim:
        ann = created(
            scim, userName="Ann@X.example", displayName="Jörg  Öztürk ", profileUrl="https://x.example/ann"
        )
        read = scim.get(f"/Users/{ann['id']}").json()
        assert {**read, "meta": 0} == {**ann, "meta": 0}, "POST answers with the stored resource"
        assert ("profileUrl" in ann) == (contrary != "drop")
        assert ann["userName"] == ("ann@x.example" if contrary == "case" else "Ann@X.example")
        names = {"unicode": NFD_NAME, "trim": "Jörg Öztürk"}
        assert ann["displayName"] == names.get(contrary, "Jörg  Öztürk ")
        assert [ann["id"] in listed(scim) for _ in range(3)] == (
            [False, False, True] if contrary == "late" else [True, True, True]
        )
        second = scim.post("/Users", json=person(userName="ANN@x.example"))
        assert second.status_code == (201 if contrary == "exact" else 409)
        group = scim.post("/Groups", json={"displayName": "Staff"}).json()["id"]
        nobody = f"{ann['id'][:11]}00000000-0000-4000-8000-000000000000"
        removed = patch(
            scim, f"/Groups/{group}", {"op": "remove", "path": "members", "value": [{"value": nobody}]}
        )
        assert removed.status_code == (204 if contrary == "absent-member" else 404)


@pytest.mark.slow
def test_different_letters_are_different_names() -> None:
    with running_sandbox() as sandbox, sandbox.client() as scim:
        created(scim, userName="weiss@x.example", externalId="1")
        created(scim, userName="weiß@x.example", externalId="2")


@pytest.mark.slow
def test_what_a_late_list_hides_can_be_read_by_its_id_and_is_taken() -> None:
    with running_sandbox("--contrary", "late") as sandbox, sandbox.client() as scim:
        ann = created(scim, userName="ann@x.example")
        assert listed(scim, f'?filter=userName eq "{ann["userName"]}"') == []
        assert scim.post("/Users", json=person(userName="ann@x.example")).status_code == 409


def test_all_is_every_way_and_an_unknown_one_is_named() -> None:
    assert parsed(["--contrary", "all"]).contrary == frozenset(CONTRARY)
    with pytest.raises(WrongUsage, match="odd"):
        parsed(["--contrary", "odd"])
