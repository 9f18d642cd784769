"""What the program tells of itself: its parts, where its files lie, and help in short."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.flow.support.open_source import Part, licence_texts, parts

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.storage.paths import Home

LICENCE = "Apache-2.0"
"""Of the program itself; LICENSE has its text."""

STEPS_IN_SHORT: tuple[tuple[str, str], ...] = (
    ("Plan", "Choose where your people and groups are, and what is to be provisioned."),
    (
        "AWS IAM Identity Center",
        "Paste the SCIM endpoint and the access token from the AWS console, and test the connection.",
    ),
    ("Directory", "Name the file or sign in with Microsoft, and look at the columns that were found."),
    ("Scope", "Everyone, or those you choose. You can start with one or two people."),
    (
        "Provision",
        "Check the attributes, say what happens to leavers, look through every change, then run. "
        "Nothing is changed before you have seen it.",
    ),
    ("Monitor", "See what was done and what failed, try it again, and keep both sides in step."),
)
"""(name, what to do there) of the six steps, in their order."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of the program."""

    id: str
    words: str
    path: Path


@dataclass(frozen=True, slots=True)
class About:
    """What the window and the verb show."""

    places: tuple[Place, ...]
    parts: tuple[Part, ...]
    licence_texts: Path | None
    """None where the program runs from its source: each part has its own with it."""


async def about(services: "Services") -> About:
    """Everything there is to tell; reads files, so it is asked for on the worker."""

    def read() -> About:
        return About(places(services.home), parts(), licence_texts())

    return await to_thread.run_sync(read, abandon_on_cancel=True)


def places(home: "Home") -> tuple[Place, ...]:
    """Where the program keeps what outlives it."""
    return (
        Place("data", "Jobs, journals and settings", home.root),
        Place("logs", "Log of the program", home.logs),
    )
