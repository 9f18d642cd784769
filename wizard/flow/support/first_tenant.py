"""The first-tenant report: open questions about AWS and Microsoft, answered from what a job has seen.

AWS's and Microsoft's documentation leave questions open, and this program was written without a live tenant. The report
holds shapes, codes, booleans, counts and durations; no name, address, id or token. Each question has a code, so reports
in different languages can be compared.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard import __version__
from wizard.flow.support.observing import Observations, load, observing
from wizard.messages.formats import decimal
from wizard.messages.translation import N_, _, ngettext, pgettext

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job

System = Literal["AWS", "Microsoft"]
NOT_SEEN = ""
"""The answer where nothing that was seen says anything."""
Answer = Callable[[Observations], str]


@dataclass(frozen=True, slots=True)
class Question:
    """One open question."""

    system: System
    code: str
    """Names the question in every language."""
    text: str
    answer: Answer
    """`NOT_SEEN` where nothing that was seen says anything."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A request of *Ask now*: it reads, and changes nothing."""

    system: System
    path: str
    operation: str


# Answers from what was seen


def _of(seen: Observations, operation: str) -> Iterable[tuple[int, str]]:
    """(status, key) of everything seen of an operation; "*" at its end = every operation that begins so."""
    for key in seen:
        name, _, status = key.rpartition(" ")
        if name == operation or (operation.endswith("*") and name.startswith(operation[:-1])):
            yield int(status), key


def _statuses(*operations: str) -> Answer:
    """Which statuses an operation was answered with, how often."""

    def answer(seen: Observations) -> str:
        counts: dict[int, int] = {}
        for operation in operations:
            for status, key in _of(seen, operation):
                counts[status] = counts.get(status, 0) + seen[key].count
        words = (
            ngettext("{status} (once)", "{status} ({n} times)", count).format(status=status, n=count)
            for status, count in sorted(counts.items())
        )
        return ", ".join(words) or NOT_SEEN

    return answer


def _refusals(prefix: str, *statuses: int) -> Answer:
    """Headers, content type, shape and codes of refusals."""

    def answer(seen: Observations) -> str:
        parts = []
        for status in statuses:
            keys = [key for each, key in _of(seen, f"{prefix}*") if each == status]
            if keys:
                parts.append(f"{status}: {_described(seen, keys)}")
        return "; ".join(parts) or NOT_SEEN

    return answer


def _described(seen: Observations, keys: Iterable[str]) -> str:
    found = [seen[key] for key in keys]
    parts = (
        (_("content type {values}"), {value for one in found for value in one.content_types}),
        (_("headers {values}"), {value for one in found for value in one.headers}),
        (_("shape {values}"), {value for one in found for value in one.shape}),
        (_("codes {values}"), {value for one in found for value in one.codes}),
    )
    return ", ".join(words.format(values=" ".join(sorted(values))) for words, values in parts if values)


def _retry_after(prefix: str, *statuses: int) -> Answer:
    """Whether answers with these statuses carry a Retry-After header."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, f"{prefix}*") if status in statuses]
        if not keys:
            return NOT_SEEN
        return _("yes") if any("retry-after" in seen[key].headers for key in keys) else _("no")

    return answer


def _has(operation: str, *paths: str) -> Answer:
    """Whether good answers have these values, and of which kind."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, operation) if status < 300]
        if not keys:
            return NOT_SEEN
        shape = {part for key in keys for part in seen[key].shape}
        absent = _("absent")
        found = []
        for path in paths:
            kinds = sorted(part.rpartition(":")[2] for part in shape if part.rpartition(":")[0] == path)
            found.append(f"{path}: {', '.join(kinds) or absent}")
        return "; ".join(found)

    return answer


