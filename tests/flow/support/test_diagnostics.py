"""Diagnostics contain the facts that help, and no names of people, addresses or secrets from any source."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.errors import recorded
from wizard.flow.services import Services
from wizard.flow.support.diagnostics import collect, shown_place
from wizard.flow.support.fault_log import NAME, last_faults
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.mapping.scoping_filter import Clause, FilterGroup, ScopingFilter
from wizard.provisioning.events import LogRow
from wizard.provisioning.job import EntraChoice, Job, LeaverAction, Policy, Scope, SourceChoice, TargetChoice
from wizard.provisioning.ledger import Link
from wizard.provisioning.retry_later import DelayedRetry, Quarantine
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal, KeptSnapshot
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, SecretStore

pytestmark = pytest.mark.anyio

JOB_ID = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
TENANT = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"
MARKS = (
    "müller", "mueller", "acme", "tok-", "f3vd2aa29dc", "amazonaws", "https:", "contoso", "people.csv", "members.csv",
    "secret-project", JOB_ID, "10.1.2.3", "proxypass", "ingénieur", "/data", "@",
)  # fmt: skip
"""Each is in the collected data; none may be in the text, in any case."""

JOB = Job(
    JOB_ID,
    "Acme for Müller",
    Mappings(
        users=(
            AttributeMapping("userName", MappingKind.FUNCTION, 'Replace([mail], "acme.example", , , "x", , )'),
            AttributeMapping("title", MappingKind.CONSTANT, "Ingénieur", default="Müller"),
            AttributeMapping("urn:acme:Müller", MappingKind.ATTRIBUTE, "mueller"),
        ),
        groups=(AttributeMapping("displayName", MappingKind.ATTRIBUTE, "displayName"),),
        imported="acme-schema.json",
    ),
    source=SourceChoice(
        "file",
        "/data/Müller/people.csv",
        "/data/Müller/members.csv",
        "Acme id",
        (("Müller", "mail"),),
        "Acme groups",
    ),
    scope=Scope(
        everyone=False,
        user_ids=("mueller-id", "anna.mueller@acme.example"),
        group_ids=("acme-group",),
        first_user_ids=("mueller-id",),
        user_filter=ScopingFilter((FilterGroup((Clause("department", "EQUALS", "Acme"),)),), ("Müller",)),
    ),
    target=TargetChoice(TENANT, "2026-01-31"),
    policy=Policy(LeaverAction.DELETE, threshold_count=7, notification_address="mueller@acme.example"),
)
ROW = LogRow(
    "2026-01-31T08:00:00.000Z", "user", "mueller-id", "Anna Müller", "create", "failure",
    recorded("Müller was refused", "Ask Acme"),
    detail="mueller@acme.example", target_id="acme-aws", request_id="tok-request", http_status=409,
)  # fmt: skip


@pytest.fixture
def full(home: Home, services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A HOME with people's data in every place that has room for it."""
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://mueller:proxypass@10.1.2.3:3128")
    store = JobStore(home)
    store.save(JOB)
    (home.jobs / "secret-project.json").write_bytes(b"{")
    odd = replace(JOB, id=JOB_ID.replace("0b8f", "1b8f"), name="Müller 2", source=SourceChoice("müller"))
    odd = replace(odd, target=TargetChoice("https://mueller.acme.example/contoso/scim/v2", token_made_on="müller"))
    store.save(odd)
    (home.journals / f"{odd.id}.sqlite").write_bytes(b"mueller" * 300)
    store.save(
        replace(JOB, id=JOB_ID.replace("0b8f", "2b8f"), name="Müller 3", source=SourceChoice("entra", entra=ENTRA))
    )
    with Journal.open(home, JOB_ID, TENANT) as journal:
        for ending, counts in (("müller", {"users": {"created": 1, "Müller": 2}, "Acme": 3}), ("stopped", COUNTS)):
            run = journal.begin_run({"Müller": 1})
            journal.append_log([ROW, ROW, replace(ROW, status="success")])
            journal.end_run(run, ending, recorded("The host scim.acme.example cannot be reached"), counts)
        journal.adopt([Link("user", "mueller", "acme", "Anna Müller", {"userName": "mueller@acme.example"})])
        journal.keep_snapshot(KeptSnapshot("2026", ("mueller",), ("acme",), "contoso"))
        journal.keep_delayed([DelayedRetry("user", "mueller", "Müller", 3, "2026", "acme")], [])
        journal.set_quarantine(Quarantine("most-failed", recorded("Müller failed"), "2026", "2026", 2))
    (home.logs / NAME).write_text(FAULTS, "utf-8")
    secrets = SecretStore({"IDENTITY_CENTER_WIZARD_AWS_TOKEN": "tok-environment"})
    secrets.keep_for_session(JOB_ID, AWS_TOKEN, "tok-session", TENANT)

    services.secrets = secrets
    return services


