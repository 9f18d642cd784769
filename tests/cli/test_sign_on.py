"""`sign-on` against a tenant on this computer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.aws.test_saml_metadata import ACS, ACS_4, ISSUER, aws_file
from tests.cli.test_entra import made_job
from tests.entra_process import PRINCIPAL, EntraHandle, running_entra
from tests.program import Program
from wizard.aws.saml_metadata import read_identity_provider
from wizard.storage.secret_store import ENTRA_SECRET

GRANTED = ("User.Read.All", "GroupMember.Read.All", "Application.ReadWrite.All", "Application.Read.All")
PORTAL = "https://d-99672f7aa0.awsapps.com/start"


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        handle.set(granted=list(GRANTED))
        yield handle


@pytest.fixture
def program(tmp_path: Path, entra: EntraHandle) -> Program:
    return Program(tmp_path / "home", entra.identity_center.token, {ENTRA_SECRET.variable: entra.client_secret})


@pytest.fixture
def job(program: Program, entra: EntraHandle, tmp_path: Path) -> str:
    path = made_job(program, entra, tmp_path)
    program("sign-in", path, code=0)
    return path


def test_it_is_shown_written_once_and_the_metadata_saved(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    metadata, saved = tmp_path / "aws.xml", tmp_path / "microsoft.xml"
    metadata.write_bytes(aws_file())
    shown = program("sign-on", "show", job, "--metadata", str(metadata), "--sign-on-url", PORTAL, "--json", code=0)
    settings = {each["setting"]: each for each in json.loads(shown.out)["settings"]}
    assert settings["acs-url"]["after"] == [ACS, ACS_4]
    assert settings["issuer"] == {"setting": "issuer", "before": [], "after": [ISSUER], "change": True}
    assert not entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredSingleSignOnMode"]
    program("sign-on", "apply", job, "--save", str(saved), code=0)
    principal = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")
    assert (principal["preferredSingleSignOnMode"], principal["loginUrl"]) == ("saml", PORTAL)
    thumbprint = principal["preferredTokenSigningKeyThumbprint"]
    assert thumbprint in read_identity_provider(saved.read_bytes()).thumbprints
    again = json.loads(program("sign-on", "show", job, "--json", code=0).out)
    assert not any(each["change"] for each in again["settings"])
    assert json.loads(Path(job).read_text())["sign_on"]["written_on"]


def test_a_host_that_is_not_awss_must_be_accepted(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    metadata = tmp_path / "other.xml"
    metadata.write_bytes(aws_file(acs=("https://sign-in.example.net/acs",)))
    program("sign-on", "show", job, "--metadata", str(metadata), code=3)
    program("sign-on", "apply", job, code=3)
    assert not entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredSingleSignOnMode"]
    program("sign-on", "apply", job, "--accept", "sign-on-host-unknown", code=0)
    assert entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredSingleSignOnMode"] == "saml"


def test_attributes_for_access_control_are_sent_and_removed(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    metadata, assigned = tmp_path / "aws.xml", f"/servicePrincipals/{PRINCIPAL}/claimsMappingPolicies"
    metadata.write_bytes(aws_file())
    program("sign-on", "show", job, "--metadata", str(metadata), code=0)
    # A permission is missing, and it is named.
    told = program("sign-on", "show", job, "--attribute", "Department=department", code=4)
    assert "Policy.Read.All" in told.err
    entra.set(granted=[*GRANTED, "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"])
    shown = json.loads(program("sign-on", "show", job, "--json", code=3).out)
    assert shown["concerns"] == ["portal-claims-overridden"]
    assert shown["settings"][-1]["after"] == ["Department=department"]
    assert shown["attributes"]["Department"]["attribute"] == "department"
    program("sign-on", "apply", job, code=3)
    program("sign-on", "apply", job, "--accept", "portal-claims-overridden", code=0)
    assert len(entra.ask("GET", assigned)["value"]) == 1
    program("sign-on", "apply", job, "--no-attributes", code=0)
    assert entra.ask("GET", assigned)["value"] == []
    stored = json.loads(Path(job).read_text())["sign_on"]
    assert not stored.get("may_have_policy")


@pytest.mark.parametrize("text", ["Department", "=department", "Department=", "a&b=city", "Cost=costCenter"])
def test_an_attribute_that_would_be_refused_sends_nothing(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path, text: str
) -> None:
    metadata = tmp_path / "aws.xml"
    metadata.write_bytes(aws_file())
    entra.set(granted=[*GRANTED, "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"])
    program("sign-on", "apply", job, "--metadata", str(metadata), "--attribute", text, code=2)
    assert not json.loads(Path(job).read_text()).get("sign_on", {}).get("attributes")
    assert not entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredSingleSignOnMode"]


def test_the_end_of_the_certificate_is_known_to_health_without_asking_again(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    metadata = tmp_path / "aws.xml"
    metadata.write_bytes(aws_file())
    principal = f"/servicePrincipals/{PRINCIPAL}"
    ends = (datetime.now(UTC) + timedelta(days=6, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = entra.ask(
        "POST", f"{principal}/addTokenSigningCertificate", {"displayName": "CN=AWS", "endDateTime": ends}
    )
    entra.ask("PATCH", principal, {"preferredTokenSigningKeyThumbprint": made["thumbprint"]})
    program("sign-on", "show", job, "--metadata", str(metadata), code=0)
    asked = entra.requests()
    told = json.loads(program("health", job, "--json", code=1).out)
    assert "sign-on-certificate-expires" in json.dumps(told)
    assert entra.requests() == asked


def test_another_user_name_than_nameid_is_named(program: Program, job: str, tmp_path: Path) -> None:
    document = json.loads(Path(job).read_text())
    for row in document["mappings"]["users"]:
        if row["target"] == "userName":
            row["source"] = "mail"
    Path(job).write_text(json.dumps(document))
    metadata = tmp_path / "aws.xml"
    metadata.write_bytes(aws_file())
    shown = json.loads(program("sign-on", "show", job, "--metadata", str(metadata), "--json").out)
    assert 0 < shown["name_id"]["differing"] <= shown["name_id"]["checked"]


def test_without_permission_or_metadata_it_says_so(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    program("sign-on", "show", job, code=2)
    program("sign-on", "show", job, "--metadata", str(tmp_path / "none.xml"), code=2)
    metadata = tmp_path / "aws.xml"
    metadata.write_bytes(aws_file())
    entra.set(granted=["User.Read.All", "GroupMember.Read.All", "Application.Read.All"])
    program("sign-on", "show", job, "--metadata", str(metadata), code=0)
    told = program("sign-on", "apply", job, code=4)
    assert "Application.ReadWrite.All" in told.err
