"""The first-tenant report: open questions about AWS and Microsoft, answered from what a job has seen.

Nobody who wrote this program could ask a live tenant, so its documentation leaves questions open. The report holds
shapes, codes, booleans, counts and durations; no name, address, id or token.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard import __version__
from wizard.flow.support.observing import Observations, load, observing

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job

System = Literal["AWS", "Microsoft"]
NOT_SEEN = "not seen yet"
Answer = Callable[[Observations], str]


@dataclass(frozen=True, slots=True)
class Question:
    """One open question."""

    system: System
    text: str
    answer: Answer
    """`NOT_SEEN` where nothing that was seen tells."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A request of *Ask now*: it reads, and changes nothing."""

    system: System
    path: str
    operation: str


# What tells


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
        return ", ".join(f"{status} ({count} times)" for status, count in sorted(counts.items())) or NOT_SEEN

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
    parts: dict[str, set[str]] = {"content type": set(), "headers": set(), "shape": set(), "codes": set()}
    for key in keys:
        one = seen[key]
        for name, values in zip(parts, (one.content_types, one.headers, one.shape, one.codes), strict=True):
            parts[name].update(values)
    return ", ".join(f"{name} {' '.join(sorted(values))}" for name, values in parts.items() if values)


def _header(name: str, prefix: str, *statuses: int) -> Answer:
    """Whether answers with these statuses carry a header."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, f"{prefix}*") if status in statuses]
        if not keys:
            return NOT_SEEN
        return "yes" if any(name in seen[key].headers for key in keys) else "no"

    return answer


def _has(operation: str, *paths: str) -> Answer:
    """Whether good answers have these values, and of which kind."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, operation) if status < 300]
        if not keys:
            return NOT_SEEN
        shape = {part for key in keys for part in seen[key].shape}
        found = []
        for path in paths:
            kinds = sorted(part.rpartition(":")[2] for part in shape if part.rpartition(":")[0] == path)
            found.append(f"{path}: {', '.join(kinds) or 'absent'}")
        return "; ".join(found)

    return answer


def _shape(operation: str) -> Answer:
    """The whole shape of good answers."""

    def answer(seen: Observations) -> str:
        keys = [key for status, key in _of(seen, operation) if status < 300]
        return _described(seen, keys) if keys else NOT_SEEN

    return answer


def _kept(*operations: str) -> Answer:
    """What of the values sent is missing in the answers, or changed."""

    def answer(seen: Observations) -> str:
        keys = [key for operation in operations for status, key in _of(seen, operation) if status < 300]
        differing = sorted({part for key in keys for part in seen[key].differing})
        return ", ".join(differing) or "all of it" if keys else NOT_SEEN

    return answer


def _longest(operation: str) -> Answer:
    """The longest time an operation took."""

    def answer(seen: Observations) -> str:
        seconds = [seen[key].longest for status, key in _of(seen, operation) if status]
        return f"{max(seconds):.1f} s at most" if seconds else NOT_SEEN

    return answer


_SYNC = "/servicePrincipals/{id}/synchronization"
_JOB = "/servicePrincipals/{id}/synchronization/jobs/{id}"

