"""The table of steps: their order, and what must be answered before the next one.

Modules with the rules of a step are imported when its problems are first asked for: the first window does without them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard import messages
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, ngettext

if TYPE_CHECKING:
    from wizard.flow.steps.session import Session

UNNAMED = N_("New job")
"""Name of a job that was never saved; `shown_name` translates it."""
NOTHING_SAVED = N_("Not saved yet")

StepId = Literal[
    "plan", "aws", "directory", "sign-on", "scope", "attributes", "settings", "preview", "run", "monitor"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the next step cannot be opened yet."""

    sentence: str
    """A whole sentence that says what to do."""
    field: str = ""
    """Object name of the control it is about, a target attribute, or ""."""
    by_continue: bool = False
    """Continue resolves it: it stays enabled, and the page's `advance` does the rest."""


def plan_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that a source and something to provision are chosen."""
    problems = []
    if not session.draft.source.kind:
        problems.append(Problem(_("Choose a source."), "source"))
    if not (session.draft.scope.people or session.draft.scope.groups):
        problems.append(Problem(_("Choose what to provision: people, groups, or both."), "scope"))
    return tuple(problems)


def aws_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that the address is valid, a token is stored, and the test passed or was skipped."""
    from wizard.aws.endpoint import Endpoint, endpoint

    target, found = session.draft.target, session.found
    checked = endpoint(target.tenant_url)
    if not isinstance(checked, Endpoint):
        return (Problem(_("Enter the SCIM endpoint."), "tenantUrl"),)
    if checked.needs_confirmation(session.confirmed_hosts):
        return (Problem(_("Confirm the host of the SCIM endpoint."), "tenantUrl"),)
    if not (found.token_kept or found.token_typed):
        return (Problem(_("Enter the access token."), "accessToken"),)
    if found.test_waived or (found.connection and found.connection.passed):
        return ()
    if found.is_testing:
        return (Problem(_("Testing the connection…"), "testConnection"),)
    if found.token_not_kept:
        return (Problem(_("Choose where to store the access token."), "accessToken"),)
    if found.connection is None:
        return (Problem(_("Select Continue to test the connection."), "testConnection", by_continue=True),)
    return (
        Problem(
            _("The connection test failed. Select Continue to test again."), "testConnection", by_continue=True
        ),
    )


def directory_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that the source was read."""
    source, found = session.draft.source, session.found
    if source.kind == "entra":
        problem = entra_problem(session)
        if problem is not None:
            return (problem,)
    if source.kind == "file" and not source.users_file:
        return (Problem(_("Choose the file with your people."), "usersFile"),)
    if found.source_error is not None:
        return (Problem(_unreadable(source.kind), "usersFile"),)
    if found.snapshot is None and found.is_reading:
        # Enter in the field of the file does not skip the page.
        return (Problem(_("Reading the directory…"), "usersFile"),)
    if found.snapshot is None:
        return (Problem(_("Select Continue to read the directory."), "usersFile", by_continue=True),)
    from wizard.flow.directory.reading import nobody_read

    nobody = nobody_read(session.draft, found.snapshot)
    return (Problem(_unreadable(source.kind), "usersFile"),) if nobody is not None else ()


def _unreadable(source_kind: str) -> str:
    """Return what to do; the page shows why the directory cannot be used."""
    if source_kind == "file":
        return _("Choose another file, or read it again.")
    return _("Read the directory again.")


def entra_problem(session: "Session") -> Problem | None:
    """Return the problem that prevents reading the tenant."""
    entra, found = session.draft.source.entra, session.found
    if not entra.tenant:
        return Problem(_("Enter your tenant."), "entraTenant")
    if not entra.client_id:
        return Problem(_("Enter the application (client) ID to sign in with."), "entraClientId")
    if found.signed_in is None:
        return Problem(_("Sign in to Microsoft."), "entraSignIn")
    if entra.scope == "assigned" and not entra.application_id:
        return Problem(_("Choose the enterprise application, or continue without one."), "entraApplication")
    return None


def sign_on_problems(_session: "Session") -> tuple[Problem, ...]:
    """Single sign-on is optional: nothing waits for it."""
    return ()


def scope_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that at least one person or group is in scope."""
    from wizard.flow.scope.filters import unfinished
    from wizard.flow.scope.scope import quick_check

    snapshot, scope = session.found.snapshot, session.draft.scope
    if snapshot is None:
        return (Problem(_("Go to Directory and read it first."), "scope"),)
    problem = unfinished(scope)
    if problem:
        return (Problem(problem, "scope"),)
    if not snapshot.users and not snapshot.groups:
        return ()
    check = session.found.scope_check
    if check is None or not check.is_about(snapshot, scope):  # called after every tick, by footer and step list
        check = session.found.scope_check = quick_check(snapshot, scope)
    if check.left == "someone":
        return ()
    if check.left in _NOBODY:
        return (Problem(_(_NOBODY[check.left]), "scope"),)
    if scope.start_small:
        return (Problem(_("Select one or two people or groups to start with."), "scope"),)
    return (Problem(_("No one is in scope. Select people or groups, or choose everyone."), "scope"),)


