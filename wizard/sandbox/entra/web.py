"""HTML pages of the sign-in: the user, the requested permissions, Accept and Cancel; no script."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from wizard.sandbox.entra.refusals import SignInRefusal, sign_in_body
from wizard.sandbox.entra.tokens import ALL_PERMISSIONS, PERSON, PERSON_NAME, SignIn

_WORDS: Mapping[str, str] = {
    "User.Read.All": "Read all users' full profiles",
    "GroupMember.Read.All": "Read group memberships",
    "Application.Read.All": "Read applications",
    "Application.ReadWrite.All": "Read and write applications",
    "AppRoleAssignment.ReadWrite.All": "Manage app role assignments",
    "Synchronization.ReadWrite.All": "Read and write all Azure AD synchronization data",
    "Synchronization.Read.All": "Read all Azure AD synchronization data",
    "ProvisioningLog.Read.All": "Read all provisioning log data",
    "AuditLog.Read.All": "Read all audit log data",
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: 8vh auto; padding: 2rem; border: 1px solid #8886; border-radius: 8px; }
h1 { font-size: 1.4rem; margin: 0.4rem 0 1rem; }
small { opacity: 0.75; }
form { display: inline-block; margin: 1rem 0.6rem 0 0; }
button { font: inherit; padding: 0.4rem 1.6rem; }
input[type=text] { font: inherit; padding: 0.4rem; letter-spacing: 0.15em; width: 12rem; }
code { font-size: 0.9em; }
"""


def page(title: str, body: str, status: int = 200) -> Response:
    """A whole page; the body is HTML, the title is text."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
        f"<small>Sandbox of Microsoft Entra ID on this computer</small><h1>{escape(title)}</h1>{body}"
        "</main></body></html>",
        status,
    )


def authorize(sign_in: SignIn, query: Mapping[str, str]) -> Response:
    """What a browser is shown for a sign-in. Both buttons post straight to the application that asked."""
    address = query.get("redirect_uri", "")
    if urlsplit(address).scheme != "http" or urlsplit(address).hostname not in ("localhost", "127.0.0.1"):
        return page(
            "Sign in", "<p>AADSTS50011: The redirect URI does not match those of the application.</p>", 400
        )
    try:
        sign_in.known(query)
    except SignInRefusal as refusal:
        return page("Sign in", f"<p>{escape(_described(refusal))}</p>", 400)
    verb = "post" if query.get("response_mode") == "form_post" else "get"

    def button(name: str, label: str, told: Mapping[str, str]) -> str:
        return _form(name, verb, address, {**told, "state": query.get("state", "")}, label)

    def back(code: str, label: str) -> str:
        body = sign_in_body(SignInRefusal(code))
        return button("cancel", label, {key: str(body[key]) for key in ("error", "error_description")})

    new = sign_in.new(query.get("scope", ""))
    if sign_in.refusal:
        described = escape(_described(SignInRefusal(sign_in.refusal)))
        return page("You cannot access this right now", f"<p>{described}</p>" + back(sign_in.refusal, "Go back"))
    if new and not sign_in.admin:
        return page("Need admin approval", _who() + _wishes(new) + back("AADSTS90094", "Return without consent"))
    title, label = ("Permissions requested", "Accept") if new else ("Pick an account", "Continue")
    accept = button("accept", label, {"code": sign_in.begin_browser(query)})
    return page(title, _who() + _wishes(new) + accept + back("AADSTS65004", "Cancel"))


def device(sign_in: SignIn, form: Mapping[str, str], here: str) -> Response:
    """Return the page to enter a device code, or the consent page of that code; `here` is the page's own path."""
    code = form.get("user_code", "").strip().upper()
    waiting = sign_in.devices.get(code)
    if waiting is None:
        wrong = "<p>That code did not work. Check it and try again.</p>" if code else ""
        entry = '<p><label>Code <input type="text" name="user_code" autofocus autocomplete="off"></label></p>'
        return page("Enter code", wrong + _form("code", "post", here, {}, "Next", entry))
    answer, new = form.get("answer", ""), sign_in.new(waiting.scope)
    if answer == "accept" and (sign_in.admin or not new):
        waiting.approved = True
        return page("You have signed in", "<p>You can close this page and go on in the application.</p>")
    if answer:
        waiting.refused = True
        return page("You have declined", "<p>Nothing was consented to. You can close this page.</p>")
    if new and not sign_in.admin:
        cancel = _form("cancel", "post", here, {"user_code": code, "answer": "cancel"}, "Return without consent")
        return page("Need admin approval", _who() + _wishes(new) + cancel)
    buttons = [
        _form(name, "post", here, {"user_code": code, "answer": name}, label)
        for name, label in (("accept", "Accept" if new else "Continue"), ("cancel", "Cancel"))
    ]
    return page("Are you trying to sign in to Identity Center Wizard?", _who() + _wishes(new) + "".join(buttons))


def admin_consent(sign_in: SignIn, form: Mapping[str, str], here: str) -> Response:
    """Where an administrator consents to all that the registration lists, for the whole tenant."""
    answer = form.get("answer", "")
    if answer == "accept" and sign_in.admin:
        sign_in.consent_to_all()
        return page("Consent was given", "<p>For everybody in this tenant. You can close this page.</p>")
    if answer:
        return page("You have declined", "<p>Nothing was consented to. You can close this page.</p>")
    if not sign_in.admin:
        return page("Need admin approval", _who() + "<p>AADSTS90094: An administrator has to consent.</p>")
    buttons = [
        _form(name, "post", here, {"client_id": form.get("client_id", ""), "answer": name}, label)
        for name, label in (("accept", "Accept"), ("cancel", "Cancel"))
    ]
    return page("Permissions requested for the whole tenant", _who() + _wishes(ALL_PERMISSIONS) + "".join(buttons))


def _who() -> str:
    return f"<p>{escape(PERSON_NAME)}<br><small>{escape(PERSON)}</small></p>"


def _wishes(permissions: Mapping[str, str] | frozenset[str]) -> str:
    rows = "".join(
        f"<li>{escape(_WORDS.get(one, one))}<br><small><code>{escape(one)}</code></small></li>"
        for one in sorted(permissions)
    )
    return f"<p>Identity Center Wizard would like to:</p><ul>{rows}</ul>" if rows else ""


def _form(name: str, verb: str, address: str, told: Mapping[str, str], label: str, entry: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in told.items()
    )
    return (
        f'<form id="{name}" method="{verb}" action="{escape(address)}">{hidden}{entry}'
        f'<button type="submit">{escape(label)}</button></form>'
    )


def _described(refusal: SignInRefusal) -> str:
    return str(sign_in_body(refusal)["error_description"])