def _shape(operation: str) -> Answer:
    """The whole shape of good answers."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, operation) if status < 300]
        return _described(seen, keys) if keys else NOT_SEEN

    return answer


def _kept(*operations: str) -> Answer:
    """What of the values sent is missing in the answers, or differs."""

    def answer(seen: Observations) -> str:
        keys = [key for operation in operations for status, key in _of(seen, operation) if status < 300]
        differing = sorted({part for key in keys for part in seen[key].differing})
        return (", ".join(differing) or pgettext("attributes", "none")) if keys else NOT_SEEN

    return answer


def _longest(operation: str) -> Answer:
    """The longest time an operation took."""

    def answer(seen: Observations) -> str:
        seconds = [seen[key].longest for status, key in _of(seen, operation) if status]
        return _("{seconds} s at most").format(seconds=decimal(max(seconds))) if seconds else NOT_SEEN

    return answer


_SYNC = "/servicePrincipals/{id}/synchronization"
_JOB = "/servicePrincipals/{id}/synchronization/jobs/{id}"

QUESTIONS: tuple[Question, ...] = (
    Question("AWS", "aws-refusals", N_("What do 401, 403, 429, and 500 responses look like?"),
             lambda seen: _aws_refusals(seen)),
    Question("AWS", "aws-retry-after", N_("Does a 429 response have a Retry-After header?"),
             lambda seen: _aws_retry_after(seen)),
    Question("AWS", "put-user", N_("Which status does PUT /Users return?"), _statuses("PUT /Users/{id}", "PUT /Users")),
    Question("AWS", "patch-group", N_("Which status does PATCH /Groups return?"),
             _statuses("PATCH /Groups/{id}", "PATCH /Groups")),
    Question("AWS", "list-cursor", N_("Do lists have a cursor, and what do they count?"),
             _has("GET /Users", "nextCursor", "totalResults", "itemsPerPage", "startIndex")),
    Question("AWS", "active", N_("Do people in lists have `active`?"), _has("GET /Users", "Resources[].active")),
    Question("AWS", "created-user", N_("Does creating a person return the whole person?"),
             _shape("POST /Users")),
    Question("AWS", "kept-values", N_("Which values are returned differently than they were sent?"),
             _kept("POST /Users", "PUT /Users/{id}")),
    Question("AWS", "group-members", N_("Do groups in lists include their members?"),
             _has("GET /Groups", "Resources[].members[].value")),
    Question("AWS", "service-provider-config", N_("What does /ServiceProviderConfig contain?"),
             _shape("GET /ServiceProviderConfig")),
    Question("AWS", "schemas", N_("What does /Schemas contain?"), _shape("GET /Schemas")),
    Question("AWS", "resource-types", N_("What does /ResourceTypes contain?"), _shape("GET /ResourceTypes")),
    Question("AWS", "count-above-100", N_("Which status does a count above 100 return?"), _statuses("GET /Users count=200")),
    Question("AWS", "start-index", N_("Which status does startIndex return?"), _statuses("GET /Users startIndex=2")),
    Question("AWS", "excluded-attributes", N_("Which status does excludedAttributes return?"),
             _statuses("GET /Users excludedAttributes")),
    Question("AWS", "list-duration", N_("How long does AWS take to list people?"), _longest("GET /Users")),
    Question("Microsoft", "saved-endpoint", N_("Do the saved credentials show BaseAddress?"),
             _has(f"GET {_SYNC}/secrets", "value[].key", "value[].value")),
    Question("Microsoft", "failed-test", N_("What does a failed credential test return?"),
             _refusals(f"POST {_SYNC}/jobs/validateCredentials", 400, 401, 403, 500)),
    Question("Microsoft", "passed-test", N_("Which status does the credential test return?"),
             _statuses(f"POST {_SYNC}/jobs/validateCredentials")),
    Question("Microsoft", "default-schema", N_("What does the default schema contain?"), _shape(f"GET {_JOB}/schema")),
    Question("Microsoft", "write-schema", N_("Which status does saving a schema return?"),
             _statuses(f"PUT {_JOB}/schema", f"PATCH {_JOB}/schema")),
    Question("Microsoft", "write-credentials", N_("Which status does saving credentials return?"),
             _statuses(f"PUT {_SYNC}/secrets")),
    Question("Microsoft", "start", N_("Which status does starting provisioning return?"), _statuses(f"POST {_JOB}/start")),
    Question("Microsoft", "job-status", N_("Which fields does the provisioning status have?"), _shape(f"GET {_JOB}")),
    Question("Microsoft", "on-demand", N_("What does provisioning on demand return?"),
             _has(f"POST {_JOB}/provisionOnDemand", "key", "value")),
    Question("Microsoft", "log-entries", N_("What do provisioning log entries contain?"),
             _shape("GET /auditLogs/provisioning")),
    Question("Microsoft", "log-refused", N_("How is access to the provisioning log denied?"),
             _refusals("GET /auditLogs/provisioning", 403)),
    Question("Microsoft", "fresh-application", N_("How is a new application rejected?"),
             _refusals("GET /servicePrincipals", 403, 404, 409)),
    Question("Microsoft", "new-identifier", N_("What does saving a new identifier return?"),
             lambda seen: _first_of(_refusals("PATCH /applications", 400)(seen),
                                    _statuses("PATCH /applications/{id}")(seen))),
    Question("Microsoft", "new-certificate", N_("How long does a new signing certificate take?"),
             _longest("POST /servicePrincipals/{id}/addTokenSigningCertificate")),
    Question("Microsoft", "second-claims-policy", N_("What does assigning a claims policy return?"),
             _statuses("POST /servicePrincipals/{id}/claimsMappingPolicies/$ref")),
    Question("Microsoft", "user-fields", N_("Which fields do people have?"), _shape("GET /users*")),
    Question("Microsoft", "microsoft-retry-after", N_("Does a 429 response have a Retry-After header?"),
             _retry_after("GET /", 429)),
)  # fmt: skip
"""From the lists of what Microsoft's and AWS's documentation leaves open, where answers can say it."""
ANSWERS = {question.code: question.answer for question in QUESTIONS}
"""Code of a question -> its answer."""


def _first_of(*answers: str) -> str:
    return next((each for each in answers if each != NOT_SEEN), NOT_SEEN)


_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _is_of_aws(key: str) -> bool:
    path = key.split(" ")[1] if " " in key else ""
    return path.startswith(("/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes"))


def _only_aws(seen: Observations) -> Observations:
    return {key: value for key, value in seen.items() if _is_of_aws(key)}


def _aws_refusals(seen: Observations) -> str:
    own = _only_aws(seen)
    answers = (_refusals(f"{verb} /", 401, 403, 429, 500, 503)(own) for verb in _VERBS)
    return (
        "; ".join(f"{verb} {answer}" for verb, answer in zip(_VERBS, answers, strict=True) if answer != NOT_SEEN)
        or NOT_SEEN
    )


def _aws_retry_after(seen: Observations) -> str:
    own = _only_aws(seen)
    return _first_of(*(_retry_after(f"{verb} /", 429)(own) for verb in _VERBS))


# The report


async def report(services: "Services", job: "Job") -> str:
    """The report as text, one question a paragraph. It sends no request."""
    from anyio import to_thread

    return text(await to_thread.run_sync(load, services.home, job.id))


def text(seen: Observations) -> str:
    """The report of what was seen."""
    lines = [
        _("First-tenant report, Identity Center Wizard {version}").format(version=__version__),
        _("Shapes, codes, and counts of responses. No names, addresses, IDs, or tokens."),
        "",
    ]
    for system in ("AWS", "Microsoft"):
        asked = [question for question in QUESTIONS if question.system == system]
        answers = [(question, question.answer(seen)) for question in asked]
        known = sum(answer != NOT_SEEN for _question, answer in answers)
        head = _("{system}: {known} of {all} questions answered")
        lines += [head.format(system=system, known=known, all=len(asked)), ""]
        unseen = _("not seen yet")
        for question, answer in answers:
            lines += [f"  {_(question.text)} [{question.code}]", f"    {answer or unseen}"]
        lines.append("")
    return "\n".join(lines)


READ_REQUESTS: tuple[ReadRequest, ...] = (
    ReadRequest("AWS", "/ServiceProviderConfig", "GET /ServiceProviderConfig"),
    ReadRequest("AWS", "/Schemas", "GET /Schemas"),
    ReadRequest("AWS", "/ResourceTypes", "GET /ResourceTypes"),
    ReadRequest("AWS", "/Users?count=200", "GET /Users count=200"),
    ReadRequest("AWS", "/Users?startIndex=2&count=1", "GET /Users startIndex=2"),
    ReadRequest("AWS", "/Users?count=1&excludedAttributes=name", "GET /Users excludedAttributes"),
)
"""What *Ask now* sends to AWS, once each."""


async def ask_now(services: "Services", job: "Job") -> None:
    """Send the read-only requests, once each, and record what their answers look like; raises WizardError."""
    from wizard.errors import NoAccess
    from wizard.flow.runs.connection import check_host, token_for
    from wizard.http.client import Call, connected
    from wizard.http.pacing import Pacing
    from wizard.secret import Secret

    await check_host(services, job.target.tenant_url)
    token = Secret(await token_for(services, job))
    async with (
        observing(services.home, job.id),
        connected(job.target.tenant_url, token, Pacing()) as client,
    ):
        for request in READ_REQUESTS:
            try:
                await client.send(Call("GET", request.path, request.operation))
            except NoAccess:
                if request is READ_REQUESTS[0]:
                    raise  # nothing answers there
