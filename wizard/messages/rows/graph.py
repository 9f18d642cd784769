"""Messages of `wizard.graph`: answers of Microsoft Graph, the enterprise application, sign-in."""

from collections.abc import Callable
from datetime import date

from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _

_CANNOT_READ = {
    "users": N_("Microsoft does not let this application read people"),
    "directory": N_("Microsoft does not let this application read deleted people"),
    "groups": N_("Microsoft does not let this application read groups"),
    "assignments": N_("Microsoft does not let this application read the application's assignments"),
    "applications": N_("Microsoft does not let this application read the application"),
    "owners": N_("Microsoft does not let this application read the application's owners"),
    "claims-policies": N_("Microsoft does not let this application read claims policies"),
    "synchronization": N_("Microsoft does not let this application read the provisioning configuration"),
    "provisioning-log": N_("Microsoft does not let this application read the provisioning log"),
    "audit-log": N_("Microsoft does not let this application read the audit log"),
}
_CANNOT_CHANGE = {
    "assignments": N_("Microsoft does not let this application change assignments"),
    "applications": N_("Microsoft does not let this application change the application"),
    "gallery": N_("Microsoft does not let this application add an application"),
    "owners": N_("Microsoft does not let this application change the application's owners"),
    "claims-policies": N_("Microsoft does not let this application change claims policies"),
    "synchronization": N_("Microsoft does not let this application change the provisioning configuration"),
}
_REFUSED_TO_READ = {
    "users": N_("Microsoft Graph refused to read people"),
    "directory": N_("Microsoft Graph refused to read deleted people"),
    "groups": N_("Microsoft Graph refused to read groups"),
    "assignments": N_("Microsoft Graph refused to read the application's assignments"),
    "applications": N_("Microsoft Graph refused to read the application"),
    "owners": N_("Microsoft Graph refused to read the application's owners"),
    "claims-policies": N_("Microsoft Graph refused to read claims policies"),
    "synchronization": N_("Microsoft Graph refused to read the provisioning configuration"),
    "provisioning-log": N_("Microsoft Graph refused to read the provisioning log"),
    "audit-log": N_("Microsoft Graph refused to read the audit log"),
}
_REFUSED_TO_CHANGE = {
    "assignments": N_("Microsoft Graph refused to change assignments"),
    "applications": N_("Microsoft Graph refused to change the application"),
    "gallery": N_("Microsoft Graph refused to add an application"),
    "owners": N_("Microsoft Graph refused to change the application's owners"),
    "claims-policies": N_("Microsoft Graph refused to change claims policies"),
    "synchronization": N_("Microsoft Graph refused to change the provisioning configuration"),
}


def _microsoft_answered(status: int, error: str, request: str) -> Text:
    if error and request:
        text = _("Microsoft answered {status} {error} (request {request}).")
    elif error:
        text = _("Microsoft answered {status} {error}.")
    elif request:
        text = _("Microsoft answered {status} (request {request}).")
    else:
        text = _("Microsoft answered {status}.")
    return Text(text.format(status=status, error=error, request=request))


def _permission_missing(area: str, change: bool, permission: str, answer: str) -> Text:
    titles = _CANNOT_CHANGE if change else _CANNOT_READ
    missing = (
        _("The permission {permission} is missing or nobody has consented to it.").format(permission=permission)
        if permission
        else _("The permission for this is missing or nobody has consented to it.")
    )
    return Text(
        _(titles.get(area, N_("Microsoft does not let this application read the directory"))),
        sentences(
            missing,
            _(
                "An administrator of the tenant (Privileged Role Administrator, or Cloud Application Administrator) "
                "can grant it."
            ),
            _("Who signs in needs the role Application Administrator or Cloud Application Administrator as well.")
            if change or area == "synchronization"  # reading it needs the role too; Global Reader is not enough
            else "",
            answer,
        ),
    )


def _graph_refused(area: str, change: bool, answer: str) -> Text:
    titles = _REFUSED_TO_CHANGE if change else _REFUSED_TO_READ
    return Text(_(titles.get(area, N_("Microsoft Graph refused to read the directory"))), answer)


def _certificate_expired(ended: str) -> Text:
    day = f"{date.fromisoformat(ended):%d %B %Y}"
    return Text(
        _("The certificate cannot be used"),
        _("It ended on {day}. Make a new one and upload its public part.").format(day=day),
    )


def _with_reason(title: str, advice: str) -> Callable[[str], Text]:
    """A refused sign-in: Microsoft's code follows the advice."""

    def row(reason: str) -> Text:
        return Text(_(title), f"{_(advice)} ({reason or _('no reason was given')})")

    return row