ENTRA = EntraChoice(
    "usgov", "contoso.example", "acme-client", "certificate", "/data/mueller.pem", "acme-object", "Acme app",
    "all", True, "https://mueller.example", "https://contoso.example",
)  # fmt: skip
COUNTS = {
    "users": {"created": 5, "failed": 2, "skipped": 0},
    "memberships": {"added": 7},
    "concerns": ["too-many-deletions", "Müller"],
}
FAULTS = """\
2026-11-28 10:00:00,001 WARNING acme: Müller is slow at https://acme.example
2026-11-28 11:00:00,001 ERROR wizard.flow.support.fault_log: Unexpected failure
Traceback (most recent call last):
  File "/home/mueller/acme/wizard/flow/services.py", line 12, in apply
    raise KeyError("Müller")
  File "/home/mueller/acme/lib/httpx/contoso.py", line 40, in read
    read(mueller)
KeyError: 'mueller@acme.example'
Müller: a second line of what it said
2026-11-28 12:00:00,001 ERROR wizard.flow.support.fault_log: Unexpected failure
Traceback (most recent call last):
  File "C:\\Users\\mueller\\wizard\\ui\\pages\\start\\page.py", line 7, in show
    contoso()
    ^^^^^^^^^
wizard.errors.WizardError: Acme

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/wizard/mueller/contoso.py", line 3, in go
  File "/home/wizard/contoso.py", line 4, in go
ValueError
"""


async def test_nothing_of_people_addresses_or_secrets_is_in_them(full: Services) -> None:
    text = await collect(full)
    assert [mark for mark in (*MARKS, str(full.home.root).lower()) if mark in text.lower()] == []


async def test_what_helps_is_in_them(full: Services) -> None:
    text = await collect(full)
    for part in (
        "Identity Center Wizard ",
        "msgspec ",
        "Proxy set: yes",
        "Token in the environment: yes",
        "Jobs: 3, files that could not be read: 1",
        "source: file .csv, columns mapped manually: 1, memberships file: yes",
        "target: AWS, eu-central-1, token created: 2026-01-31",
        "target: other, token created: unknown",
        "scope: selected, selected 2 people and 1 groups, conditions: 1 for people, 0 for groups",
        "mappings: people 3, groups 1, Attribute 2, Constant 1, Function 1",
        "leavers: delete, deleted after 30 days, groups that leave: leave, threshold: 7 and 10 %",
        "notification: yes",
        "runs: 2, another 1, stopped 1; failures in a row: 2",
        "results: failure 4, success 2",
        "links: user 1, in doubt: 0",
        "stopped; memberships added 7, users created 5, users failed 2; too-many-deletions",
        "HTTP status of the last run's failures: 409 2",
        "source: another",
        "source: entra, columns",
        "tenant: cloud usgov, sign-in certificate, application: yes, reads all, nested groups: yes",
        "damaged journals set aside: 1",
    ):
        assert part in text, part


async def test_an_empty_home_has_diagnostics(services: Services) -> None:
    assert "Jobs: 0, files that could not be read: 0" in await collect(services)


def test_a_fault_is_described_by_its_class_and_our_own_line(full: Services) -> None:
    assert last_faults(full.home) == (
        "2026-11-28 11:00, KeyError at wizard/flow/services.py:12",
        "2026-11-28 12:00, wizard.errors.WizardError at wizard/ui/pages/start/page.py:7",
        "2026-11-28 12:00, ValueError at wizard/ui/pages/start/page.py:7",
    )
    assert last_faults(full.home, 1)[0].startswith("2026-11-28 12:00, ValueError")


def test_without_a_log_there_are_no_faults(home: Home) -> None:
    assert last_faults(home) == ()


@pytest.mark.parametrize("place", [".local/share", "AppData/Local", "Library/Application Support"])
def test_the_default_data_folder_is_shown_without_the_persons_name(place: str) -> None:
    own = Path("/home/mueller")
    assert shown_place(own / place / "identity-center-wizard", own) == f"~/{place}/identity-center-wizard"
    assert "acme" not in shown_place(own / "acme", own)
    assert "mueller" not in shown_place(Path("/srv/mueller") / place / "identity-center-wizard", own)


def test_the_marks_are_where_they_could_leak(full: Services) -> None:
    """A test of the test above: without it, it could not fail."""
    everything = json.dumps(str(full.home.root)) + "".join(
        path.name + path.read_bytes().decode("utf-8", "replace").lower()
        for folder in (full.home.jobs, full.home.journals, full.home.logs)
        for path in folder.iterdir()
    )
    kept_elsewhere = {"10.1.2.3", "proxypass"}  # in the environment
    assert [mark for mark in MARKS if mark not in everything and mark not in kept_elsewhere] == []
