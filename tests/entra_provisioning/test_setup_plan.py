"""What a setup would change: schema merged over Microsoft's, edits, concerns; pure, on Microsoft's printed bodies."""

import copy
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract import CONTRACTS, contract
from wizard.entra_provisioning.configured import Configured
from wizard.entra_provisioning.desired import Desired, Person, merged_schema, rule_id, same_schema
from wizard.entra_provisioning.differences import (
    EngineFacts,
    engine_differences,
    saved_rows,
    schema_edits,
    with_rows_of,
)
from wizard.entra_provisioning.setup_plan import (
    ExpressionCheck,
    Remembered,
    plan_setup,
    settings_differ,
    settings_texts,
)
from wizard.graph.applications import USER_ROLE, Application, Assignment, Role
from wizard.graph.synchronization import CredentialsTest, Notifications, SavedSecrets, SynchronizationJob
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings, ObjectFlow, default_mappings
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter

SP = "29f68db3-1000-46bf-a940-f5ea3ecc39e7"
ADDRESS = "https://scim.eu-central-1.amazonaws.com/T/scim/v2"
LIVE: dict[str, Any] = json.loads((CONTRACTS / "graph-examples" / "schema-get.json").read_text(encoding="utf-8"))
PUT = f"/servicePrincipals/{SP}/synchronization/jobs/{LIVE['id']}/schema"
SALES = ScopingFilter((FilterGroup((Clause("department", Operator.EQUALS, "Sales"),)),))
APPLICATION = Application(SP, SP, "AWS", True, (Role(USER_ROLE, "User"),))
SAVED = SavedSecrets(ADDRESS, True, False, Notifications("", False, True, 6), False)


def job(schedule: str = "Active") -> SynchronizationJob:
    return SynchronizationJob(
        "job",
        "aWSSingleSignon",
        schedule,
        "PT40M",
        "Active",
        None,
        None,
        None,
        False,
        "2026-01-01T00:00:00Z",
        (),
        (),
    )


def desired(**more: Any) -> Desired:
    plain = Desired(SP, "AWS", ADDRESS, default_mappings(), notifications=Notifications("", False, True, 6))
    return replace(plain, **more)


def configured(**more: Any) -> Configured:
    schema = merged_schema(LIVE, desired())
    plain = Configured(APPLICATION, (job(),), SAVED, CredentialsTest(True), schema, (), None)
    return replace(plain, **more)


# --- Schema ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filters", [{}, {"user_filter": SALES, "group_filter": SALES}, {"groups": False}])
def test_the_merged_schema_is_what_microsoft_takes(filters: dict[str, Any]) -> None:
    live = copy.deepcopy(LIVE)
    merged = merged_schema(live, desired(**filters))
    assert live == LIVE, "the live body is not changed"
    contract().judge_request("PUT", PUT, {}, merged)
    assert not any(name.startswith("@") for name in merged), "annotations are answers only"
    assert merged["directories"] == LIVE["directories"]
    assert rule_id(merged) == LIVE["synchronizationRules"][0]["id"]
    tables = {table["sourceObjectName"]: table for table in merged["synchronizationRules"][0]["objectMappings"]}
    assert {row["targetAttributeName"] for row in tables["User"]["attributeMappings"]} == {
        row.target for row in default_mappings().users if row.kind is not MappingKind.NONE
    }
    assert tables["Group"]["enabled"] == filters.get("groups", True)
    assert tables["Group"]["flowTypes"] == "Add,Update,Delete"
    assert bool((tables["User"]["scope"] or {}).get("groups")) == bool(filters.get("user_filter"))


def test_a_schema_without_a_base_would_be_refused() -> None:
    bare = {"synchronizationRules": LIVE["synchronizationRules"]}
    with pytest.raises(jsonschema.ValidationError):
        contract().judge_request("PUT", PUT, {}, bare)