def _with_permissions(title: str, advice: str) -> Callable[..., Text]:
    """A refused consent: the advice names the permissions, Microsoft's code follows."""

    def row(permissions: tuple[str, ...], reason: str) -> Text:
        return Text(_(title), f"{_(advice).format(permissions=', '.join(permissions))} ({reason})")

    return row


def _device_code_expired(reason: str) -> Text:
    advice = _("Begin again; a code can be entered for about fifteen minutes.")
    return Text(_("The code has expired"), f"{advice} ({reason})" if reason else advice)


def _microsoft_refused_sign_in(reason: str) -> Text:
    return Text(
        _("Microsoft refused the sign-in"),
        _("Sign in again on the page Directory. The code says why ({reason}).").format(
            reason=reason or _("no reason was given")
        ),
    )


_CERTIFICATE_UNUSABLE = N_("The certificate cannot be used")

_ANSWERS: Rows = {
    "microsoft-answered": _microsoft_answered,
    "on-demand-not-allowed": Text(
        N_("Microsoft does not let this application provision on demand"),
        N_(
            "Either the provisioning job is in quarantine, or who signs in is not an owner of the application. "
            "{answer}"
        ),
    ),
    "credentials-not-sent-masked": Text(
        N_("The access token is needed to save anything in Entra ID"),
        N_(
            "Microsoft replaces the address, the token and the settings together, and shows the token as a star only. "
            "Enter the access token of AWS again."
        ),
    ),
    "schema-without-directories": Text(
        N_("This schema cannot be saved in Entra ID"),
        N_("It has no directories or no rules, and saving it would remove those at Microsoft. Nothing was sent."),
    ),
    "provisioning-log-needs-licence": Text(
        N_("Microsoft shows the provisioning log to tenants with Entra ID P1 or P2 only"),
        N_("Counts and state of the provisioning job are shown without it. {answer}"),
    ),
    "provisioning-job-gone": Text(
        N_("The provisioning job is no longer at Microsoft"),
        N_("It was deleted in Entra ID, or its application was. Set it up again. {answer}"),
    ),
    "microsoft-sign-in-ended": Text(
        N_("Microsoft no longer accepts the sign-in"),
        N_("It has expired or was withdrawn. Sign in again on the page Directory. {answer}"),
    ),
    "graph-permission-missing": _permission_missing,
    "graph-refused": _graph_refused,
    "graph-throttles": Text(
        N_("Microsoft Graph asks to wait"),
        N_("Too much was asked of this tenant lately. Nothing was changed. Try again in a few minutes. {answer}"),
    ),
    "graph-has-a-problem": Text(
        N_("Microsoft Graph does not answer as it should"), N_("Nothing was changed. Try again later. {answer}")
    ),
    "graph-answers-inconsistent": Text(
        N_("Microsoft Graph's answers do not fit together"),
        N_(
            "{reason} Such an answer is never taken for people who have left: nothing was changed. Try again in a few "
            "minutes."
        ),
    ),
    "graph-answer-without-object": Text(N_("An answer held no object.")),
    "graph-page-without-rows": Text(N_("A page of a list had no rows, or a row without an id.")),
    "graph-changes-cut-off": Text(N_("A list of changes ended before its end.")),
    "graph-changes-refused": Text(N_("It refused a list of changes that it had just begun.")),
    "graph-pages-circular": Text(N_("A list led back to a page that was read already.")),
    "graph-link-elsewhere": Text(N_("A link led away from Microsoft Graph.")),
    "graph-batch-incomplete": Text(N_("A batch was not answered in full.")),
    "graph-batch-answer-unreadable": Text(N_("An answer inside a batch could not be read.")),
    "graph-people-missing": Text(N_("It counts {total} people and told of {received}.")),
    "graph-people-not-counted": Text(N_("It did not tell how many people there are.")),
    "graph-search-without-rows": Text(N_("A list had no rows, or a row without an id.")),
    "graph-application-without-id": Text(N_("It added an application without telling which.")),
    "graph-assignment-exists-and-is-missing": Text(
        N_("It refused an assignment as existing and does not list it.")
    ),
    "reading-people-from-entra": Text(N_("Reading people from Entra ID")),
    "reading-groups-from-entra": Text(N_("Reading groups from Entra ID")),
}

