"""What changes do to people, by their values; the same for counts, guard, log and retry list."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import (
    add_members,
    create_group,
    create_user,
    delete_group,
    delete_user,
    disable_user,
    remove_members,
    update_group,
    update_user,
)
from tests.provisioning.company import World, directory, disabled_by_mapping, person
from wizard.provisioning.effects import cleared, effects, outcome
from wizard.provisioning.report import plan_counts
from wizard.scim.resource import Known, Planned

EMAIL = 'emails[type eq "work"].value'
HOME = 'emails[type eq "home"].value'
PHONE = 'phoneNumbers[type eq "work"].value'
MEMBERS = (Known("u1"), Planned("u2"))


def update(before, after):
    return update_user("1", "Ana", "aws-1", before, after)


@pytest.mark.parametrize(
    ("change", "done", "counted"),
    [
        (create_user("1", "Ana", {"userName": "ana", "active": False}), set(), "create"),
        (create_group("g", "G", {"displayName": "G"}, MEMBERS), set(), "create"),
        (disable_user("1", "Ana", "aws-1"), {"loses-access"}, "disable"),
        (update({"active": True}, {"active": False}), {"loses-access"}, "disable"),
        (update({}, {"active": False, "title": "Dr"}), {"loses-access"}, "disable"),
        (update({"active": False}, {"active": False}), set(), "update"),
        (update({"userType": "Member"}, {"userType": "Guest"}), set(), "update"),
        (replace(update({"title": "Cook"}, {"title": "Chef"}), match="taken-over"), {"taken-over"}, "update"),
        (replace(update({"title": "Cook"}, {"title": "Chef"}), match="inherited"), {"inherited"}, "update"),
        (update({"active": False}, {"active": True}), {"gains-access"}, "update"),
        (update({}, {"active": True}), set(), "update"),
        (update({PHONE: "1"}, {PHONE: "2"}), set(), "update"),
        (update({HOME: "a@x"}, {'emails[type eq "work"].type': "work"}), {"cleared"}, "update"),
        (update({"userName": "ana"}, {"userName": "eva"}), {"renamed"}, "update"),
        (update({"userName": "Ana"}, {"userName": "ana"}), set(), "update"),
        (update({EMAIL: "a@x"}, {EMAIL: "b@x"}), {"renamed"}, "update"),
        (update({}, {EMAIL: "b@x"}), set(), "update"),
        (update({EMAIL: "a@x"}, {}), {"cleared"}, "update"),
        (update({"title": "Dr"}, {}), {"cleared"}, "update"),
        (update({"title": ""}, {}), set(), "update"),
        (update({"title": "Dr"}, {"title": "Prof"}), set(), "update"),
        (update_group("g", "G", "aws-g", {"displayName": "G"}, {"displayName": "H"}), set(), "update"),
        (delete_user("1", "Ana", "aws-1", {"active": True}), {"deleted", "loses-access"}, "delete"),
        (delete_user("1", "Ana", "aws-1", {}), {"deleted", "loses-access"}, "delete"),
        (delete_user("1", "Ana", "aws-1", {"active": False}), {"deleted"}, "delete"),
        (delete_group("g", "G", "aws-g", {}), {"deleted", "loses-access", "loses-membership"}, "delete"),
        (remove_members("g", "G", "aws-g", MEMBERS), {"loses-membership"}, "members"),
        (add_members("g", "G", "aws-g", MEMBERS), {"gains-membership"}, "members"),
        (add_members("g", "G", "aws-g", MEMBERS[1:]), set(), "members"),
        (add_members("g", "G", "", MEMBERS), set(), "members"),
    ],
)
def test_a_change_is_judged_by_its_values(change, done, counted):
    assert effects(change) == done
    assert outcome(change) == counted


def test_details_of_an_effect():
    change = update({"title": "Dr", "locale": "de", "active": True}, {"locale": "", "active": False})
    assert cleared(change) == ("title", "locale")


@pytest.mark.anyio
async def test_a_mapping_that_disables_counts_as_disabling():
    world = World()
    people = directory([person(f"p{n}") for n in range(12)])
    await world.run(people)
    of = disabled_by_mapping("p5@example.com")
    plan = await world.plan(people, of)
    assert plan_counts(plan)["users"] == {
        **dict.fromkeys(("created", "updated", "deleted", "skipped", "failed"), 0),
        "disabled": 1,
        "unchanged": 11,
    }
    report = await world.apply(plan)
    assert (report.users.disabled, report.users.updated) == (1, 0)
