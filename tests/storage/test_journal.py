import os
import sqlite3
import stat
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import anyio
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
from tests.storage.conftest import JOB_ID, TENANT, OpenJournal
from wizard.aws.interface import ObjectKind
from wizard.directory import Column, FileEnd
from wizard.errors import recorded
from wizard.provisioning.change import Change
from wizard.provisioning.ledger import (
    Confirmed,
    GroupRead,
    GuardMemory,
    InDoubt,
    LastReading,
    Link,
    Loss,
    SourceFacts,
)
from wizard.provisioning.retry_later import DelayedRetry, Quarantine
from wizard.scim.resource import MANAGER, Known, Planned
from wizard.storage import journal_links
from wizard.storage.journal import Journal, KeptSnapshot
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home
from wizard.storage.redaction import Redaction

OTHER_TENANT = "https://scim.us-east-1.amazonaws.com/xyz/scim/v2"
ANN = Link(
    "user",
    "ann",
    "aws-ann",
    "Ann Ó Briain",
    {"userName": "ann@x.example", "active": True, MANAGER: Known("aws-bob"), "title": ("a", "b")},
)
BOB = Link(
    "user", "bob", "aws-bob", "Bob", {"userName": "bob@x.example", "active": False, MANAGER: Planned("zoe")}
)
STAFF = Link("group", "staff", "aws-staff", "Staff", {"displayName": "Staff"}, frozenset({"ann", "bob"}))
KEYS = (("userName", "ann@x.example"), ("externalId", "ann"))
NEW_ANN = create_user("ann", "Ann Ó Briain", ANN.confirmed)


def test_links_read_while_another_thread_writes_are_not_taken_for_later(open_journal: OpenJournal) -> None:
    """A link queued between the flush and the read is in neither, and must be read next time."""
    journal = open_journal()
    journal.adopt([ANN])
    read = journal_links.links

    def slow(
        connection: sqlite3.Connection, tenant: int, redaction: Redaction
    ) -> Mapping[tuple[ObjectKind, str], Link]:
        found = read(connection, tenant, redaction)
        thread = threading.Thread(target=journal.adopt, args=([BOB],))
        thread.start()
        thread.join()
        return found

    with patch.object(journal_links, "links", slow):
        assert journal.links() == by_key(ANN)
    assert journal.links() == by_key(ANN, BOB)


def by_key(*links: Link) -> dict[tuple[str, str], Link]:
    return {(link.kind, link.source_id): link for link in links}


async def done(journal: Journal, operation: Change, confirmed: Confirmed | None) -> None:
    journal.end(await journal.begin(operation, ()), confirmed)


def test_a_new_journal_is_empty_and_private(open_journal: OpenJournal, home: Home) -> None:
    journal = open_journal()
    journal.adopt([ANN])
    journal.flush()
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in home.journals.iterdir()} == {0o600}
        assert any(path.name.endswith("-wal") for path in home.journals.iterdir())
    assert open_journal("7c1d2a0e-0c7f-4b52-9f0e-55d3d6a0c002").links() == {}
    assert journal.in_doubt() == ()
    assert not journal.other_tenant
    assert journal.notes == ()