QUESTIONS: tuple[Question, ...] = (
    Question("AWS", "What do answers 401, 403, 429 and 500 look like?", lambda seen: _aws_refusals(seen)),
    Question("AWS", "Does a 429 carry Retry-After?", lambda seen: _aws_retry_after(seen)),
    Question("AWS", "Which status does PUT /Users have?", _statuses("PUT /Users/{id}", "PUT /Users")),
    Question("AWS", "Which status does PATCH /Groups have?", _statuses("PATCH /Groups/{id}", "PATCH /Groups")),
    Question("AWS", "Does a list continue by cursor, and what does it count?",
             _has("GET /Users", "nextCursor", "totalResults", "itemsPerPage", "startIndex")),
    Question("AWS", "Is `active` always in an answer?", _has("GET /Users", "Resources[].active")),
    Question("AWS", "Does the answer to creating a person hold the whole person?", _shape("POST /Users")),
    Question("AWS", "What of a person's values comes back as it was sent?", _kept("POST /Users", "PUT /Users/{id}")),
    Question("AWS", "Do groups list their members?", _has("GET /Groups", "Resources[].members[].value")),
    Question("AWS", "What does /ServiceProviderConfig say?", _shape("GET /ServiceProviderConfig")),
    Question("AWS", "What does /Schemas hold?", _shape("GET /Schemas")),
    Question("AWS", "What does /ResourceTypes hold?", _shape("GET /ResourceTypes")),
    Question("AWS", "How is a count above 100 answered?", _statuses("GET /Users count=200")),
    Question("AWS", "How is startIndex answered?", _statuses("GET /Users startIndex=2")),
    Question("AWS", "How are excludedAttributes answered?", _statuses("GET /Users excludedAttributes")),
    Question("AWS", "How long does AWS take to list people?", _longest("GET /Users")),
    Question("Microsoft", "Is BaseAddress readable in the saved credentials?",
             _has(f"GET {_SYNC}/secrets", "value[].key", "value[].value")),
    Question("Microsoft", "What does a failing credential test answer?",
             _refusals(f"POST {_SYNC}/jobs/validateCredentials", 400, 401, 403, 500)),
    Question("Microsoft", "What does the default schema hold?", _shape(f"GET {_JOB}/schema")),
    Question("Microsoft", "How is writing the schema answered?", _statuses(f"PUT {_JOB}/schema", f"PATCH {_JOB}/schema")),
    Question("Microsoft", "How is writing the credentials answered?", _statuses(f"PUT {_SYNC}/secrets")),
    Question("Microsoft", "Which fields does a status hold?", _shape(f"GET {_JOB}")),
    Question("Microsoft", "In which shape does provisioning on demand answer?",
             _has(f"POST {_JOB}/provisionOnDemand", "key", "value")),
    Question("Microsoft", "What do entries of the provisioning log hold?", _shape("GET /auditLogs/provisioning")),
    Question("Microsoft", "How are refusals on the provisioning log worded?", _refusals("GET /auditLogs/provisioning", 403)),
    Question("Microsoft", "What do refusals on a fresh application look like?",
             _refusals("GET /servicePrincipals", 403, 404, 409)),
    Question("Microsoft", "How is a new identifier answered?",
             lambda seen: _first_of(_refusals("PATCH /applications", 400)(seen),
                                    _statuses("PATCH /applications/{id}")(seen))),
    Question("Microsoft", "How long does a new signing certificate take?",
             _longest("POST /servicePrincipals/{id}/addTokenSigningCertificate")),
    Question("Microsoft", "Which fields do people have?", _shape("GET /users*")),
    Question("Microsoft", "Does a 429 carry Retry-After?", _header("retry-after", "GET /", 429)),
)  # fmt: skip
"""From the lists of what Microsoft's and AWS's documentation leaves open, as far as answers can tell."""


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
        "; ".join(f"{verb} {told}" for verb, told in zip(_VERBS, answers, strict=True) if told != NOT_SEEN)
        or NOT_SEEN
    )


def _aws_retry_after(seen: Observations) -> str:
    own = _only_aws(seen)
    return _first_of(*(_header("retry-after", f"{verb} /", 429)(own) for verb in _VERBS))


# The report


async def report(services: "Services", job: "Job") -> str:
    """The report as text, one question a paragraph. Asks nobody."""
    from anyio import to_thread

    return text(await to_thread.run_sync(load, services.home, job.id))


def text(seen: Observations) -> str:
    """The report of what was seen."""
    lines = [
        f"First-tenant report, Identity Center Wizard {__version__}",
        "Shapes, codes and counts of answers; no name, address, id or token.",
        "",
    ]
    for system in ("AWS", "Microsoft"):
        asked = [question for question in QUESTIONS if question.system == system]
        answers = [(question.text, question.answer(seen)) for question in asked]
        known = sum(answer != NOT_SEEN for _text, answer in answers)
        lines += [f"{system}: {known} of {len(asked)} questions answered", ""]
        lines += [f"  {question}\n    {answer}" for question, answer in answers]
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
    """Send the read-only requests, once each, and note what their answers look like; raises WizardError."""
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
