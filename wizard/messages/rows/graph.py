"""Messages of `wizard.graph`: answers of Microsoft Graph, the enterprise application, sign-in."""

from collections.abc import Callable
from datetime import date

from wizard.messages.formats import comma_list, full_date
from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _

_CANNOT_READ = {
    "users": N_("No permission to read people"),
    "directory": N_("No permission to read deleted people"),
    "groups": N_("No permission to read groups"),
    "assignments": N_("No permission to read the assignments of the enterprise application"),
    "applications": N_("No permission to read the enterprise application"),
    "owners": N_("No permission to read the owners of the enterprise application"),
    "claims-policies": N_("No permission to read claims policies"),
    "synchronization": N_("No permission to read the provisioning configuration"),
    "provisioning-log": N_("No permission to read the provisioning logs"),
    "audit-log": N_("No permission to read the audit logs"),
}
_CANNOT_CHANGE = {
    "assignments": N_("No permission to change assignments"),
    "applications": N_("No permission to change the enterprise application"),
    "gallery": N_("No permission to add an enterprise application"),
    "owners": N_("No permission to change the owners of the enterprise application"),
    "claims-policies": N_("No permission to change claims policies"),
    "synchronization": N_("No permission to change the provisioning configuration"),
    "mail": N_("No permission to send email"),
}
_REFUSED_TO_READ = {
    "users": N_("People could not be read from Microsoft Graph"),
    "directory": N_("Deleted people could not be read from Microsoft Graph"),
    "groups": N_("Groups could not be read from Microsoft Graph"),
    "assignments": N_("Assignments could not be read from Microsoft Graph"),
    "applications": N_("The enterprise application could not be read from Microsoft Graph"),
    "owners": N_("The owners of the enterprise application could not be read from Microsoft Graph"),
    "claims-policies": N_("Claims policies could not be read from Microsoft Graph"),
    "synchronization": N_("The provisioning configuration could not be read from Microsoft Graph"),
    "provisioning-log": N_("The provisioning logs could not be read from Microsoft Graph"),
    "audit-log": N_("The audit logs could not be read from Microsoft Graph"),
}
_REFUSED_TO_CHANGE = {
    "assignments": N_("Microsoft Graph rejected the change of assignments"),
    "applications": N_("Microsoft Graph rejected the change of the enterprise application"),
    "gallery": N_("Microsoft Graph rejected the new enterprise application"),
    "owners": N_("Microsoft Graph rejected the change of owners"),
    "claims-policies": N_("Microsoft Graph rejected the change of claims policies"),
    "synchronization": N_("Microsoft Graph rejected the change of the provisioning configuration"),
    "mail": N_("Microsoft Graph rejected the email"),
}


def _microsoft_answered(status: int, error: str, request: str) -> Text:
    if error and request:
        text = _("Microsoft returned {status} {error} (request {request}).")
    elif error:
        text = _("Microsoft returned {status} {error}.")
    elif request:
        text = _("Microsoft returned {status} (request {request}).")
    else:
        text = _("Microsoft returned {status}.")
    return Text(text.format(status=status, error=error, request=request))


def _permission_missing(area: str, change: bool, permission: str, answer: str) -> Text:
    titles = _CANNOT_CHANGE if change else _CANNOT_READ
    missing = (
        _("The permission {permission} is missing or has no admin consent.").format(permission=permission)
        if permission
        else _("A permission is missing or has no admin consent.")
    )
    return Text(
        _(titles[area]) if area in titles else _("No permission to read the directory"),
        sentences(
            missing,
            _("A Privileged Role Administrator or Cloud Application Administrator can grant it."),
            _(
                "The person who signs in also needs the role Application Administrator or Cloud Application "
                "Administrator."
            )
            if area == "synchronization" or (change and area != "mail")  # Global Reader is not enough
            else "",
            answer,
        ),
    )


def _graph_refused(area: str, change: bool, answer: str) -> Text:
    titles = _REFUSED_TO_CHANGE if change else _REFUSED_TO_READ
    unnamed = _("The directory could not be read from Microsoft Graph")
    return Text(_(titles[area]) if area in titles else unnamed, answer)


def _certificate_expired(ended: str) -> Text:
    day = full_date(date.fromisoformat(ended))
    return Text(
        _("The certificate cannot be used"),
        _("It expired on {day}. Create a new certificate and upload its public key.").format(day=day),
    )


def _with_reason(title: str, advice: str) -> Callable[[str], Text]:
    """A refused sign-in: Microsoft's code follows the advice."""

    def row(reason: str) -> Text:
        return Text(_(title), sentences(_(advice), _reported(reason)))

    return row


