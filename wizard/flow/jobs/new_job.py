"""Makes a job from a few answers, as the verb `new` does: default mappings, everyone in scope."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import JobFileError
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import EntraChoice, Policy, SourceChoice, TargetChoice

if TYPE_CHECKING:
    from wizard.storage.jobs import JobStore, SavedJob


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    users: str
    members: str
    tenant_url: str
    allow_host: str = ""
    pacing: Literal["", "aws", "adaptive"] = ""
    entra: EntraChoice | None = None
    """Instead of files."""


def create(store: "JobStore", name_or_path: str, wish: Wish) -> "SavedJob":
    """Save a new job under this name or at this path; raises JobFileError where one exists or an answer is wrong."""
    job = replace(
        new_draft(),
        source=_source(wish),
        target=TargetChoice(*_address(wish)),
        policy=Policy(pacing=wish.pacing),
    )
    if name_or_path.lower().endswith(".json"):
        path = Path(name_or_path).expanduser().absolute()
        if path.exists():
            raise JobFileError(f"{path} exists already", "Choose another name; nothing was changed.")
        return store.save(replace(job, name=path.stem), path)
    return store.save(replace(job, name=name_or_path))


def _source(wish: Wish) -> SourceChoice:
    entra = wish.entra
    if entra is None:
        return SourceChoice("file", users_file=_file(wish.users), members_file=_file(wish.members))
    if wish.members:
        raise JobFileError("A tenant has its own groups", "Leave --members out. Nothing was saved.")
    if not entra.client_id:
        raise JobFileError(
            "The application (client) id is missing", "Name it with --client-id. Nothing was saved."
        )
    if entra.sign_in == "certificate" and not entra.certificate_file:
        raise JobFileError(
            "The certificate is missing", "Name its PEM file with --certificate. Nothing was saved."
        )
    return SourceChoice("entra", entra=replace(entra, certificate_file=_file(entra.certificate_file)))


def _file(name: str) -> str:
    if not name:
        return ""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise JobFileError(f"There is no file {path}", "Check the name; nothing was saved.")
    return str(path)


def _address(wish: Wish) -> tuple[str, str]:
    checked = endpoint(wish.tenant_url)
    if not isinstance(checked, Endpoint):
        raise JobFileError("The tenant URL cannot be used", checked.sentence)
    if checked.kind != "other":
        return checked.url, ""
    if wish.allow_host.strip().lower() != checked.host:
        raise JobFileError(
            f"{checked.host} is not a host of AWS",
            f"If people shall really go there, add --allow-host {checked.host}. Nothing was saved.",
        )
    return checked.url, checked.host
