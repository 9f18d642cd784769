"""What AWS said, in our words: its answers as `Refused` for one object or `NoAccess` for the run."""

import re

from wizard.aws.interface import ObjectKind, Refused
from wizard.errors import AccessRefused, NoAccess, TokenRefused, recorded
from wizard.scim.bodies import ScimError

HOW_TO_RENEW = (
    "A token lives one year, and AWS keeps at most two at a time. In the AWS console open IAM Identity Center, "
    "Settings, Identity source, Actions, Manage provisioning: delete the old token, choose Generate token and "
    "paste the new one."
)

_PATH_IN_DETAIL = re.compile(r"Value at '([^']+)'|[Ll]ist attribute (\w+)|attribute[: ]+'?([A-Za-z][\w.:$]+)'?")


def token_refused(error: ScimError) -> TokenRefused:
    """401: the token is unknown, deleted or expired; AWS's guide says so of a wrong tenant too."""
    return TokenRefused(
        "AWS does not accept the access token",
        f"AWS refused it (401): it has expired, was deleted, or belongs to another tenant URL. {HOW_TO_RENEW}",
    )


def ends_the_run(error: ScimError) -> NoAccess | None:
    """The failure behind an answer that concerns every request alike; None where it is about one object."""
    if error.status == 401:
        return token_refused(error)
    if error.status == 403:
        return AccessRefused(
            "AWS does not allow this access token to provision",
            "AWS refused it (403). Check in the AWS console that automatic provisioning is still enabled, and "
            f"that the token was made for this tenant URL.{_said(error)}",
        )
    if error.status == 404 and "TENANT" in error.detail:
        return AccessRefused(
            "AWS does not know this tenant",
            "The host answered, but there is no tenant of this name (404). Copy the tenant URL again from the AWS "
            f"console, and check that automatic provisioning is still enabled.{_said(error)}",
        )
    return None


def service_failed(error: ScimError, doing: str) -> NoAccess:
    """A list that cannot be read: the run cannot go on without it."""
    if error.status == 429:
        return NoAccess(
            "AWS asks us to slow down",
            f"{doing} did not come through: too many requests (429), for minutes. Another program may be "
            "provisioning the same tenant. Wait a while and try again.",
        )
    if error.status >= 500:
        return NoAccess(
            "AWS has a problem of its own",
            f"{doing} failed several times ({error.status}). Nothing is wrong on this side: try again later."
            f"{_said(error)}",
        )
    return NoAccess(f"{doing} was refused", f"AWS answered {error.status}.{_said(error)}")


def refused(error: ScimError, kind: ObjectKind, name: str = "") -> Refused:
    """AWS's answer about one person or group, with a title and an advice of ours; AWS's own words are kept."""
    title, advice = _words(error, "person" if kind == "user" else "group", name)
    return Refused(error.status, recorded(title, advice), error.detail, error.request_id, named_path(error.detail))


def named_path(detail: str) -> str:
    """The attribute that AWS's sentence names; "" where it names none."""
    match = _PATH_IN_DETAIL.search(detail)
    return next((part for part in match.groups() if part), "") if match else ""


def email_taken(error: ScimError, address: str) -> Refused:
    """409, and nobody has the user name or the external id: what is left is the e-mail address."""
    if address:
        return Refused(
            409,
            recorded(
                "The e-mail address is taken",
                f"Another person in AWS has the address {address}, under another user name. Find that person in the "
                "AWS console, change or delete the address there, or correct it in the directory.",
            ),
            error.detail,
            error.request_id,
            'emails[type eq "work"].value',
        )
    return Refused(
        409,
        recorded(
            "Somebody in AWS has a value that must be unique",
            "AWS says that this person exists (409), but finds nobody by user name or external id. Look for the "
            "person in the AWS console.",
        ),
        error.detail,
        error.request_id,
    )


def name_taken(kind: ObjectKind, path: str, value: str, error: ScimError) -> Refused:
    """The one that has the name already belongs to another object of this job."""
    whom = "person" if kind == "user" else "group"
    return Refused(
        409,
        recorded(
            f"Another {whom} of this job has the same {path}",
            f"“{value}” stands in AWS already and belongs to another {whom} that this job provisions. Give each its "
            "own in the directory, or run again if they exchanged names.",
        ),
        error.detail,
        error.request_id,
        path,
    )


def _words(error: ScimError, whom: str, name: str) -> tuple[str, str]:
    detail, path = error.detail, named_path(error.detail)
    if error.status == 409:
        unique = "user name, e-mail address or external id" if whom == "person" else "name or external id"
        return (
            f"Another {whom} in AWS has the same {unique}",
            f"AWS refused the change (409). Find who else has it{f' beside {name}' if name else ''} in the AWS "
            "console, and correct one of them.",
        )
    if error.status == 404:
        return (
            f"The {whom} is no longer in AWS",
            "Somebody may have deleted it in the AWS console (404). The next run with a full check creates it "
            "again; access in AWS then has to be assigned again.",
        )
    if error.status == 429:
        return ("AWS asks us to slow down", "Too many requests (429), for minutes. The next run tries again.")
    if error.status >= 500:
        return (
            "AWS has a problem of its own",
            f"It failed several times ({error.status}) and nothing is wrong on this side. "
            "The next run tries again.",
        )
    return _validation_words(detail, path, error.status)


def _validation_words(detail: str, path: str, status: int) -> tuple[str, str]:
    """Titles for what AWS says of values (AWS User Guide, troubleshooting, and its CloudTrail examples)."""
    where = f" of {path}" if path else ""
    if "exceeds allowed limit of 1" in detail or "only allow single item" in detail:
        return (f"AWS takes one value{where}", "Keep one value in the directory, or let the mapping choose one.")
    if "greater than or equal to 1" in detail:
        return (
            f"AWS needs a value{where}",
            "Fill it in the directory, or map it to an attribute that has a value.",
        )
    if "less than or equal to" in detail:
        return (
            f"The value{where} is too long for AWS",
            "Shorten it in the directory, or with Left() in the mapping.",
        )
    if "regular expression pattern" in detail:
        return (f"AWS does not take the characters{where}", "Replace them in the directory or in the mapping.")
    if "group memberships" in detail or "path" in detail.lower():
        return (
            "AWS does not take this kind of change",
            "This is a fault of this program: report it with the text below.",
        )
    return (
        f"AWS refused the values{where}",
        f"AWS gives its reason below ({status}). Compare the values with the rules of the attribute, correct "
        "them in the directory or the mapping, and run again.",
    )


def _said(error: ScimError) -> str:
    return f" AWS said: {error.detail.rstrip('.')}." if error.detail else ""