_APPLICATION: Rows = {
    "enterprise-application-gone": Text(
        N_("The enterprise application is no longer in this tenant"),
        N_("It was deleted, or another tenant is signed in to. Choose the application again. {answer}"),
    ),
    "gallery-without-application": Text(
        N_("The gallery of this cloud does not offer AWS IAM Identity Center"),
        N_(
            "Microsoft has it in the global cloud and in China, not for US Government. Nothing is lost: choose All "
            "users and groups as the scope and narrow it by groups or filters; no application is needed then."
        ),
    ),
    "application-maybe-added": Text(
        N_("Microsoft did not say whether it added the application {name}"),
        N_(
            "The connection was cut before the answer came. Look for it in a minute; add it again only if it is "
            "not there."
        ),
    ),
    "waiting-for-new-application": Text(N_("Waiting for the new application to appear in Entra ID")),
    "application-not-visible-yet": Text(
        N_("The new application {name} has not appeared yet"),
        N_(
            "Microsoft made it and says that this can take some minutes. Look for it again a little later; "
            "do not add it a second time."
        ),
    ),
    "application-registered-elsewhere": Text(
        N_("The registration of {name} is not in this tenant"),
        N_("Its roles are kept where it was registered. Add AWS IAM Identity Center from the gallery instead."),
    ),
    "role-not-visible-yet": Text(
        N_("The new role of {name} has not appeared yet"),
        N_("Microsoft took it and says that such changes can take some minutes. Look again a little later."),
    ),
    "groups-need-licence": Text(
        N_("This tenant's licence does not let groups be assigned to an application"),
        N_(
            "Microsoft asks for Entra ID P1 or P2 for that; people can be assigned one by one. Without the licence, "
            "choose All users and groups as the scope and tick the groups to provision, or narrow it by filters: the "
            "wizard then needs no assignment at all. {answer}"
        ),
    ),
    "principal-not-assignable": Text(
        N_("This person or group cannot be assigned just now"),
        N_(
            "Microsoft does not know the person, the group or the role. It was deleted meanwhile, or was made a moment "
            "ago: look for it again in a few minutes. {answer}"
        ),
    ),
}

