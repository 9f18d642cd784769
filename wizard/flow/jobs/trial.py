"""A job to try things with: the sample company into a sandbox on this computer."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import SourceChoice, TargetChoice

if TYPE_CHECKING:
    from wizard.flow.values import SandboxAddress
    from wizard.provisioning.job import Job

SAMPLE_NAME = "Sample company"


def sample_job(address: "SandboxAddress") -> "Job":
    """A new job from the sample directory into this sandbox; it is not saved, the sandbox ends with the program."""
    return replace(new_draft(), name=SAMPLE_NAME, source=SourceChoice("sample"), target=sandbox_target(address))


def sandbox_target(address: "SandboxAddress") -> TargetChoice:
    """The answers of step 2 for a sandbox."""
    return TargetChoice(address.tenant_url, token_made_on=date.today().isoformat())
