"""AWS's error answers as `Refused` (one object) or `NoAccess` (the whole run)."""

import re

from wizard.aws.interface import ObjectKind, Refused
from wizard.errors import AccessRefused, Message, NoAccess, TokenRefused
from wizard.scim.bodies import ScimError

_PATH_IN_DETAIL = re.compile(r"Value at '([^']+)'|[Ll]ist attribute (\w+)|attribute[: ]+'?([A-Za-z][\w.:$]+)'?")


def ends_the_run(error: ScimError) -> NoAccess | None:
    """The failure for an answer that concerns every request; None if it is about one object."""
    if error.status == 401:  # the token is unknown, deleted or expired; per AWS's guide also for a wrong tenant
        return TokenRefused("aws-refuses-token")
    if error.status == 403:
        return AccessRefused("aws-forbids-provisioning", detail=error.detail)
    if error.status == 404 and error.spoke_scim and "TENANT" in error.detail:
        return AccessRefused("aws-tenant-unknown", detail=error.detail)
    return None


def service_failed(error: ScimError, doing: Message) -> NoAccess:
    """The failure for a list that cannot be read, which ends the run."""
    return NoAccess(_reading_message(error, doing))


def not_read(error: ScimError, kind: ObjectKind, doing: Message) -> Refused:
    """AWS's refusal of a read or a look-up: no value of the directory or the mapping is the cause."""
    message = Message("gone-in-aws", kind=kind) if error.says_absent else _reading_message(error, doing)
    refusal = Refused(error.status, message, error.detail, error.request_id)
    refusal.may_have_landed = error.may_have_landed
    return refusal


def odd_id(code: str, kind: ObjectKind, resource_id: str, request_id: str) -> Refused:
    """A creation that the service confirmed with an id that cannot be right: `id-not-usable`, `id-of-another-object`."""
    return Refused(201, Message(code, kind=kind, id=resource_id[:100]), request_id=request_id)


def _reading_message(error: ScimError, doing: Message) -> Message:
    if error.status == 429:
        return Message("aws-throttles", doing=doing)
    if error.status == 501:
        return Message("request-not-offered", doing=doing, detail=error.detail)
    if error.status >= 500:
        return Message(
            "aws-has-a-problem", doing=doing, status=error.status, detail=error.detail, tries=error.tries
        )
    return Message("aws-refused-request", doing=doing, status=error.status, detail=error.detail)


def refused(error: ScimError, kind: ObjectKind) -> Refused:
    """AWS's refusal of one person or group."""
    return Refused(error.status, _message(error, kind), error.detail, error.request_id)


def named_path(detail: str) -> str:
    """The attribute that AWS's text names, or ""."""
    match = _PATH_IN_DETAIL.search(detail)
    return next((part for part in match.groups() if part), "") if match else ""


def email_taken(error: ScimError, address: str) -> Refused:
    """409, but no person has the user name or external id: then the e-mail address is the cause."""
    message = Message("email-taken-in-aws", address=address) if address else Message("unique-value-taken-in-aws")
    return Refused(409, message, error.detail, error.request_id)


def name_taken(kind: ObjectKind, path: str, value: str, error: ScimError, linked: bool) -> Refused:
    """The object in AWS with this name belongs to another object of this job (`linked`), or was made by others."""
    code = "name-of-another-object" if linked else "name-of-others"
    message = Message(code, kind=kind, path=path, value=value)
    return Refused(409, message, error.detail, error.request_id)


def _message(error: ScimError, kind: ObjectKind) -> Message:
    if error.status == 409:
        return Message("taken-in-aws", kind=kind)
    if error.status == 404:
        return Message("gone-in-aws", kind=kind) if error.says_absent else Message("not-found-by-a-gateway")
    if error.status == 429:
        return Message("aws-throttles-object")
    if error.status == 501:
        return Message("change-not-offered")
    if error.status >= 500:
        return Message("aws-has-a-problem-with-object", status=error.status, tries=error.tries)
    return _validation_message(error.detail, error.status)


def _validation_message(detail: str, status: int) -> Message:
    """The message for AWS's text about a value (AWS User Guide, troubleshooting, and its CloudTrail examples)."""
    path = named_path(detail)
    if "exceeds allowed limit of 1" in detail or "only allow single item" in detail:
        return Message("aws-takes-one-value", path=path)
    if "greater than or equal to 1" in detail:
        return Message("aws-needs-a-value", path=path)
    if "less than or equal to" in detail:
        return Message("value-too-long-for-aws", path=path)
    if "regular expression pattern" in detail:
        return Message("characters-refused-by-aws", path=path)
    if "group memberships" in detail or "path" in detail.lower():
        return Message("change-not-supported-by-aws")
    return Message("values-refused-by-aws", path=path, status=status)
