"""What Microsoft Graph's errors mean for a person: who must do what."""

from collections.abc import Mapping

from wizard.errors import DirectoryRefused, NoAccess, SignInNeeded, WizardError

PERMISSIONS: Mapping[str, str] = {
    "users": "User.Read.All",
    "directory": "User.Read.All",
    "groups": "GroupMember.Read.All",
    "servicePrincipals": "Application.Read.All",
    "applications": "Application.Read.All",
}
"""First segment of a path -> the least permission that reads it (Microsoft Graph permissions reference)."""
CHANGES: Mapping[str, tuple[str, str]] = {
    "servicePrincipals": ("change assignments", "AppRoleAssignment.ReadWrite.All"),
    "applications": ("change the application", "Application.ReadWrite.All"),
    "applicationTemplates": ("add an application", "Application.ReadWrite.All"),
}
"""First segment of a path -> what a change below it does, and the least permission that lets it."""
_NOTHING_CHANGED = "Nothing was changed."


class PermissionMissing(DirectoryRefused):
    """Microsoft knows us and does not let us read this (exit code 4)."""


class ApplicationGone(DirectoryRefused):
    """The enterprise application is no longer in the tenant (exit code 4)."""


class NoTemplate(WizardError):
    """The gallery of this cloud does not offer the application."""

    def __init__(self) -> None:
        super().__init__(
            "The gallery of this cloud does not offer AWS IAM Identity Center",
            "Microsoft has it in the global cloud and in China, not for US Government. Nothing is lost: choose All "
            "users and groups as the scope and narrow it by groups or filters; no application is needed then.",
        )


class StartOver(Exception):
    """A delta link is no longer good: everything must be read."""


class Contradiction(WizardError):
    """What Microsoft told does not fit together; taking it at its word could take people's access."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "Microsoft Graph's answers do not fit together",
            f"{sentence} Such an answer is never taken for people who have left: {_NOTHING_CHANGED.lower()} "
            "Try again in a few minutes.",
        )


def failure(status: int, code: str, path: str, request_id: str = "", method: str = "GET") -> WizardError:
    """The error behind an answer that is none of ours to handle; never holds what Microsoft said in words."""
    area = path.strip("/").partition("/")[0].partition("?")[0]
    told = f"Microsoft answered {status} {code}".rstrip() + (f" (request {request_id})." if request_id else ".")
    if status == 401:
        return SignInNeeded(
            "Microsoft no longer accepts the sign-in",
            f"It has expired or was withdrawn. Sign in again on the page Directory. {told}",
        )
    if status == 403:
        return _not_allowed(area, method, told)
    if status == 404 and area in ("servicePrincipals", "applications"):
        return ApplicationGone(
            "The enterprise application is no longer in this tenant",
            f"It was deleted, or another tenant is signed in to. Choose the application again. {told}",
        )
    if status == 404 and area == "applicationTemplates":
        return NoTemplate()
    if status == 429:
        return NoAccess(
            "Microsoft Graph asks to wait",
            f"Too much was asked of this tenant lately. {_NOTHING_CHANGED} Try again in a few minutes. {told}",
        )
    if status >= 500:
        return NoAccess(
            "Microsoft Graph does not answer as it should", f"{_NOTHING_CHANGED} Try again later. {told}"
        )
    doing = CHANGES[area][0] if method != "GET" and area in CHANGES else f"tell {_named(area)}"
    return NoAccess(f"Microsoft Graph refused to {doing}", f"{told} {_NOTHING_CHANGED}")


def _not_allowed(area: str, method: str, told: str) -> PermissionMissing:
    doing, permission = f"read {_named(area)}", PERMISSIONS.get(area, "for this")
    role = ""
    if method != "GET" and area in CHANGES:
        doing, permission = CHANGES[area]
        role = " Who signs in needs the role Application Administrator or Cloud Application Administrator as well."
    return PermissionMissing(
        f"Microsoft does not let this application {doing}",
        f"The permission {permission} is missing or nobody has consented to it. An administrator of the tenant "
        f"(Privileged Role Administrator, or Cloud Application Administrator) can grant it.{role} {told}",
    )


def _named(area: str) -> str:
    return {
        "users": "people",
        "directory": "deleted people",
        "groups": "groups",
        "servicePrincipals": "the application's assignments",
        "applications": "the application",
    }.get(area, "the directory")
