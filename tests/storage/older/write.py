"""Writes a job file and a journal as this version of the program makes them, to be read by all later ones.

Run it (python -m tests.storage.older.write) *before* a change of either shape, and keep what it wrote.
"""

import sqlite3
import tempfile
from pathlib import Path

import anyio

from tests.provisioning.changes import update_user
from wizard.directory import Column, FileEnd
from wizard.errors import Message, recorded
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, Mappings
from wizard.provisioning.events import LogRow
from wizard.provisioning.job import Job, LeaverAction, Policy, Scope, SourceChoice, TargetChoice
from wizard.provisioning.ledger import Link, Loss, SourceFacts
from wizard.provisioning.retry_later import DelayedRetry, Quarantine
from wizard.scim.resource import MANAGER, Known
from wizard.storage.jobs import VERSION as JOB_VERSION
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal, KeptSnapshot
from wizard.storage.journal_schema import VERSION as JOURNAL_VERSION
from wizard.storage.paths import Home

FOLDER = Path(__file__).parent
JOB_ID = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
TENANT = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"
ANN = Link("user", "ann", "aws-ann", "Ann Ó Briain", {"userName": "ann@x.example", MANAGER: Known("aws-bob")})
BOB = Link("user", "bob", "aws-bob", "Bob", {"userName": "bob@x.example"})
STAFF = Link("group", "staff", "aws-staff", "Staff", {"displayName": "Staff"}, frozenset({"ann", "bob"}))
ROW = LogRow(
    "2026-01-31T08:00:00.000Z",
    "user",
    "ann",
    "Ann Ó Briain",
    "create",
    "success",
    Message("object-created", members=0),
)
REFUSED = LogRow(
    "2026-01-31T08:00:01.000Z",
    "user",
    "bob",
    "Bob",
    "update",
    "failure",
    Message("not-written", why=recorded("The e-mail address is taken"), status=409, in_doubt=False),
    detail="Duplicate",
    http_status=409,
    milliseconds=12,
)
FACTS = SourceFacts(2, 2, True, (Column("Mail", "mail", 2),), (FileEnd("users", True, False),))
ENDED = Message("run-stopped", why=Message("access-refused"), partly=True)
ESCROW = DelayedRetry("user", "eve", "Eve", 3, "2026-02-01T08:00:00.000Z", "sum")
QUARANTINE = Quarantine(
    "most-failed", recorded("Most failed"), "2026-01-31T08:00:00.000Z", "2026-01-31T14:00:00.000Z", 2
)


def job() -> Job:
    """A job with an answer in every part."""
    return Job(
        JOB_ID,
        "Staff",
        Mappings(
            users=(
                AttributeMapping("userName", MappingKind.ATTRIBUTE, "userPrincipalName", matching_priority=1),
                AttributeMapping("title", MappingKind.CONSTANT, "Ingénieur", flow=FlowType.OBJECT_ADD_ONLY),
            ),
            groups=(AttributeMapping("displayName", MappingKind.ATTRIBUTE, "displayName"),),
        ),
        source=SourceChoice("file", "/data/people.csv", columns=(("Mail", "mail"), ("Notes", ""))),
        scope=Scope(everyone=False, user_ids=("ann",), group_ids=("staff",)),
        target=TargetChoice(TENANT, token_made_on="2026-01-31"),
        policy=Policy(LeaverAction.DELETE, threshold_count=7),
    )


def fill(journal: Journal) -> None:
    """Something in every table: links, a run with its log, an intention in doubt."""
    journal.adopt([ANN, BOB, STAFF])
    run = journal.begin_run({"users": 1})
    journal.append_log([ROW, REFUSED])
    anyio.run(journal.begin, update_user("bob", "Bob", "aws-bob", {}, {}), (("userName", "bob@x.example"),))
    journal.end_run(run, "stopped", ENDED, {"users": {"created": 1}})
    journal.keep_snapshot(KeptSnapshot("2026-01-31T08:00:00.000Z", ("ann", "bob"), ("staff",), "cursor", FACTS))
    journal.keep_losses([Loss("user", "aws-bob"), Loss("membership", "aws-staff", "aws-bob")])
    journal.keep_additions({"staff": 2})
    journal.keep_delayed([ESCROW], [])
    journal.set_quarantine(QUARANTINE)


def main() -> None:
    """Write both, named by their shapes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": folder})
        path = JobStore(home).save(job()).path
        (FOLDER / f"job-{JOB_VERSION}.json").write_bytes(path.read_bytes())
        with Journal.open(home, JOB_ID, TENANT) as journal:
            fill(journal)
        connection = sqlite3.connect(home.journals / f"{JOB_ID}.sqlite")
        text = "\n".join([*connection.iterdump(), f"PRAGMA user_version = {JOURNAL_VERSION};", ""])
        connection.close()
        (FOLDER / f"journal-{JOURNAL_VERSION}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