def _with_permissions(title: str, advice: str) -> Callable[..., Text]:
    """A refused consent: the advice names the permissions, Microsoft's code follows."""

    def row(permissions: tuple[str, ...], reason: str) -> Text:
        return Text(_(title), sentences(_(advice).format(permissions=comma_list(permissions)), _reported(reason)))

    return row


def _reported(reason: str) -> str:
    """Microsoft's code as a sentence, or "" where there is none."""
    return _("Microsoft reported {reason}.").format(reason=reason) if reason else ""


def _device_code_expired(reason: str) -> Text:
    advice = _("Codes are valid for about 15 minutes. Start again.")
    return Text(_("The code has expired"), sentences(advice, _reported(reason)))


def _microsoft_refused_sign_in(reason: str) -> Text:
    return Text(
        _("Microsoft rejected the sign-in"),
        sentences(_("Sign in again on the Directory page."), _reported(reason)),
    )


_CERTIFICATE_UNUSABLE = N_("The certificate cannot be used")

_ANSWERS: Rows = {
    "microsoft-answered": _microsoft_answered,
    "on-demand-not-allowed": Text(
        N_("No permission to provision on demand"),
        N_(
            "Either the provisioning job is in quarantine, or the person who signs in does not own the "
            "enterprise application. {answer}"
        ),
    ),
    "credentials-not-sent-masked": Text(
        N_("The access token is needed to save changes in Entra ID"),
        N_(
            "Microsoft replaces the SCIM endpoint, the access token, and the settings together, and does "
            "not return the token. Enter the AWS access token again."
        ),
    ),
    "schema-without-directories": Text(
        N_("This schema cannot be saved in Entra ID"),
        N_("It has no directories or no rules, so saving it would remove them in Entra ID. Nothing was sent."),
    ),
    "provisioning-log-needs-licence": Text(
        N_("The provisioning logs require Microsoft Entra ID P1 or P2"),
        N_("Without it, only the state and the totals of the provisioning job are available. {answer}"),
    ),
    "provisioning-job-gone": Text(
        N_("The provisioning job no longer exists in Entra ID"),
        N_("The job or its enterprise application was deleted. Set it up again. {answer}"),
    ),
    "microsoft-sign-in-ended": Text(
        N_("Your Microsoft sign-in has ended"),
        N_("It has expired or was revoked. Sign in again on the Directory page. {answer}"),
    ),
    "graph-permission-missing": _permission_missing,
    "graph-refused": _graph_refused,
    "graph-throttles": Text(
        N_("Microsoft Graph limits the request rate"),
        N_("This tenant has sent too many requests. Try again in a few minutes. {answer}"),
    ),
    "graph-has-a-problem": Text(N_("Microsoft Graph reported a server error"), N_("Try again later. {answer}")),
    "graph-answers-inconsistent": Text(
        N_("Microsoft Graph returned inconsistent data"),
        N_("{reason} Nothing was changed, so that no one is disabled by mistake. Try again in a few minutes."),
    ),
    "graph-answer-without-object": Text(N_("A response contained no object.")),
    "graph-page-without-rows": Text(N_("A page of a list had no entries, or an entry without an ID.")),
    "graph-changes-cut-off": Text(N_("A list of changes was incomplete.")),
    "graph-changes-refused": Text(N_("It rejected the next page of a list of changes.")),
    "graph-pages-circular": Text(N_("A list linked back to a page that was already read.")),
    "graph-link-elsewhere": Text(N_("A link pointed outside Microsoft Graph.")),
    "graph-batch-incomplete": Text(N_("A batch response was incomplete.")),
    "graph-batch-answer-unreadable": Text(N_("A response in a batch could not be read.")),
    "graph-people-missing": Text(N_("It reports {total:,} people but returned {received:,}.")),
    "graph-people-not-counted": Text(N_("It did not report the number of people.")),
    "graph-search-without-rows": Text(N_("A list had no entries, or an entry without an ID.")),
    "graph-application-without-id": Text(N_("It added an application but did not return its ID.")),
    "graph-assignment-exists-and-is-missing": Text(
        N_("It rejected an assignment as a duplicate but does not list it.")
    ),
    "reading-people-from-entra": Text(N_("Reading people from Entra ID")),
    "reading-groups-from-entra": Text(N_("Reading groups from Entra ID")),
}