_SOURCES = st.sampled_from(["displayName", "mail", "city", "jobTitle", "department"])
_ROWS = st.lists(
    st.builds(
        AttributeMapping,
        st.sampled_from([row.target for row in default_mappings().users]),
        st.just(MappingKind.ATTRIBUTE),
        _SOURCES,
        st.sampled_from(["", "none"]),
        matching_priority=st.sampled_from([0, 1]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row.target,
)


@given(_ROWS, _ROWS, st.booleans(), st.sampled_from([ObjectFlow(), ObjectFlow(delete=False)]))
def test_what_was_saved_shows_no_edit_and_loses_nothing(
    before: list[AttributeMapping], after: list[AttributeMapping], groups: bool, flow: ObjectFlow
) -> None:
    def wish(rows: list[AttributeMapping]) -> Desired:
        mappings = Mappings(tuple(rows), default_mappings().groups, users_flow=flow)
        return desired(mappings=mappings, groups=groups)

    first = merged_schema(LIVE, wish(before))
    second = merged_schema(first, wish(after))
    assert schema_edits(second, merged_schema(second, wish(after)), {}) == ()
    assert second["directories"] == LIVE["directories"]
    changed = {edit.target for edit in schema_edits(first, second, {})} - {"scope", "actions"}
    wanted = {row.target: row for row in after}
    had = {row.target: row for row in before}
    assert changed == {target for target in {*wanted, *had} if wanted.get(target) != had.get(target)}


def test_rows_that_microsoft_writes_otherwise_are_no_edits() -> None:
    sent = merged_schema(LIVE, desired())
    answered = copy.deepcopy(sent)
    for table in answered["synchronizationRules"][0]["objectMappings"]:
        table["attributeMappings"].reverse()
        for row in table["attributeMappings"]:
            if row["source"] and row["source"]["type"] == "Function":
                row["source"]["expression"] = row["source"]["expression"].replace(", ", ",")
    saved = saved_rows(sent, answered)
    assert schema_edits(answered, merged_schema(answered, desired()), saved) == ()
    edited = copy.deepcopy(answered)
    edited["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"][0]["defaultValue"] = "x"
    found = schema_edits(edited, merged_schema(edited, desired()), saved)
    assert [edit.edited_at_microsoft for edit in found] == [True]


def test_a_row_that_is_held_back_stays_as_it_is() -> None:
    wanted = merged_schema(LIVE, desired())
    kept = with_rows_of(copy.deepcopy(wanted), LIVE, frozenset({"users.title", "users.userName"}))
    assert {edit.key for edit in schema_edits(kept, wanted, {})} == {"users.title"}
    assert same_schema(with_rows_of(copy.deepcopy(LIVE), LIVE, frozenset()), LIVE)


# --- Plan -----------------------------------------------------------------------------------------------------------


def test_nothing_to_do_is_an_empty_plan() -> None:
    plan = plan_setup(configured(), desired())
    assert (plan.changes, plan.edits, plan.concerns) == ((), (), ())
    assert not settings_differ(configured(), desired(), Remembered())


def test_everything_is_made_in_the_fixed_order() -> None:
    wish = desired(application_id="", pilot=(Person("a", "Ann"),), assigned=(Person("b", "Bob"),), owner="client")
    steps = [change.step for change in plan_setup(Configured(), wish).changes]
    assert list(dict.fromkeys(steps)) == [
        "application", "roles", "secrets", "job", "schema", "assignments", "on-demand", "start",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("saved", "target"),
    [
        ({"address": f"{ADDRESS}x"}, "address"),
        ({"has_token": False}, "token"),
        ({"sync_all": True}, "everyone"),
        ({"notifications": Notifications("a@x.example", True, True, 6)}, "mail"),
        ({"notifications": Notifications("", False, True, 500)}, "threshold"),
        ({"notifications": Notifications("", False, False, 6)}, "threshold"),
        ({"keep_out_of_scope": True}, "out-of-scope"),
    ],
)
def test_each_setting_is_one_edit(saved: dict[str, Any], target: str) -> None:
    plan = plan_setup(configured(secrets=replace(SAVED, **saved)), desired())
    assert [edit.key for edit in plan.edits] == [f"settings.{target}"]
    assert [change.step for change in plan.changes] == ["secrets"]


def test_a_hidden_address_counts_as_what_was_saved_last() -> None:
    hidden = configured(secrets=replace(SAVED, address="*"))
    assert [edit.target for edit in plan_setup(hidden, desired()).edits] == ["address"]
    remembered = Remembered(settings=settings_texts(desired()))
    assert plan_setup(hidden, desired(), remembered=remembered).edits == ()


def test_a_setting_saved_here_and_changed_in_the_job_is_no_outside_edit() -> None:
    remembered = Remembered(settings=settings_texts(desired()))
    changed = desired(notifications=Notifications("", False, True, 9))
    (edit,) = plan_setup(configured(), changed, remembered=remembered).edits
    assert not edit.edited_at_microsoft
    (edit,) = plan_setup(configured(), changed).edits
    assert edit.edited_at_microsoft, "nothing was saved from here: someone else configured it"


def test_the_checksum_covers_the_planned_edits() -> None:
    one, other = desired(user_filter=SALES), desired()
    assert plan_setup(configured(), one).checksum == plan_setup(configured(), one).checksum
    assert plan_setup(configured(), one).checksum != plan_setup(configured(), other).checksum


def test_a_row_with_another_value_is_not_changed() -> None:
    title = AttributeMapping("title", MappingKind.FUNCTION, 'Join("-", [jobTitle], [city])')
    users = tuple(title if row.target == "title" else row for row in default_mappings().users)
    wish = desired(mappings=replace(default_mappings(), users=users))
    check = ExpressionCheck("users.title", "title", title.source, "differs")
    plan = plan_setup(configured(), wish, checks=[check])
    assert plan.changes == ()
    assert plan.blocked == (check,)
    assert plan_setup(configured(), wish, checks=[replace(check, outcome="same")]).changes != ()


def test_two_rows_of_one_target_block() -> None:
    doubled = replace(default_mappings(), users=(*default_mappings().users, default_mappings().users[0]))
    concerns = plan_setup(configured(), desired(mappings=doubled)).concerns
    assert [(each.code, each.blocking) for each in concerns] == [("setup-duplicate-targets", True)]


def test_those_who_are_assigned_beside_the_chosen_are_named() -> None:
    present = (Assignment("1", "b", "Bob", "User", USER_ROLE), Assignment("2", "c", "Cy", "User", USER_ROLE))
    plan = plan_setup(configured(assignments=present), desired(assigned=(Person("b", "Bob"),)))
    assert [each.code for each in plan.concerns] == ["setup-others-assigned"]
    assert plan.changes == ()


# --- Between the engines --------------------------------------------------------------------------------------------

FACTS = EngineFacts(
    source="entra", cloud_has_gallery=True, mappings=default_mappings(), user_filter=ScopingFilter(),
    group_filter=ScopingFilter(), nested=False, people=True, threshold=5, threshold_percent=10, leavers="disable",
    delete_after_days=30, groups_gone="leave", match_existing=False, protected=0, first_few=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code", "blocking"),
    [
        ({"source": "file"}, "engine-needs-entra-source", True),
        ({"cloud_has_gallery": False}, "engine-not-in-this-cloud", True),
        ({"nested": True}, "engine-no-nested-groups", False),
        ({"protected": 2}, "engine-ignores-protected", False),
        ({"leavers": "delete"}, "engine-deletes-later", False),
        ({"groups_gone": "delete"}, "engine-groups-stay", False),
        ({"people": False}, "engine-always-people", False),
        ({"first_few": True}, "engine-everyone-after-start", False),
        (
            {"user_filter": ScopingFilter((FilterGroup((Clause("userType", Operator.EQUALS, "Guest"),)),))},
            "engine-filter-attributes",
            False,
        ),
    ],
)
def test_a_difference_is_named(facts: dict[str, Any], code: str, blocking: bool) -> None:
    before = {each.code for each in engine_differences(FACTS)}
    added = [each for each in engine_differences(replace(FACTS, **facts)) if each.code not in before]
    assert [(each.code, each.blocking) for each in added] == [(code, blocking)]


def test_what_a_job_avoids_is_no_difference() -> None:
    codes = {each.code for each in engine_differences(FACTS)}
    calm = replace(
        FACTS, threshold_percent=0, match_existing=True, mappings=replace(default_mappings(), clear_emptied=False)
    )
    left = {each.code for each in engine_differences(calm)}
    assert codes - left == {"engine-counts-only", "engine-matches-without-asking", "engine-keeps-emptied"}


def test_a_job_that_is_paused_is_started_again() -> None:
    plan = plan_setup(configured(jobs=(job("Paused"),)), desired())
    assert [change.step for change in plan.changes] == ["start"]


def test_a_new_concern_is_another_plan() -> None:
    differences = engine_differences(FACTS)
    plain, asked = plan_setup(configured(), desired()), plan_setup(configured(), desired(), differences)
    assert [(each.code, each.blocking) for each in asked.concerns] == [("engine-differences", False)]
    assert plain.checksum != asked.checksum
    known = Remembered(accepted=frozenset(each.code for each in differences))
    assert plan_setup(configured(), desired(), differences, remembered=known).concerns == ()
