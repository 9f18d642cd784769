"""Jobs are named after directory and target until a person names them."""

from dataclasses import replace

import pytest

from wizard.flow.jobs.names import default_name, is_default_name, name_problem, safe_file_name
from wizard.flow.steps.session import new_draft
from wizard.flow.steps.steps import UNNAMED
from wizard.provisioning.job import EntraChoice, Job, SourceChoice, TargetChoice

AWS = TargetChoice("https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2")
LOOPBACK = TargetChoice("http://127.0.0.1:9/t/scim/v2")
FILE = SourceChoice("file", users_file="/data/mitarbeiter.csv")
ENTRA = SourceChoice("entra", entra=EntraChoice(tenant="contoso.onmicrosoft.com"))


def job(source: SourceChoice, target: TargetChoice = TargetChoice(), name: str = UNNAMED) -> Job:  # noqa: B008
    return replace(new_draft(), source=source, target=target, name=name)


@pytest.mark.parametrize(
    ("named", "name"),
    [
        (job(SourceChoice()), UNNAMED),
        (job(SourceChoice("file"), AWS), UNNAMED),
        (job(FILE), "mitarbeiter.csv"),
        (job(FILE, AWS), "mitarbeiter.csv to eu-central-1"),
        (job(FILE, LOOPBACK), "mitarbeiter.csv to the sandbox"),
        (job(ENTRA, AWS), "contoso.onmicrosoft.com to eu-central-1"),
        (job(SourceChoice("sample"), LOOPBACK), "Sample company to the sandbox"),
        (job(FILE, TargetChoice("https://scim.example.org/t/scim/v2")), "mitarbeiter.csv to scim.example.org"),
    ],
)
def test_default_names(named: Job, name: str) -> None:
    assert default_name(named) == name
    assert is_default_name(replace(named, name=name))
    assert is_default_name(replace(named, name=f"{name} 2"))
    assert not is_default_name(replace(named, name="Staff"))


def test_names_of_earlier_versions_are_not_taken_for_chosen() -> None:
    assert is_default_name(job(FILE, LOOPBACK, "no directory yet to this computer 2"))


def test_a_name_like_a_path_is_refused() -> None:
    problem = name_problem("staff.JSON")
    assert problem is not None
    assert problem.code == "job-name-ends-in-json"
    assert name_problem("") is None


@pytest.mark.parametrize(
    ("name", "file"), [("a/b: c", "a b c"), ("...", "job"), ("Zoë", "Zoë"), ("x" * 300, "x" * 100)]
)
def test_file_names(name: str, file: str) -> None:
    assert safe_file_name(name) == file
