"""The kinds of directories as the Plan page offers them."""

from dataclasses import dataclass

from wizard.messages.translation import N_


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of directory. Its texts are translated where they are shown."""

    id: str
    icon: str
    title: str
    summary: str
    """Two short lines of its card."""
    needs: str
    """One line of its card."""


SOURCES: tuple[SourceKind, ...] = (
    SourceKind(
        "entra",
        "cloud",
        N_("Microsoft Entra ID"),
        N_("Users, groups, and application assignments from your tenant."),
        N_("Needs a Microsoft sign-in"),
    ),
    SourceKind(
        "file",
        "table",
        N_("File"),
        N_("One row per person. Group members can be in a second file."),
        N_("CSV, Excel, JSON, or LDIF"),
    ),
    SourceKind(
        "sample",
        "bolt",
        N_("Sample company"),
        N_("About 60 fictional people and a simulated AWS."),
        N_("Stays on this computer"),
    ),
)