_NOBODY = {
    "none match": N_("No one matches the filter. Change it: everyone provisioned before would lose access."),
    "uncounted": N_("Counting who matches the filter…"),
}


def attributes_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that every required target is mapped and every source exists."""
    from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
    from wizard.flow.directory.entra_attributes import known_attributes
    from wizard.mapping.table_problems import table_problems

    mappings, snapshot = session.draft.mappings, session.found.snapshot
    known = known_attributes(session.draft, snapshot) if snapshot else None
    users = table_problems(mappings.users, (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES), known)
    groups = table_problems(mappings.groups, GROUP_ATTRIBUTES, None) if session.draft.scope.groups else ()
    return tuple(Problem(messages.text(found), found.target) for found in (*users, *groups))


def settings_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that every setting is in its range."""
    from wizard.flow.steps import settings

    return settings.settings_problems(session)


def preview_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that there is a plan without open concerns, or for Microsoft's service a setup."""
    if session.draft.engine == "entra":
        return _setup_problems(session)
    if session.found.plan is None:
        return (Problem(_("The changes have not been calculated yet.")),)
    waiting = len(session.open_concerns())
    if not waiting:
        return ()
    sentence = ngettext(
        "Approve {n:,} warning above to continue.", "Approve {n:,} warnings above to continue.", waiting
    )
    return (Problem(sentence.format(n=waiting), "acceptConcern"),)


def _setup_problems(session: "Session") -> tuple[Problem, ...]:
    setup = session.found.setup
    if setup is None:
        return (Problem(_("The setup has not been prepared yet.")),)
    if any(concern.blocking for concern in setup.concerns):
        return (Problem(_("Microsoft's service cannot provision this job. The message above says why.")),)
    if not setup.can_carry_out and not setup.is_done:
        return (
            Problem(
                _(
                    "Your account is not allowed to change provisioning. Send the request above to an "
                    "administrator."
                )
            ),
        )
    if session.open_setup_concerns():
        return (Problem(_("Accept the differences to continue."), "acceptSetup"),)
    return ()


def run_problems(session: "Session") -> tuple[Problem, ...]:
    """Check that the run, or the setup, has ended."""
    if session.draft.engine == "entra":
        if session.running:
            return (Problem(_("Setting up…")),)
        return () if session.found.setup_result else (Problem(_("Nothing has been set up yet.")),)
    if session.running:
        return (Problem(_("The report is available after the run.")),)
    return () if session.found.report else (Problem(_("Nothing has run yet.")),)


def monitor_problems(_session: "Session") -> tuple[Problem, ...]:
    """Monitor has nothing to answer."""
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard."""

    id: StepId
    number: str
    """The number in the step list, "1" to "6"."""
    name: str
    """The text in the step list, marked with `N_`; `label` is shown."""
    problems: Callable[["Session"], tuple[Problem, ...]]
    part: int = 0
    """1 to 4 within step 5, 2 = a part of Directory; 0 = a step of its own."""
    only_with: str = ""
    """Kind of source that has this step; "" = every job has it."""

    @property
    def label(self) -> str:
        """The text in the step list, in the person's language."""
        return _(self.name)


STEPS: tuple[Step, ...] = (
    Step("plan", "1", N_("Plan"), plan_problems),
    Step("aws", "2", N_("AWS IAM Identity Center"), aws_problems),
    Step("directory", "3", N_("Directory"), directory_problems),
    Step("sign-on", "3", N_("Single sign-on"), sign_on_problems, part=2, only_with="entra"),
    Step("scope", "4", N_("Scope"), scope_problems),
    Step("attributes", "5", N_("Attributes"), attributes_problems, part=1),
    Step("settings", "5", N_("Safety settings"), settings_problems, part=2),
    Step("preview", "5", N_("Preview"), preview_problems, part=3),
    Step("run", "5", N_("Run"), run_problems, part=4),
    Step("monitor", "6", N_("Monitor"), monitor_problems),
)


def labels_of(steps: Collection[StepId]) -> str:
    """Return the labels of these steps as a list in words, in their order: "Scope, Attributes"."""
    return comma_list([step.label for step in STEPS if step.id in steps])


def shown_name(name: str) -> str:
    """Return the name of a job as it is shown: that of an unnamed one in the person's language."""
    return _(UNNAMED) if name == UNNAMED else name
