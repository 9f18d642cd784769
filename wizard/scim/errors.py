"""What a SCIM service says when it refuses, read tolerantly."""

from wizard.errors import NoAccess
from wizard.http.client import Answer
from wizard.scim.body import declares


class ScimError(Exception):
    """An answer other than success (RFC 7644 3.12). `detail` is the service's own sentence, for people to read."""

    def __init__(
        self, status: int, detail: str = "", request_id: str = "", scim_type: str = "", spoke_scim: bool = False
    ) -> None:
        super().__init__(f"{status} {detail}".strip())
        self.status = status
        self.detail = detail
        self.request_id = request_id
        self.scim_type = scim_type
        self.spoke_scim = spoke_scim
        """The body was a SCIM error message, so a SCIM service stands behind it."""
        self.may_have_landed = False
        """As `Answer.may_have_landed`."""


class ListNotWhole(NoAccess):
    """A list could not be read to its end, so nothing may be concluded from what is missing in it."""


def scim_error(answer: Answer) -> ScimError:
    """The error in an answer: `schema` or `schemas`, a status as text or number, ids in body or header."""
    body = answer.body if isinstance(answer.body, dict) else {}
    detail = next((t for key in ("detail", "message", "Message") if isinstance(t := body.get(key), str) and t), "")
    inner = body.get("exceptionRequestId")
    kind = body.get("scimType")
    error = ScimError(
        answer.status,
        " ".join(detail.split())[:1000],
        inner if isinstance(inner, str) and inner else answer.request_id,
        kind if isinstance(kind, str) else "",
        declares(body, "Error"),
    )
    error.may_have_landed = answer.may_have_landed
    return error
