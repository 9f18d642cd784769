"""Open questions about AWS and Microsoft on the pages where they matter, until use of the program answers them.

Each unknown is a code with a row in the messages: the question, and what happens in either case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import Message
from wizard.flow.support.first_tenant import ANSWERS, NOT_SEEN
from wizard.flow.support.observing import Observations
from wizard.mapping.scoping_filter import Operator
from wizard.provisioning.job import Job

if TYPE_CHECKING:
    from wizard.flow.steps.steps import StepId

_PATTERNS = (Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH)
_DUAL_STACK = (".api.aws", ".api.amazonwebservices.com.cn", ".api.amazonwebservices.eu")


@dataclass(frozen=True, slots=True)
class Unknown:
    """One open question."""

    code: str
    pages: "tuple[StepId, ...]"
    matters: Callable[[Job], bool]
    answers: tuple[str, ...] = ()
    """Codes of questions of the first-tenant report that must be answered; () = no answer of a service can say it."""


def unknowns_of(step: str, job: Job, seen: Observations) -> tuple[Message, ...]:
    """Return the open questions that matter to a job on a page."""
    return tuple(
        Message(each.code)
        for each in UNKNOWNS
        if step in each.pages and each.matters(job) and not _is_answered(each, seen)
    )


def _is_answered(unknown: Unknown, seen: Observations) -> bool:
    return bool(unknown.answers) and all(ANSWERS[code](seen) != NOT_SEEN for code in unknown.answers)


def _is_microsofts(job: Job) -> bool:
    return job.engine == "entra"


def _runs_against_aws(job: Job) -> bool:
    """Whether this program provisions to AWS itself, and not to a sandbox."""
    address = endpoint(job.target.tenant_url)
    return not _is_microsofts(job) and isinstance(address, Endpoint) and address.kind == "aws"


def _has_patterns(job: Job) -> bool:
    clauses = (clause for group in job.scope.user_filter.groups for clause in group.clauses)
    return _is_microsofts(job) and any(clause.operator in _PATTERNS for clause in clauses)


def _is_dual_stack(job: Job) -> bool:
    return _is_microsofts(job) and (urlsplit(job.target.tenant_url).hostname or "").endswith(_DUAL_STACK)


UNKNOWNS: tuple[Unknown, ...] = (
    Unknown("unknown-dual-stack", ("aws",), _is_dual_stack, ("passed-test",)),
    Unknown("unknown-reply-url", ("sign-on",), lambda job: len(job.sign_on.acs_urls) > 1),
    Unknown("unknown-tag-precedence", ("sign-on",), lambda job: bool(job.sign_on.attributes)),
    Unknown("unknown-guest-claims", ("sign-on",), lambda job: bool(job.sign_on.attributes)),
    Unknown("unknown-pattern-match", ("scope", "preview"), _has_patterns),
    Unknown("unknown-default-mapping", ("attributes", "preview"), _is_microsofts, ("default-schema",)),
    Unknown("unknown-characters", ("attributes",), _runs_against_aws),
    Unknown("unknown-group-leaves", ("settings",), lambda job: _is_microsofts(job) and job.scope.groups),
    Unknown("unknown-retry-after", ("settings",), _runs_against_aws, ("aws-retry-after",)),
    Unknown("unknown-saved-endpoint", ("preview",), _is_microsofts, ("saved-endpoint",)),
    Unknown(
        "unknown-china",
        ("preview",),
        lambda job: _is_microsofts(job) and job.source.entra.cloud == "china",
        ("write-credentials", "start", "on-demand"),
    ),
)
