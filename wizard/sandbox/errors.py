"""What the sandbox says when it refuses: AWS's statuses, sentences and error body."""

import time
from typing import Any

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
GENERIC = "Request is unparsable, syntactically incorrect, or violates schema."
DUPLICATE = "Refused to create a new, duplicate resource."

SENTENCES = {
    401: "Request is not authorized: the access token is missing, unknown or expired.",
    429: "Request rate exceeds the limit of this API.",
    500: "The service failed to process the request.",
}
"""Details of the statuses whose bodies nobody has published: ours, in AWS's shape."""


class Refusal(Exception):
    """An answer that is an error: its status and the sentence for `detail`."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def bad_request(detail: str = GENERIC) -> Refusal:
    """400 ValidationException: unparsable, bad syntax, a violated schema or an operation that does not exist."""
    return Refusal(400, detail)


def missing(kind: str) -> Refusal:
    """404 ResourceNotFoundException; `kind` is USER, GROUP or TENANT, as AWS writes them."""
    return Refusal(404, f"{kind} does not exist.")


def duplicate() -> Refusal:
    """409 ConflictException: AWS does not tell the client which attribute clashed."""
    return Refusal(409, DUPLICATE)


def refused(status: int) -> Refusal:
    """A refusal without a cause in the request: 401, 429 or 500."""
    return Refusal(status, SENTENCES[status])


def error_body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The body AWS has been seen to send: `schema` and `schemas`, the status as text, no `scimType`."""
    now = time.time()
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
    return {
        "schema": [ERROR_SCHEMA],
        "schemas": [ERROR_SCHEMA],
        "detail": refusal.detail,
        "status": str(refusal.status),
        "exceptionRequestId": request_id,
        "timeStamp": f"{stamp}.{int(now * 1000) % 1000:03d}",
    }
