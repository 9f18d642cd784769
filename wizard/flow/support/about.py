"""What Help and about shows: the steps in short, the program's folders and its open-source components."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.flow.support.open_source import Part, licence_texts, parts
from wizard.messages.translation import N_, Np_, _

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.storage.paths import Home

LICENCE = "Apache-2.0"
"""Of the program itself; LICENSE has its text."""

STEPS_IN_SHORT: tuple[tuple[str, str], ...] = (
    (N_("Plan"), N_("Choose the source of your people and groups, and what to provision.")),
    (
        N_("AWS IAM Identity Center"),
        N_("Paste the SCIM endpoint and access token from the AWS console, and test the connection."),
    ),
    (N_("Directory"), N_("Choose the file or sign in to Microsoft, and check the columns.")),
    (N_("Scope"), N_("Provision everyone, or select people and groups. Start with a few for a first run.")),
    (
        Np_("step", "Provision"),
        N_("Map the attributes, choose what happens to people who leave, review every change, then run."),
    ),
    (N_("Monitor"), N_("See results and failures, retry, and schedule runs.")),
)
"""(name, what to do there) of the six steps, in their order; marked with `N_`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of the program."""

    id: str
    words: str
    path: Path


@dataclass(frozen=True, slots=True)
class About:
    """What the window and the command show."""

    places: tuple[Place, ...]
    parts: tuple[Part, ...]
    licence_texts: Path | None
    """None where the program runs from its source: each component brings its own."""


async def about(services: "Services") -> About:
    """Collect it all; reads files, so it runs on the worker."""

    def read() -> About:
        return About(places(services.home), parts(), licence_texts())

    return await to_thread.run_sync(read, abandon_on_cancel=True)


def places(home: "Home") -> tuple[Place, ...]:
    """Return the folders with the program's files."""
    return (
        Place("data", _("Jobs, journals, and settings"), home.root),
        Place("logs", _("Log files"), home.logs),
    )
