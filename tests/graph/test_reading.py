"""Properties of Graph and the copy of a tenant."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from wizard.entra_names import MAPPABLE_NAMES
from wizard.graph.client import InconsistentAnswer, Inner, Page
from wizard.graph.reading import Mirror, Reader, Wanted, attributes_of, decode_mirror, encode_mirror, selected
from wizard.progress import ignore_event


def _mirror() -> Mirror:
    mirror = Mirror("asked")
    mirror.put_user({"id": "a", "department": "Tides", "manager": {"id": "b"}, "@odata.etag": "x"})
    mirror.put_user({"id": "b", "department": None})
    mirror.put_group({"id": "g", "displayName": "G"})
    mirror.put_members(
        "g", [_user("a"), _user("b"), _group("h"), {"id": "d", "@odata.type": "#microsoft.graph.device"}]
    )
    mirror.put_group({"id": "h", "displayName": "H"})
    mirror.put_members("h", [_group("g"), _user("a")])
    return mirror


def _user(one: str) -> dict[str, str]:
    return {"id": one, "@odata.type": "#microsoft.graph.user"}


def _group(one: str) -> dict[str, str]:
    return {"id": one, "@odata.type": "#microsoft.graph.group"}


def test_omitted_values_stay_and_null_clears() -> None:
    mirror = _mirror()
    assert mirror.users["a"] == {"id": "a", "department": "Tides", "manager": "b"}
    mirror.put_user({"id": "a", "jobTitle": "Pilot"})
    mirror.put_user({"id": "a", "department": None})
    assert mirror.users["a"] == {"id": "a", "jobTitle": "Pilot", "manager": "b"}


def test_a_manager_goes_and_comes_in_one_breath_or_twice() -> None:
    mirror = _mirror()
    told = {"id": "a", "manager@delta": [{**_user("b"), "@removed": {"reason": "deleted"}}, _user("c")]}
    for _ in range(2):
        mirror.put_user(told)
        assert mirror.users["a"]["manager"] == "c"
    mirror.put_user({"id": "a", "manager@delta": [{**_user("c"), "@removed": {"reason": "deleted"}}]})
    assert "manager" not in mirror.users["a"]


def test_memberships_outlast_a_soft_deletion_and_not_a_real_one() -> None:
    mirror = _mirror()
    mirror.drop_user("a", restorable=True)
    assert mirror.groups["g"].members == ["a", "b"]
    assert mirror.deleted["a"]["department"] == "Tides"
    mirror.drop_user("a", restorable=False)
    mirror.forget({"a"})
    assert (mirror.groups["g"].members, mirror.deleted) == (["b"], {})


def test_slices_and_replays_of_a_group_add_up() -> None:
    mirror = _mirror()
    for _ in range(2):
        mirror.put_group(
            {"id": "g", "members@delta": [_user("c"), {**_user("b"), "@removed": {"reason": "deleted"}}]}
        )
        mirror.put_group({"id": "g", "members@delta": [_user("d")]})
    assert mirror.groups["g"].members == ["a", "c", "d"]


def test_groups_in_circles_are_a_family_of_each_once() -> None:
    mirror = _mirror()
    assert mirror.family("g") == ("g", "h")
    mirror.drop_group("h")
    assert (mirror.family("g"), mirror.groups["g"].nested) == (("g",), [])


def test_a_cursor_names_its_own_bytes_and_question_alone() -> None:
    cursor, content = encode_mirror(_mirror())
    assert decode_mirror(cursor, content, "asked") == _mirror()
    assert decode_mirror(cursor, content, "something else") is None
    assert decode_mirror(cursor, content + b" ", "asked") is None
    assert decode_mirror(cursor, None, "asked") is None
    assert decode_mirror("", content, "asked") is None


PERSON = {
    "id": "1", "accountEnabled": True, "userPrincipalName": "a@x.example", "businessPhones": ["+1", "+2"],
    "mobilePhone": "+3", "officeLocation": "Bremen", "faxNumber": "+4", "otherMails": ["b@x.example"],
    "employeeOrgData": {"costCenter": "C1", "division": None}, "proxyAddresses": [], "displayName": "",
    "onPremisesExtensionAttributes": {"extensionAttribute1": "one", "extensionAttribute2": None},
    "extension_0123_shoeSize": 42,
}  # fmt: skip


def test_a_person_has_the_older_names_and_no_empty_values() -> None:
    wanted = (*MAPPABLE_NAMES, "extension_0123_shoeSize")
    assert attributes_of(PERSON, [name for name in wanted if name != "manager"]) == {
        "userPrincipalName": "a@x.example", "originalUserPrincipalName": "a@x.example", "objectId": "1",
        "telephoneNumber": "+1", "mobile": "+3", "physicalDeliveryOfficeName": "Bremen",
        "facsimileTelephoneNumber": "+4", "otherMails": ("b@x.example",), "costCenter": "C1",
        "extensionAttribute1": "one", "extension_0123_shoeSize": "42",
    }  # fmt: skip


def test_only_requested_attributes_are_selected() -> None:
    assert selected(["telephoneNumber", "manager", "IsSoftDeleted"]) == (
        "accountEnabled", "businessPhones", "displayName", "id", "userPrincipalName", "userType",
    )  # fmt: skip
    assert "onPremisesExtensionAttributes" in selected(["extensionAttribute7"])
    assert "extension_0123_shoeSize" in selected(["extension_0123_shoeSize"])


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"id": None},
        {"id": ""},
        {"id": 7},
        {"id": "a", "manager": {"displayName": "no id"}},
        {"id": "a", "manager": "b"},
        {"id": "a", "manager@delta": [{"@removed": {}}]},
        {"id": "a", "manager@delta": ["b"]},
    ],
)
def test_a_person_without_an_id_is_an_inconsistent_answer(payload: dict[str, Any]) -> None:
    with pytest.raises(InconsistentAnswer):
        _mirror().put_user(payload)


@pytest.mark.parametrize("payload", [{}, {"id": "g", "members@delta": [{}]}])
def test_a_group_or_member_without_an_id_is_an_inconsistent_answer(payload: dict[str, Any]) -> None:
    with pytest.raises(InconsistentAnswer):
        _mirror().put_group(payload)


class _Odd:
    """Graph that answers an assignment, and one object in place of the other."""

    def __init__(self, assignment: dict[str, Any], body: dict[str, Any]) -> None:
        self._assignment, self._body = assignment, body

    async def pages(self, path: str, feed: bool = False) -> AsyncIterator[Page]:
        yield Page([] if feed else [self._assignment], "link")

    async def batch(self, paths: Sequence[str], eventual: bool = False) -> list[Inner]:
        return [Inner(200, self._body) for _ in paths]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("assignment", "body"),
    [
        ({"id": "1", "principalType": "Group"}, {"id": "g"}),
        ({"id": "1", "principalId": "g"}, {"id": "g"}),
        ({"id": "1", "principalId": "g", "principalType": "Group"}, {"id": "another"}),
        ({"id": "1", "principalId": "g", "principalType": "Group"}, {}),
        ({"id": "1", "principalId": "a", "principalType": "User"}, {"id": "another"}),
    ],
)
async def test_an_object_in_place_of_the_one_that_was_asked_for_is_inconsistent(
    assignment: dict[str, Any], body: dict[str, Any]
) -> None:
    odd: Any = _Odd(assignment, body)
    with pytest.raises(InconsistentAnswer):
        await Reader(odd, Wanted(("id",), "assigned", "sp", False), ignore_event).whole()
