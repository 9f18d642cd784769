"""A HOME of its own for every test, and a journal in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, Mappings
from wizard.provisioning.job import Job, LeaverAction, Policy, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

JOB_ID = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
TENANT = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})


@pytest.fixture
def store(home: Home) -> JobStore:
    return JobStore(home)


@pytest.fixture
def job() -> Job:
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
        target=TargetChoice(TENANT, token_made_on="2026-01-31"),
        policy=Policy(LeaverAction.DELETE, threshold_count=7),
    )


OpenJournal = Callable[..., Journal]


@pytest.fixture
def open_journal(home: Home) -> Iterator[OpenJournal]:
    """Opens journals of the test's HOME and closes what the test left open."""
    opened: list[Journal] = []

    def journal(job_id: str = JOB_ID, tenant_url: str = TENANT) -> Journal:
        opened.append(Journal.open(home, job_id, tenant_url))
        return opened[-1]

    yield journal
    for one in opened:
        one.close()
