"""Test connection: four steps, each with what was seen, and one title with an advice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from wizard.aws import refusals
from wizard.aws.endpoint import Endpoint
from wizard.aws.interface import ConnectionTest, TestStep
from wizard.errors import Message, NoAccess, TokenRefused, recorded
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


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where the test ended."""

    cause: str
    message: Message
    detail: Message | None
    """For the row of the step: a status, or nothing."""
    answered: bool
    """A service did answer, so the first step passed."""


@dataclass(slots=True)
class _Course:
    """The steps so far."""

    started: float = field(default_factory=monotonic)
    steps: list[TestStep] = field(default_factory=list)

    def passed(self, name: StepName, seconds: float, detail: Message | None) -> None:
        self.steps.append(TestStep(name, "passed", seconds, detail))

    def end(self, message: Message, cause: str = "") -> ConnectionTest:
        tried = {step.name for step in self.steps}
        rest = tuple(TestStep(name, "not-tried") for name in STEPS if name not in tried)
        return ConnectionTest(
            (*self.steps, *rest), monotonic() - self.started, message, passed=not cause, cause=cause
        )

    def failed(self, name: StepName, seconds: float, failure: _Failure) -> ConnectionTest:
        if name == "answer" and failure.answered:
            self.passed("answer", seconds, _duration(seconds))
            name = "token"
        self.steps.append(TestStep(name, "failed", seconds, failure.detail))
        return self.end(failure.message, failure.cause)


async def try_endpoint(
    place: Endpoint, token: Secret, pacing: Pacing, report: ReportRequest, timeouts: Timeouts | None = None
) -> ConnectionTest:
    """Ask for the service's configuration, then for a page of people and one of groups; changes nothing."""
    course = _Course()
    begun = monotonic()
    try:
        async with connected(place.url, token, pacing, IMPATIENT, timeouts) as wire:
            wire.report_to(report)
            return await _walk(course, ScimClient(wire), place)
    except NoAccess as error:
        return course.failed("answer", monotonic() - begun, _failure(error, place))


async def _walk(course: _Course, scim: ScimClient, place: Endpoint) -> ConnectionTest:
    counts: dict[str, str] = {}

    async def configuration() -> str:
        body = await scim.service_provider_config()
        if not declares(body, "ServiceProviderConfig"):
            raise _NotScim
        return ""

    def rows(collection: Collection) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            page = await scim.page(collection)
            full = page.next_cursor or len(page.resources) >= PAGE_ROWS
            counts[collection] = f"{PAGE_ROWS} or more" if full else f"{len(page.resources)}"
            return counts[collection]

        return read

    asked: tuple[tuple[StepName, Callable[[], Awaitable[str]]], ...] = (
        ("answer", configuration),
        ("people", rows("/Users")),
        ("groups", rows("/Groups")),
    )
    for name, ask in asked:
        begun = monotonic()
        try:
            detail = await ask()
        except (NoAccess, ScimError, _NotScim) as error:
            return course.failed(name, monotonic() - begun, _failure(error, place))
        seconds = monotonic() - begun
        if name == "answer":
            # AWS asks for the token on every request, discovery included: this answer proves both.
            course.passed("answer", seconds, _duration(seconds))
            course.passed("token", 0.0, None)
        else:
            course.passed(name, seconds, recorded(detail))
    return course.end(recorded("Connected", _welcome(place, counts)))


class _NotScim(Exception):
    """An answer without an error that is no service provider configuration."""


def _welcome(place: Endpoint, counts: dict[str, str]) -> str:
    who = "The service" if place.kind == "other" else "The sandbox" if place.kind == "loopback" else "AWS"
    people, groups = counts["/Users"], counts["/Groups"]
    one = "1 person" if people == "1" else f"{people} people"
    many = "1 group" if groups == "1" else f"{groups} groups"
    return f"{who} answered and nothing was changed. It holds {one} and {many} already."


def _failure(error: Exception, place: Endpoint) -> _Failure:
    if isinstance(error, Unreachable):
        return _Failure(_CAUSES.get(error.cause, error.cause), error.message, None, answered=False)
    if isinstance(error, ScimError):
        return _scim_failure(error, place)
    if isinstance(error, IncompleteList):
        return _Failure("not-scim", error.message, None, answered=True)
    if isinstance(error, NoAccess):
        return _Failure("refused", error.message, None, answered=False)
    return _Failure(
        "not-scim",
        recorded(
            f"{place.host} answered, but not as a SCIM service",
            "There is no SCIM endpoint at this address. Copy the tenant URL, which AWS calls SCIM endpoint, from "
            "the AWS console again.",
        ),
        None,
        answered=False,
    )


_CAUSES = {"too-large": "not-scim", "not-json": "not-scim", "lost": "refused"}


def _scim_failure(error: ScimError, place: Endpoint) -> _Failure:
    whole = refusals.ends_the_run(error)
    if isinstance(whole, TokenRefused):
        return _Failure(
            "token",
            recorded(
                str(whole.message.args["title"]),
                f"The endpoint is right; only the token has to be replaced. {whole.message.args['advice']}",
            ),
            recorded("401"),
            answered=True,
        )
    if whole is not None:
        cause = "tenant" if error.status == 404 else "forbidden"
        return _Failure(cause, whole.message, recorded(str(error.status)), answered=True)
    if error.status == 404:
        return _Failure(
            "tenant",
            recorded(
                f"{place.host} answered, but knows no tenant at this address",
                "Copy the tenant URL again from the AWS console (404). It ends in /scim/v2, and the part before it "
                "is the tenant.",
            ),
            recorded("404"),
            answered=True,
        )
    failed = refusals.service_failed(error, "The test")
    cause = "throttled" if error.status == 429 else "server" if error.status >= 500 else "not-scim"
    return _Failure(cause, failed.message, recorded(str(error.status)), answered=False)


def _duration(seconds: float) -> Message:
    return recorded(f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s")