_SIGN_IN: Rows = {
    "browser-did-not-return": Text(
        N_("The browser did not come back"),
        N_("The sign-in was not finished in time, or it was cancelled. Begin again, or use a device code."),
    ),
    "nobody-signed-in-to-microsoft": Text(
        N_("Nobody is signed in to Microsoft"),
        N_("Sign in on the page Directory. Without a window, use a client secret or a certificate."),
    ),
    "certificate-key-unreadable": Text(
        _CERTIFICATE_UNUSABLE,
        N_("Its private key is not in PEM form, or the passphrase is wrong or missing."),
    ),
    "certificate-not-pem": Text(_CERTIFICATE_UNUSABLE, N_("Its public part is not a certificate in PEM form.")),
    "certificate-of-another-key": Text(
        _CERTIFICATE_UNUSABLE, N_("The private key belongs to another certificate.")
    ),
    "certificate-expired": _certificate_expired,
    "certificate-file-without-key": Text(
        _CERTIFICATE_UNUSABLE, N_("Its file holds no private key in PEM form. Both belong into one file.")
    ),
    "certificate-file-without-certificate": Text(
        _CERTIFICATE_UNUSABLE, N_("Its file holds no certificate in PEM form. Both belong into one file.")
    ),
    "tenant-unknown-to-microsoft": _with_reason(
        N_("Microsoft knows no such tenant"),
        N_("Check the tenant's name or id, and that the right cloud is chosen."),
    ),
    "tenant-name-malformed": _with_reason(
        N_("Microsoft knows no such tenant"),
        N_("Neither a name nor an id of a tenant was given. Check its spelling."),
    ),
    "application-not-registered-in-tenant": _with_reason(
        N_("The application is not registered in this tenant"),
        N_("The application (client) id is of another tenant, or the registration was deleted. Check both ids."),
    ),
    "client-secret-refused": _with_reason(
        N_("Microsoft does not accept the client secret"),
        N_(
            "It was revoked, or its id was pasted instead of its value. Make a new one in the app registration, under "
            "Certificates & secrets, and copy the value."
        ),
    ),
    "client-secret-expired": _with_reason(
        N_("The client secret has expired"),
        N_("Make a new one in the app registration, under Certificates & secrets, and enter it here."),
    ),
    "certificate-unknown-to-microsoft": _with_reason(
        N_("Microsoft does not know the certificate"),
        N_("Upload its public part in the app registration, under Certificates & secrets."),
    ),
    "clock-differs-from-microsoft": _with_reason(
        N_("This computer's clock does not agree with Microsoft's"),
        N_(
            "The signed proof is not valid at Microsoft's time. Set the clock to be kept automatically and try again."
        ),
    ),
    "public-client-not-allowed": _with_reason(
        N_("The application is not registered for people to sign in from a computer"),
        N_("In the app registration, under Authentication, set Allow public client flows to Yes."),
    ),
    "redirect-address-not-registered": _with_reason(
        N_("The application does not know the address the browser returns to"),
        N_(
            "In the app registration, under Authentication, add the platform Mobile and desktop applications with the "
            "redirect URI http://localhost."
        ),
    ),
    "person-not-assigned-to-application": _with_reason(
        N_("The person who signed in is not assigned to this application"),
        N_("An administrator assigns them in Enterprise applications, under Users and groups."),
    ),
    "person-of-another-tenant": _with_reason(
        N_("The account that signed in is not of this tenant"),
        N_("Sign in with an account of the tenant, or let an administrator invite this one as a guest."),
    ),
    "person-unknown-to-tenant": _with_reason(
        N_("The tenant has no such account"),
        N_("Check the name of the account and the tenant. The account may have been deleted."),
    ),
    "password-expired": _with_reason(
        N_("The password of the account has expired"),
        N_("Change it at https://myaccount.microsoft.com, then sign in again."),
    ),
    "person-disabled-in-tenant": _with_reason(
        N_("The account that signed in is disabled"),
        N_("An administrator enables it in Entra ID, under Users. Or sign in with another account."),
    ),
    "device-not-known-to-tenant": _with_reason(
        N_("The tenant wants to know this computer before anybody signs in from it"),
        N_(
            "A Conditional Access policy asks for a registered device. Use the browser on a computer that is joined to the "
            "tenant, or a client secret or a certificate."
        ),
    ),
    "application-disabled-in-tenant": _with_reason(
        N_("The application is disabled in this tenant"),
        N_(
            "An administrator enables it in Enterprise applications, under Properties: Enabled for users to sign in."
        ),
    ),
    "application-without-service-principal": _with_reason(
        N_("The application is registered, but not added to this tenant"),
        N_(
            "An administrator consents to it once in the app registration, under API permissions; that adds it to "
            "Enterprise applications."
        ),
    ),
    "consent-missing": _with_permissions(
        N_("Nobody has consented to what this application asks for"),
        N_(
            "An administrator of the tenant (Privileged Role Administrator, or Cloud Application Administrator) grants "
            "admin consent in the app registration, under API permissions: {permissions}."
        ),
    ),
    "consent-needs-administrator": _with_permissions(
        N_("An administrator must consent to this application"),
        N_(
            "Ask a Privileged Role Administrator or Cloud Application Administrator of the tenant to grant admin "
            "consent, in the app registration, under API permissions: {permissions}."
        ),
    ),
    "consent-declined": _with_permissions(
        N_("The consent was declined"),
        N_("Nothing was changed. The permissions asked for were: {permissions}."),
    ),
    "device-code-expired": _device_code_expired,
    "microsoft-sign-in-expired": _with_reason(
        N_("The sign-in to Microsoft has expired"),
        N_(
            "Microsoft wants a person again: the last sign-in is too old, was withdrawn, or needs a second factor. "
            "Sign in again on the page Directory. Without a window, use a client secret or a certificate."
        ),
    ),
    "conditional-access-refuses": _with_reason(
        N_("A Conditional Access policy of this tenant refuses this way to sign in"),
        N_(
            "Device codes are often blocked: use the browser on this computer instead. Where that is refused too, an "
            "administrator sees the policy in the sign-in log."
        ),
    ),
    "sign-in-declined": _with_reason(
        N_("The sign-in was declined"), N_("Nothing was changed. Begin again when you are ready.")
    ),
    "microsoft-refused-sign-in": _microsoft_refused_sign_in,
}

_STAND_IN: Rows = {
    "sign-in-answer-malformed": Text(
        N_("The sign-in service answered something that is no sign-in"),
        N_("Check cloud and tenant. A company proxy may have changed the answer: ask your network team."),
    ),
    "sign-in-page-refused": Text(
        N_("The sign-in service named a page that is not opened"),
        N_(
            "Only pages with https are opened. Check cloud and tenant; a company proxy may have changed the answer."
        ),
    ),
    "sandbox-elsewhere": Text(
        N_("The job names a sandbox that is not on this computer: {address}"),
        N_(
            "A sandbox in place of Microsoft is used on this computer only (127.0.0.1 or localhost). Nothing was sent. "
            "Choose the cloud of the tenant, or correct the job file."
        ),
    ),
}

ROWS: Rows = {**_ANSWERS, **_APPLICATION, **_SIGN_IN, **_STAND_IN}