def test_links_come_back_as_they_were_confirmed(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.adopt([ANN, BOB, STAFF])
    assert journal.links() == by_key(ANN, BOB, STAFF)
    journal.close()
    assert open_journal().links() == by_key(ANN, BOB, STAFF)


@pytest.mark.anyio
async def test_links_are_those_of_the_last_change(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.adopt([ANN, BOB])
    dict(journal.links()).clear()
    assert journal.links() == by_key(ANN, BOB)
    journal.forget([BOB])
    assert journal.links() == by_key(ANN)
    journal.end(await journal.begin(NEW_ANN, KEYS), Confirmed(forget=("user", "ann")))
    assert journal.links() == {}
    await journal.begin(NEW_ANN, KEYS)
    journal.settle(journal.in_doubt()[0], ANN)
    assert journal.links() == by_key(ANN)


@pytest.mark.anyio
async def test_an_intention_is_in_doubt_until_it_ends(open_journal: OpenJournal) -> None:
    journal = open_journal()
    number = await journal.begin(NEW_ANN, KEYS)
    doubt = InDoubt("user", "ann", "Ann Ó Briain", "create", KEYS)
    assert journal.in_doubt() == (doubt,)
    assert journal.links() == {}
    journal.end(number, Confirmed(ANN))
    assert journal.in_doubt() == ()
    assert journal.links() == by_key(ANN)


@pytest.mark.anyio
async def test_every_operation_is_an_intention_of_its_object(open_journal: OpenJournal) -> None:
    journal = open_journal()
    members = (Known("aws-ann"),)
    operations = (
        create_user("s", "L", {}),
        update_user("s", "L", "id", {}, {}),
        disable_user("s", "L", "id"),
        delete_user("s", "L", "id", {}),
        create_group("s", "L", {}),
        update_group("s", "L", "id", {}, {}),
        delete_group("s", "L", "id", {}),
        add_members("s", "L", "id", members),
        remove_members("s", "L", "", members),
    )
    for operation in operations:
        await journal.begin(operation, ())
    assert [(doubt.kind, doubt.action, doubt.target_id) for doubt in journal.in_doubt()] == [
        ("user", "create", ""),
        ("user", "update", "id"),
        ("user", "disable", "id"),
        ("user", "delete", "id"),
        ("group", "create", ""),
        ("group", "update", "id"),
        ("group", "delete", "id"),
        ("group", "members", "id"),
        ("group", "members", ""),
    ]
    assert {(doubt.source_id, doubt.label) for doubt in journal.in_doubt()} == {("s", "L")}


@pytest.mark.anyio
async def test_a_failure_leaves_nothing_behind(open_journal: OpenJournal) -> None:
    journal = open_journal()
    await done(journal, NEW_ANN, None)
    assert (journal.in_doubt(), journal.links()) == ((), {})


@pytest.mark.anyio
async def test_memberships_follow_what_was_confirmed(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.adopt([ANN, BOB])
    created = replace(STAFF, members=frozenset({"ann"}))
    await done(journal, create_group("staff", "Staff", {}), Confirmed(created))
    await done(journal, add_members("staff", "Staff", "aws-staff", ()), Confirmed(members_added=("bob", "zoe")))
    assert journal.links()["group", "staff"].members == {"ann", "bob", "zoe"}
    await done(journal, remove_members("staff", "Staff", "aws-staff", ()), Confirmed(members_removed=("ann",)))
    assert journal.links()["group", "staff"].members == {"bob", "zoe"}
    await done(journal, delete_user("bob", "Bob", "aws-bob", {}), Confirmed(forget=("user", "bob")))
    assert journal.links()["group", "staff"].members == {"zoe"}
    await done(journal, delete_group("staff", "Staff", "aws-staff", {}), Confirmed(forget=("group", "staff")))
    journal.adopt([replace(STAFF, members=frozenset())])
    assert journal.links() == by_key(ANN, replace(STAFF, members=frozenset()))


@pytest.mark.anyio
async def test_a_groups_new_name_tells_nothing_about_its_members(open_journal: OpenJournal) -> None:
    """The change of the name runs beside changes of members, and its link was made before them."""
    journal = open_journal()
    journal.adopt([STAFF])
    await done(journal, add_members("staff", "Staff", "aws-staff", ()), Confirmed(members_added=("zoe",)))
    renamed = replace(STAFF, label="All", confirmed={"displayName": "All"})
    await done(journal, update_group("staff", "Staff", "aws-staff", {}, {}), Confirmed(renamed))
    assert journal.links() == by_key(replace(renamed, members=STAFF.members | {"zoe"}))


@pytest.mark.anyio
async def test_what_was_in_doubt_is_settled_as_it_was_found(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.adopt([BOB])
    await journal.begin(NEW_ANN, KEYS)
    await journal.begin(NEW_ANN, KEYS)  # killed twice at the same place
    await journal.begin(disable_user("bob", "Bob", "aws-bob"), ())
    await journal.begin(create_group("staff", "Staff", {}), ())
    for doubt, link in zip(journal.in_doubt(), (ANN, ANN, None, STAFF), strict=True):
        journal.settle(doubt, link)
    assert journal.in_doubt() == ()
    assert journal.links() == by_key(ANN, BOB, STAFF)


@pytest.mark.anyio
async def test_settling_one_leaves_the_others_in_doubt(open_journal: OpenJournal) -> None:
    journal = open_journal()
    await journal.begin(NEW_ANN, KEYS)
    await journal.begin(update_user("ann", "Ann", "aws-ann", {}, {}), ())
    await journal.begin(replace(NEW_ANN, source_id="other"), KEYS)
    first, *others = journal.in_doubt()
    journal.settle(first, None)
    assert list(journal.in_doubt()) == others


@pytest.mark.anyio
async def test_fifty_at_once_are_on_the_disk_when_they_say_so(open_journal: OpenJournal, home: Home) -> None:
    journal = open_journal()
    seen: list[int] = []
    watcher = LogReader(home, JOB_ID)

    async def one(number: int) -> None:
        for _ in range(10):
            seen.append(await journal.begin(replace(NEW_ANN, source_id=f"s{number}"), KEYS))
            assert watcher.open_count() >= len(seen)  # seen from outside, as another process would

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(one, number)
    watcher.close()
    assert len(set(seen)) == 500
    assert len(journal.in_doubt()) == 500


@pytest.mark.anyio
async def test_an_intention_that_was_cancelled_is_withdrawn(open_journal: OpenJournal) -> None:
    """Nobody got its number, so nothing was sent: it must not stay in doubt."""
    journal = open_journal()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await journal.begin(NEW_ANN, KEYS)
    assert scope.cancelled_caught
    assert journal.in_doubt() == ()


@pytest.mark.anyio
async def test_the_links_of_another_tenant_are_kept_aside(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.begin_run({})
    journal.adopt([ANN])
    journal.keep_snapshot(KeptSnapshot("2026-11-23T10:00:00Z", ("ann",)))
    await journal.begin(NEW_ANN, KEYS)
    journal.close()

    moved = open_journal(tenant_url=OTHER_TENANT)
    assert moved.other_tenant
    assert (dict(moved.links()), moved.in_doubt(), moved.snapshot()) == ({}, (), None)
    moved.adopt([BOB])
    moved.begin_run({})
    assert not moved.other_tenant
    moved.close()
    assert not open_journal(tenant_url=OTHER_TENANT).other_tenant


@pytest.mark.anyio
async def test_back_at_the_first_tenant_its_links_stand(open_journal: OpenJournal) -> None:
    for url, link in ((TENANT, ANN), (OTHER_TENANT, BOB)):
        journal = open_journal(tenant_url=url)
        journal.begin_run({})
        journal.adopt([link])
        journal.close()
    journal = open_journal()
    assert journal.other_tenant
    assert journal.links() == by_key(ANN)
    journal.begin_run({})
    journal.close()  # stopped before AWS was read
    journal = open_journal()
    assert not journal.other_tenant


def test_the_last_reading_comes_back_and_a_damaged_one_counts_as_none(
    open_journal: OpenJournal, home: Home
) -> None:
    reading = LastReading("2026-11-23T10:00:00+00:00", {"aws-staff": GroupRead(7, "2026-11-23T09:00:00+00:00")})
    journal = open_journal()
    assert journal.last_reading() is None
    journal.keep_last_reading(reading)
    assert journal.last_reading() == reading
    journal.close()
    other = open_journal(tenant_url=OTHER_TENANT)
    assert other.last_reading() is None
    other.close()
    with closing(sqlite3.connect(home.journals / f"{JOB_ID}.sqlite")) as damaged, damaged:
        damaged.execute("UPDATE readings SET reading = x'00ff'")
    assert open_journal().last_reading() is None


def test_looking_at_another_tenant_without_a_run_binds_nothing(open_journal: OpenJournal) -> None:
    first = open_journal()
    first.begin_run({})
    first.close()
    open_journal(tenant_url=OTHER_TENANT).close()
    assert not open_journal().other_tenant


def test_runs_and_snapshots_come_back(open_journal: OpenJournal) -> None:
    journal = open_journal()
    assert journal.snapshot() is None
    first = journal.begin_run({"users": {"created": 2}})
    assert [(run.ending, run.ended) for run in journal._reader.runs()] == [("", "")]
    journal.end_run(first, "stopped", recorded("AWS cannot be reached"), {"users": {"created": 1}})
    second = journal.begin_run(None)
    newest, oldest = journal._reader.runs()
    assert (newest.id, newest.ending, newest.counts) == (second, "", None)
    assert (oldest.id, oldest.ending, oldest.message) == (first, "stopped", recorded("AWS cannot be reached"))
    assert (oldest.planned, oldest.counts) == ({"users": {"created": 2}}, {"users": {"created": 1}})
    assert oldest.started <= oldest.ended
    snapshot = KeptSnapshot("2026-11-23T10:00:00Z", ("a", "b"), ("g",), "delta-link")
    journal.keep_snapshot(KeptSnapshot("2026-11-22T10:00:00Z"))
    journal.keep_snapshot(snapshot)
    journal.close()
    assert open_journal().snapshot() == snapshot


def test_what_the_guard_compares_with_comes_back(open_journal: OpenJournal) -> None:
    journal = open_journal()
    assert journal.guard_memory() == GuardMemory()
    facts = SourceFacts(2, 5, True, (Column("Mail", "mail", 2),), (FileEnd("users", True, False),))
    journal.keep_snapshot(KeptSnapshot("2026-11-23T10:00:00Z", ("a", "b"), facts=facts))
    bob, in_staff = Loss("user", "aws-bob"), Loss("membership", "aws-staff", "aws-eve")
    journal.keep_losses([bob, in_staff, bob])
    journal.keep_additions({"staff": 3, "all": 400})
    journal.keep_additions({"staff": 1})
    journal.close()
    journal = open_journal()
    lost = (in_staff, bob)
    assert journal.guard_memory() == GuardMemory(facts, 2, lost, {"staff": 1, "all": 400})
    journal.keep_additions({"staff": 0, "new": 2}, all_groups=True)
    assert journal.guard_memory().additions == {"new": 2}
    journal.close()
    assert open_journal(tenant_url=OTHER_TENANT).guard_memory() == GuardMemory()


def test_losses_add_up_for_a_day_and_until_they_are_accepted(open_journal: OpenJournal) -> None:
    journal, noon = open_journal(), datetime(2026, 11, 23, 12, tzinfo=UTC)
    ann, bob, eve = (Loss("user", f"aws-{name}") for name in ("ann", "bob", "eve"))
    in_staff = Loss("membership", "aws-staff", "aws-eve")
    journal.keep_losses([ann], now=noon)
    journal.keep_losses([bob, in_staff], now=noon + timedelta(hours=20))
    assert journal.guard_memory(noon + timedelta(hours=24)).losses == (in_staff, ann, bob)
    assert journal.guard_memory(noon + timedelta(hours=25)).losses == (in_staff, bob)
    journal.keep_losses([eve], ("user", "group"), now=noon + timedelta(hours=21))
    assert journal.guard_memory(noon + timedelta(hours=22)).losses == (in_staff,)
    journal.keep_losses([], now=noon + timedelta(hours=45))
    assert journal.guard_memory(noon + timedelta(hours=22)).losses == ()


def test_losses_of_a_wrong_year_add_up_for_a_day_as_well(open_journal: OpenJournal) -> None:
    journal, noon = open_journal(), datetime(2026, 11, 23, 12, tzinfo=UTC)
    ann = Loss("user", "aws-ann")
    journal.keep_losses([ann], now=noon + timedelta(days=365))
    journal.keep_losses([], now=noon)
    assert journal.guard_memory(noon + timedelta(hours=24)).losses == (ann,)
    assert journal.guard_memory(noon + timedelta(hours=25)).losses == ()


def test_delayed_retries_stay_for_their_tenant(open_journal: OpenJournal) -> None:
    ann = DelayedRetry("user", "a", "Ann", 3, "2026-11-23T12:00:00+00:00", "sum")
    team = DelayedRetry("membership", "g", "Team", 1, "2026-11-23T10:00:00+00:00", "other")
    journal = open_journal()
    journal.keep_delayed((ann, team), ())
    journal.close()
    journal = open_journal()
    assert journal.delayed() == {("user", "a"): ann, ("membership", "g"): team}
    journal.keep_delayed((replace(ann, failures=4),), (team.key,))
    assert journal.delayed() == {("user", "a"): replace(ann, failures=4)}


def test_quarantine_lasts_until_it_is_lifted(open_journal: OpenJournal) -> None:
    quarantine = Quarantine(
        "access-refused", recorded("Refused"), "2026-11-23T10:00:00+00:00", "2026-11-23T16:00:00+00:00", 2
    )
    journal = open_journal()
    assert journal.quarantine is None
    journal.set_quarantine(quarantine)
    journal.close()
    journal = open_journal()
    assert journal.quarantine == quarantine
    journal.set_quarantine(None)
    assert journal.quarantine is None


def test_a_closed_journal_takes_nothing_and_closing_twice_is_once(open_journal: OpenJournal) -> None:
    journal = open_journal()
    journal.close()
    journal.close()
    with pytest.raises(RuntimeError, match="closed"):
        journal.adopt([ANN])


@pytest.mark.anyio
async def test_old_results_are_forgotten_and_links_are_not(open_journal: OpenJournal, home: Home) -> None:
    journal = open_journal()
    journal.adopt([ANN])
    run = journal.begin_run({})
    await done(journal, NEW_ANN, Confirmed(ANN))
    await journal.begin(replace(NEW_ANN, source_id="doubtful"), KEYS)
    journal.end_run(run, "done", recorded(""), {})
    running = journal.begin_run({})
    journal.purge(1)
    assert len(journal._reader.runs()) == 2
    journal.purge(-1)  # everything is older than tomorrow
    journal.flush()
    assert [one.id for one in journal._reader.runs()] == [running]
    assert [doubt.source_id for doubt in journal.in_doubt()] == ["doubtful"]
    assert journal.links() == by_key(ANN)
