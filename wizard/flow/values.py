"""What the flow hands to screen and verbs, its own and what it shows of rooms they do not know."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.errors import WizardError

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
    from wizard.progress import RequestMade
    from wizard.provisioning.plan import Plan
    from wizard.provisioning.report import RunReport

UNNAMED = "New job"
NOTHING_SAVED = "Nothing saved yet"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one cannot go on yet."""

    sentence: str
    """A whole sentence that says what to do."""
    field: str = ""
    """Object name of the control it is about, a target attribute, or ""."""


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """A sandbox that was started for this conversation."""

    tenant_url: str
    token: str
    graph_url: str = ""
    """Of the tenant of Entra ID that it also is."""
    authority: str = ""
    client_id: str = ""

    def __repr__(self) -> str:
        """Without the token: it is a secret like any other."""
        return f"SandboxAddress({self.tenant_url!r})"


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One saved job as the Plan page lists it."""

    path: str
    name: str
    id: str = ""
    summary: str = ""
    """"people.csv to eu-central-1, 312 people, 24 groups"."""
    icon: str = "table"
    state: str = ""
    """"All in order", "3 people need a look", "Token expires in 12 days", "Not run yet", or why it cannot be read."""
    tone: str = ""
    """ok, warn, bad or ""."""
    last_run: str = ""
    """ISO time of the last run; "" = never."""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class TokenLife:
    """How long the access token still lives, as far as its day of creation is known."""

    expires_on: str
    """ISO date; "" = not known."""
    days_left: int
    """Negative: it has expired."""

    @property
    def tone(self) -> str:
        """AWS begins to remind 90 days before the end; we warn at 30."""
        return "" if not self.expires_on or self.days_left > 30 else "warn" if self.days_left >= 0 else "bad"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan and the snapshot it rests on."""

    plan: "Plan"
    snapshot: "DirectorySnapshot"
    requests: "tuple[RequestMade, ...]" = ()
    """What reading the target cost; the report of the run counts it with its own."""


class PlanOutdated(WizardError):
    """The job ran since this plan was made, in another window or on a schedule: what it rests on is no longer so."""

    def __init__(self) -> None:
        super().__init__(
            "The job has run since these changes were worked out",
            "Another window or a schedule ran it meanwhile, so they may be done already. Nothing was changed by this "
            "run; go back to the changes, and they are worked out anew.",
        )


class NothingFailed(WizardError):
    """There is nothing to try again."""

    def __init__(self) -> None:
        super().__init__("Nothing failed in the last run", "There is nothing to try again. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Applied:
    """The report of a run and its number in the journal."""

    report: "RunReport"
    run_id: int
