"""The connection test: four steps, each with its result, and one message for the whole."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from wizard.aws import refusals
from wizard.aws.endpoint import Endpoint
from wizard.aws.interface import ConnectionTest, TestStep
from wizard.errors import Message, NoAccess, TokenRefused
from wizard.http.client import Timeouts, connected
from wizard.http.failures import Unreachable
from wizard.http.pacing import Pacing
from wizard.http.retry import IMPATIENT
from wizard.progress import ReportRequest
from wizard.scim.bodies import IncompleteList, ScimError, declares
from wizard.scim.client import Collection, ScimClient
from wizard.secret import Secret

StepName = Literal["answer", "token", "people", "groups"]
STEPS: tuple[StepName, ...] = ("answer", "token", "people", "groups")
PAGE_ROWS = 100
_CAUSES = {"too-large": "not-scim", "not-json": "not-scim", "coding": "not-scim", "lost": "refused"}
"""Causes of `Unreachable` -> causes of a failed test, where they differ."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why the test ended."""

    cause: str
    message: Message
    status: int
    """HTTP status; 0 = none."""
    answered: bool
    """A service did answer, so the first step passed."""


@dataclass(slots=True)
class _Steps:
    """The steps so far."""

    started: float = field(default_factory=monotonic)
    done: list[TestStep] = field(default_factory=list)

    def passed(self, name: StepName, seconds: float, detail: Message | None) -> None:
        self.done.append(TestStep(name, "passed", seconds, detail))

    def end(self, message: Message, cause: str = "") -> ConnectionTest:
        tried = {step.name for step in self.done}
        rest = tuple(TestStep(name, "not-tried") for name in STEPS if name not in tried)
        return ConnectionTest(
            (*self.done, *rest), monotonic() - self.started, message, passed=not cause, cause=cause
        )

    def failed(self, name: StepName, seconds: float, failure: _Failure) -> ConnectionTest:
        if name == "answer" and failure.answered:
            self.passed("answer", seconds, Message("step-duration", seconds=seconds))
            name = "token"
        detail = Message("step-status", status=failure.status) if failure.status else None
        self.done.append(TestStep(name, "failed", seconds, detail))
        return self.end(failure.message, failure.cause)


async def try_endpoint(
    place: Endpoint, token: Secret, pacing: Pacing, report: ReportRequest, timeouts: Timeouts | None = None
) -> ConnectionTest:
    """Read the service's configuration, a page of people and a page of groups; changes nothing."""
    steps = _Steps()
    started = monotonic()
    try:
        async with connected(place.url, token, pacing, IMPATIENT, timeouts) as http:
            http.report_to(report)
            return await _try_steps(steps, ScimClient(http), place)
    except NoAccess as error:
        return steps.failed("answer", monotonic() - started, _failure(error, place))


async def _try_steps(steps: _Steps, scim: ScimClient, place: Endpoint) -> ConnectionTest:
    rows: dict[str, tuple[int, bool]] = {}

    async def configuration() -> Message | None:
        body = await scim.service_provider_config()
        if not declares(body, "ServiceProviderConfig"):
            raise _NotScim
        return None

    def first_page(collection: Collection) -> Callable[[], Awaitable[Message | None]]:
        async def read() -> Message | None:
            page = await scim.page(collection)
            more = bool(page.next_cursor) or len(page.resources) >= PAGE_ROWS
            rows[collection] = (PAGE_ROWS if more else len(page.resources), more)
            count, more = rows[collection]
            return Message("step-rows", count=count, more=more)

        return read

    calls: tuple[tuple[StepName, Callable[[], Awaitable[Message | None]]], ...] = (
        ("answer", configuration),
        ("people", first_page("/Users")),
        ("groups", first_page("/Groups")),
    )
    for name, call in calls:
        started = monotonic()
        try:
            detail = await call()
        except (NoAccess, ScimError, _NotScim) as error:
            return steps.failed(name, monotonic() - started, _failure(error, place))
        seconds = monotonic() - started
        if name == "answer":
            # AWS requires the token for every request, discovery included: this answer proves both.
            steps.passed("answer", seconds, Message("step-duration", seconds=seconds))
            steps.passed("token", 0.0, None)
        else:
            steps.passed(name, seconds, detail)
    (people, more_people), (groups, more_groups) = rows["/Users"], rows["/Groups"]
    return steps.end(
        Message(
            "connection-works",
            service=place.kind,
            people=people,
            more_people=more_people,
            groups=groups,
            more_groups=more_groups,
        )
    )


class _NotScim(Exception):
    """A successful answer that is not a service provider configuration."""


def _failure(error: Exception, place: Endpoint) -> _Failure:
    if isinstance(error, Unreachable):
        return _Failure(_CAUSES.get(error.cause, error.cause), error.message, 0, answered=False)
    if isinstance(error, ScimError):
        return _scim_failure(error, place)
    if isinstance(error, IncompleteList):
        return _Failure("not-scim", error.message, 0, answered=True)
    if isinstance(error, NoAccess):
        return _Failure("refused", error.message, 0, answered=False)
    return _Failure("not-scim", Message("answer-not-scim", host=place.host), 0, answered=False)


def _scim_failure(error: ScimError, place: Endpoint) -> _Failure:
    whole = refusals.ends_the_run(error)
    if isinstance(whole, TokenRefused):
        return _Failure("token", Message("token-to-be-replaced", why=whole.message), 401, answered=True)
    if whole is not None:
        cause = "tenant" if error.status == 404 else "forbidden"
        return _Failure(cause, whole.message, error.status, answered=True)
    if error.status == 404:
        return _Failure("tenant", Message("no-tenant-at-address", host=place.host), 404, answered=True)
    failed = refusals.service_failed(error, Message("doing-connection-test"))
    cause = "throttled" if error.status == 429 else "server" if error.status >= 500 else "not-scim"
    return _Failure(cause, failed.message, error.status, answered=False)