_APPLICATION: Rows = {
    "enterprise-application-gone": Text(
        N_("The enterprise application is no longer in this tenant"),
        N_("It was deleted, or you are signed in to another tenant. Choose the application again. {answer}"),
    ),
    "gallery-without-application": Text(
        N_("The application gallery of this cloud does not include AWS IAM Identity Center"),
        N_(
            "It is available in the global cloud and in China, but not in the US Government clouds. Select No "
            "application on the Directory page, and choose people and groups in Scope. No enterprise "
            "application is needed then."
        ),
    ),
    "application-maybe-added": Text(
        N_("Microsoft did not confirm that the application {name} was added"),
        N_(
            "The connection was interrupted. Check in a minute whether it exists. Add it again only if "
            "it does not."
        ),
    ),
    "waiting-for-new-application": Text(N_("Waiting for the new application to appear in Entra ID")),
    "application-not-visible-yet": Text(
        N_("The new application {name} is not visible yet"),
        N_(
            "Microsoft created it, but it can take a few minutes to appear. Check again later. Do not "
            "add it again."
        ),
    ),
    "application-registered-elsewhere": Text(
        N_("The registration of {name} is in another tenant"),
        N_("Its app roles can be changed only there. Add AWS IAM Identity Center from the gallery instead."),
    ),
    "role-not-visible-yet": Text(
        N_("The new app role of {name} is not visible yet"),
        N_("Microsoft accepted it, but it can take a few minutes to appear. Check again later."),
    ),
    "groups-need-licence": Text(
        N_("This tenant cannot assign groups to applications"),
        N_(
            "Assigning groups requires Microsoft Entra ID P1 or P2; people can be assigned one by one. "
            "Without the license, select Everyone in the tenant on the Directory page, and choose people and "
            "groups in Scope. No assignments are needed then. {answer}"
        ),
    ),
    "principal-not-assignable": Text(
        N_("This person or group cannot be assigned"),
        N_(
            "Microsoft does not find the person, the group, or the app role. It was deleted, or it was "
            "created a moment ago. Try again in a few minutes. {answer}"
        ),
    ),
}

