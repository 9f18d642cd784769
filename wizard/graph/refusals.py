"""What the codes of Microsoft's sign-in mean for a person."""

import re
from collections.abc import Mapping
from typing import Any

from wizard.errors import DirectoryRefused, NoAccess, SignInNeeded, WizardError

_CODE = re.compile(r"AADSTS(\d+)")
_AGAIN = "Sign in again on the page Directory."
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "90002": ("Microsoft knows no such tenant", "Check the tenant's name or id, and that the right cloud is chosen."),
    "900023": ("Microsoft knows no such tenant", "Neither a name nor an id of a tenant was given. Check its spelling."),
    "700016": (
        "The application is not registered in this tenant",
        "The application (client) id is of another tenant, or the registration was deleted. Check both ids.",
    ),
    "7000215": (
        "Microsoft does not accept the client secret",
        "It was revoked, or its id was pasted instead of its value. Make a new one in the app registration, under "
        "Certificates & secrets, and copy the value.",
    ),
    "7000222": (
        "The client secret has expired",
        "Make a new one in the app registration, under Certificates & secrets, and enter it here.",
    ),
    "700027": (
        "Microsoft does not know the certificate",
        "Upload its public part in the app registration, under Certificates & secrets.",
    ),
    "700024": (
        "This computer's clock does not agree with Microsoft's",
        "The signed proof is not valid at Microsoft's time. Set the clock to be kept automatically and try again.",
    ),
    "7000218": (
        "The application is not registered for people to sign in from a computer",
        "In the app registration, under Authentication, set Allow public client flows to Yes.",
    ),
    "50011": (
        "The application does not know the address the browser returns to",
        "In the app registration, under Authentication, add the platform Mobile and desktop applications with the "
        "redirect URI http://localhost.",
    ),
    "65001": (
        "Nobody has consented to what this application asks for",
        "An administrator of the tenant (Privileged Role Administrator, or Cloud Application Administrator) grants "
        "admin consent in the app registration, under API permissions: {}.",
    ),
    "90094": (
        "An administrator must consent to this application",
        "Ask a Privileged Role Administrator or Cloud Application Administrator of the tenant to grant admin consent, "
        "in the app registration, under API permissions: {}.",
    ),
    "65004": ("The consent was declined", "Nothing was changed. The permissions asked for were: {}."),
    "50105": (
        "The person who signed in is not assigned to this application",
        "An administrator assigns them in Enterprise applications, under Users and groups.",
    ),
    "70019": ("The code has expired", "Begin again; a code can be entered for about fifteen minutes."),
}  # fmt: skip
_SIGN_IN_AGAIN = frozenset(
    {"700082", "700084", "70043", "70008", "50173", "50076", "50078", "50079", "50158", "50133"}
)
"""Expired or withdrawn refresh tokens, and a second factor that only a person can give."""


def refusal(answer: Mapping[str, Any], permissions: tuple[str, ...] = ()) -> WizardError:
    """The error behind a refused sign-in; of what Microsoft said it keeps the code alone, never names or addresses."""
    described = str(answer.get("error_description") or "")
    listed = answer.get("error_codes") or _CODE.findall(described)
    code = str(listed[0]) if listed else ""
    told = f" (AADSTS{code})" if code else f" ({answer.get('error') or 'no reason was given'})"
    if code in _SENTENCES:
        title, advice = _SENTENCES[code]
        return DirectoryRefused(title, f"{advice.format(', '.join(permissions))}{told}")
    if code in _SIGN_IN_AGAIN:
        return SignInNeeded(
            "The sign-in to Microsoft has expired",
            f"Microsoft wants a person again: the last sign-in is too old, was withdrawn, or needs a second factor. "
            f"{_AGAIN} Without a window, use a client secret or a certificate.{told}",
        )
    if code.startswith("53") and len(code) >= 5:
        return DirectoryRefused(
            "A Conditional Access policy of this tenant refuses this way to sign in",
            "Device codes are often blocked: use the browser on this computer instead. Where that is refused too, an "
            f"administrator sees the policy in the sign-in log.{told}",
        )
    if answer.get("error") in ("access_denied", "authorization_declined"):
        return DirectoryRefused(
            "The sign-in was declined", f"Nothing was changed. Begin again when you are ready.{told}"
        )
    if answer.get("error") in ("expired_token", "code_expired"):
        return NoAccess(*_SENTENCES["70019"])
    return NoAccess("Microsoft refused the sign-in", f"{_AGAIN} The code says why{told}.")