_SIGN_IN: Rows = {
    "browser-did-not-return": Text(
        N_("The browser sign-in did not finish"),
        N_("It took too long or was canceled. Sign in again, or use a device code."),
    ),
    "nobody-signed-in-to-microsoft": Text(
        N_("You are not signed in to Microsoft"),
        N_("Sign in on the Directory page. For runs without a window, use a client secret or a certificate."),
    ),
    "certificate-key-unreadable": Text(
        _CERTIFICATE_UNUSABLE,
        N_("Its private key is not in PEM format, or the passphrase is wrong or missing."),
    ),
    "certificate-not-pem": Text(_CERTIFICATE_UNUSABLE, N_("The file contains no certificate in PEM format.")),
    "certificate-of-another-key": Text(
        _CERTIFICATE_UNUSABLE, N_("The private key belongs to another certificate.")
    ),
    "certificate-expired": _certificate_expired,
    "certificate-file-without-key": Text(
        _CERTIFICATE_UNUSABLE,
        N_(
            "The file contains no private key in PEM format. The certificate and its private key must be "
            "in the same file."
        ),
    ),
    "certificate-file-without-certificate": Text(
        _CERTIFICATE_UNUSABLE,
        N_(
            "The file contains no certificate in PEM format. The certificate and its private key must be "
            "in the same file."
        ),
    ),
    "tenant-unknown-to-microsoft": _with_reason(
        N_("Microsoft does not find this tenant"),
        N_("Check the domain name or tenant ID, and the cloud."),
    ),
    "tenant-name-malformed": _with_reason(
        N_("This is not a tenant"),
        N_("Enter the domain name or the tenant ID."),
    ),
    "application-not-registered-in-tenant": _with_reason(
        N_("The application is not registered in this tenant"),
        N_(
            "The application (client) ID belongs to another tenant, or the app registration was deleted. "
            "Check both IDs."
        ),
    ),
    "client-secret-refused": _with_reason(
        N_("Microsoft does not accept the client secret"),
        N_(
            "It was deleted, or the secret ID was entered instead of its value. Create a new secret in "
            "the app registration, under Certificates & secrets, and copy its value."
        ),
    ),
    "client-secret-expired": _with_reason(
        N_("The client secret has expired"),
        N_("Create a new secret in the app registration, under Certificates & secrets, and enter its value here."),
    ),
    "certificate-unknown-to-microsoft": _with_reason(
        N_("Microsoft does not recognize the certificate"),
        N_("Upload its public key in the app registration, under Certificates & secrets."),
    ),
    "clock-differs-from-microsoft": _with_reason(
        N_("The clock of this computer is wrong"),
        N_("It differs too much from Microsoft's clock. Turn on automatic time and try again."),
    ),
    "public-client-not-allowed": _with_reason(
        N_("This application does not allow people to sign in from a computer"),
        N_("In the app registration, under Authentication, set Allow public client flows to Yes."),
    ),
    "redirect-address-not-registered": _with_reason(
        N_("The redirect URI is not registered"),
        N_(
            "In the app registration, under Authentication, add the platform Mobile and desktop applications with the "
            "redirect URI http://localhost."
        ),
    ),
    "person-not-assigned-to-application": _with_reason(
        N_("The account is not assigned to this application"),
        N_("An administrator can assign it in Enterprise applications, under Users and groups."),
    ),
    "person-of-another-tenant": _with_reason(
        N_("The account belongs to another tenant"),
        N_("Sign in with an account of this tenant, or ask an administrator to invite this account as a guest."),
    ),
    "person-unknown-to-tenant": _with_reason(
        N_("The account does not exist in this tenant"),
        N_("Check the account name and the tenant. The account may have been deleted."),
    ),
    "password-expired": _with_reason(
        N_("The password of the account has expired"),
        N_("Change it at https://myaccount.microsoft.com, then sign in again."),
    ),
    "person-disabled-in-tenant": _with_reason(
        N_("The account that signed in is disabled"),
        N_("An administrator can enable it in Entra ID, under Users. Or sign in with another account."),
    ),
    "device-not-known-to-tenant": _with_reason(
        N_("The tenant allows sign-in from registered devices only"),
        N_(
            "This is a Conditional Access policy. Use a browser on a computer that is joined to the "
            "tenant, or a client secret or certificate."
        ),
    ),
    "application-disabled-in-tenant": _with_reason(
        N_("The application is disabled in this tenant"),
        N_(
            "An administrator can enable it in Enterprise applications, under Properties: Enabled for "
            "users to sign in."
        ),
    ),
    "application-without-service-principal": _with_reason(
        N_("The application has not been added to this tenant"),
        N_(
            "An administrator must grant admin consent once in the app registration, under API "
            "permissions. This adds it to Enterprise applications."
        ),
    ),
    "consent-missing": _with_permissions(
        N_("This application has no consent for its permissions"),
        N_(
            "A Privileged Role Administrator or Cloud Application Administrator can grant admin consent "
            "in the app registration, under API permissions: {permissions}."
        ),
    ),
    "consent-needs-administrator": _with_permissions(
        N_("This application needs admin consent"),
        N_(
            "Ask a Privileged Role Administrator or Cloud Application Administrator to grant admin "
            "consent in the app registration, under API permissions: {permissions}."
        ),
    ),
    "consent-declined": _with_permissions(
        N_("Consent was declined"),
        N_("The application asked for {permissions}."),
    ),
    "device-code-expired": _device_code_expired,
    "microsoft-sign-in-expired": _with_reason(
        N_("Your Microsoft sign-in has expired"),
        N_(
            "It is too old, was revoked, or needs multifactor authentication. Sign in again on the "
            "Directory page. For runs without a window, use a client secret or a certificate."
        ),
    ),
    "conditional-access-refuses": _with_reason(
        N_("A Conditional Access policy blocked this sign-in"),
        N_(
            "Device codes are often blocked: use the browser on this computer instead. If it is blocked "
            "too, an administrator can find the policy in the sign-in logs."
        ),
    ),
    "sign-in-declined": _with_reason(N_("The sign-in was declined"), N_("Sign in again when you are ready.")),
    "microsoft-refused-sign-in": _microsoft_refused_sign_in,
}

_STAND_IN: Rows = {
    "sign-in-answer-malformed": Text(
        N_("The response is not from Microsoft's sign-in service"),
        N_(
            "Check the cloud and the tenant. A company proxy may have changed the response: ask your network team."
        ),
    ),
    "sign-in-page-refused": Text(
        N_("The sign-in page was not opened"),
        N_(
            "Its address does not begin with https://. Check the cloud and the tenant. A company proxy "
            "may have changed the response."
        ),
    ),
    "sandbox-elsewhere": Text(
        N_("The sandbox address is not on this computer: {address}"),
        N_(
            "A sandbox must be on this computer (127.0.0.1 or localhost). Nothing was sent. Choose the "
            "cloud of the tenant, or correct the job file."
        ),
    ),
}

ROWS: Rows = {**_ANSWERS, **_APPLICATION, **_SIGN_IN, **_STAND_IN}
