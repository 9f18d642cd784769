"""Messages about single sign-on: metadata files, the settings at Microsoft, and checks."""

from collections.abc import Sequence
from datetime import date

from wizard.messages.formats import comma_list, full_date, listed_with_more
from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_SETTINGS = {
    "mode": N_("method"),
    "issuer": N_("issuer"),
    "acs-url": N_("ACS URLs"),
    "sign-on-url": N_("sign-on URL"),
    "reminders": N_("reminders"),
    "certificate": N_("certificate"),
    "attributes": N_("attributes for access control"),
}


def _writing(setting: str) -> Text:
    return Text(_("Saving to Entra ID: {setting}").format(setting=_(_SETTINGS[setting])))


def _unknown_hosts(hosts: Sequence[str]) -> Text:
    title = ngettext(
        "{n} host is not a known AWS sign-in host",
        "{n} hosts are not known AWS sign-in hosts",
        len(hosts),
    ).format(n=len(hosts))
    advice = _(
        "Sign-ins are sent to this host. Before you accept it, compare it with the AWS console: {hosts}."
    ).format(hosts=comma_list(hosts))
    return Text(title, advice, _("I compared the host with the AWS console"))


def _several_policies(names: Sequence[str]) -> Text:
    return Text(
        _("Several claims policies are assigned to the application"),
        _("Microsoft uses only one of them. Remove all but one from the application first: {names}.").format(
            names=comma_list(names)
        ),
    )


def _certificate_waiting(ends: str) -> Text:
    return Text(
        _("A second certificate is inactive, valid until {day}").format(day=full_date(date.fromisoformat(ends))),
        _("When you make it active, save Microsoft's metadata again and upload it in the AWS console."),
    )


def _nameid_differs(count: int, names: Sequence[str]) -> Text:
    title = ngettext(
        "NameID differs from userName for {n:,} person", "NameID differs from userName for {n:,} people", count
    ).format(n=count)
    who = listed_with_more(names, count - len(names))
    return Text(title, sentences(_("Cannot sign in: {who}.").format(who=who)))


def _values_refused(key: str, count: int, names: Sequence[str]) -> Text:
    title = ngettext(
        "AWS would reject the value of {key} for {n:,} person",
        "AWS would reject the value of {key} for {n:,} people",
        count,
    ).format(key=key, n=count)
    who = listed_with_more(names, count - len(names))
    rule = _("A tag has one value of at most 256 letters, digits, spaces, and _ . : / = + - @.")
    return Text(title, sentences(rule, _("They could not sign in: {who}.").format(who=who)))


def _values_empty(key: str, count: int, checked: int) -> Text:
    return Text(
        ngettext(
            "{n:,} of {checked:,} people has no value for {key} and gets no tag",
            "{n:,} of {checked:,} people have no value for {key} and get no tag",
            count,
        ).format(n=count, checked=checked, key=key)
    )


ROWS: Rows = {
    # Metadata files
    "saml-file-not-read": Text(N_("{file} could not be read"), N_("{reason}.")),
    "saml-metadata-unreadable": Text(
        N_("This is not a SAML metadata file"),
        N_(
            "Download the service provider metadata from the AWS console again, and choose the XML file unchanged."
        ),
    ),
    "saml-metadata-with-document-type": Text(
        N_("This metadata file contains a document type definition"),
        N_(
            "AWS metadata files do not have one, so the file was not used. Download it again from the AWS console."
        ),
    ),
    "saml-metadata-of-several": Text(
        N_("This metadata file describes several organizations or services"),
        N_("The AWS file describes only one. Download it again from the AWS console."),
    ),
    "saml-metadata-of-identity-provider": Text(
        N_("This is an identity provider's metadata"),
        N_(
            "It describes Entra ID. Choose the service provider metadata that you download on the Change "
            "identity source page of the AWS console."
        ),
    ),
    "saml-metadata-without-service-provider": Text(
        N_("The file has no issuer or no ACS URL"),
        N_("Download the service provider metadata from the AWS console again."),
    ),
    "saml-metadata-with-too-many-addresses": Text(
        N_("The file has more than {most} ACS URLs"), N_("AWS metadata files have one or two for each Region.")
    ),
    "saml-address-not-https": Text(
        N_("“{address}” does not begin with https://"),
        N_("Copy the issuer URL and the ACS URL from the AWS console."),
    ),
    "federation-metadata-incomplete": Text(
        N_("Microsoft's metadata has no certificate, issuer, or sign-in URL"),
        N_("AWS would reject it. Write the settings to Entra ID first, then save the metadata again."),
    ),
    "federation-metadata-too-long": Text(
        N_("Microsoft's metadata has {characters:,} characters"),
        N_("AWS allows up to {most:,}. Delete unused certificates from the enterprise application."),
    ),
    "federation-metadata-of-other-certificate": Text(
        N_("Microsoft's metadata does not include the active certificate yet"),
        N_("This can take a few minutes after a new certificate was created. Save the metadata again then."),
    ),
    "document-address-not-https": Text(
        N_("“{address}” does not begin with https://"), N_("The metadata was not downloaded.")
    ),
    "document-not-available": Text(
        N_("{host} returned {status}"), N_("The metadata could not be downloaded. Try again in a few minutes.")
    ),
    # What Microsoft refuses
    "identifier-refused-by-policy": Text(
        N_("A policy of this tenant does not allow the issuer {identifier}"),
        N_(
            "{answer} An administrator can exempt this application in the app management policy. This "
            "needs the role Security Administrator, or Cloud Application Administrator with permission "
            "for policies."
        ),
    ),
    "graph-certificate-without-thumbprint": Text(N_("Microsoft created a certificate without a thumbprint")),
    "sign-on-not-visible-yet": Text(
        N_("The new setting is not visible in Entra ID yet"),
        N_(
            "Microsoft accepted it, but it can take a few minutes to appear. Continue later. Settings "
            "already written are kept."
        ),
    ),
    "sign-on-url-not-https": Text(
        N_("“{address}” does not begin with https://"), N_("Copy the AWS access portal URL from the AWS console.")
    ),
    "too-many-reminders": Text(
        N_("Entra ID allows up to {most} notification email addresses"), N_("Remove some of them.")
    ),
    "reminder-not-an-address": Text(
        N_("“{address}” is not an email address"), N_("Use the form name@example.com.")
    ),
    # Missing in the job
    "sign-on-without-metadata": Text(
        N_("The AWS metadata file is missing"),
        N_("Download the service provider metadata from the AWS console and add it with --metadata FILE."),
    ),
    "sign-on-without-application": Text(
        N_("Single sign-on needs an enterprise application in Entra ID"),
        N_("Choose Microsoft Entra ID as the source, and an application on the Directory page."),
    ),
    # What must be accepted
    "sign-on-host-unknown": _unknown_hosts,
    "sign-on-mode-replaced": Text(
        N_("The application uses another single sign-on method: {mode}"),
        N_("SAML would replace it. People who sign in with the other method may lose access."),
        N_("Replace it with SAML"),
    ),
    "sign-on-of-other-region": Text(
        N_("The metadata file is from {metadata}, the SCIM endpoint from {endpoint}"),
        N_(
            "People are created in one instance of IAM Identity Center and would sign in to another. Download the file "
            "from the instance that you provision to."
        ),
        N_("Both belong to the same instance"),
    ),
    "sign-on-url-of-other-instance": Text(
        N_("The sign-on URL is from the instance {portal}, the metadata file from {metadata}"),
        N_("Copy the AWS access portal URL from the instance where you downloaded the file."),
        N_("Both belong to the same instance"),
    ),
    "sign-on-changed-since-approval": Text(
        N_("Single sign-on was changed in Entra ID in the meantime"),
        N_("Review the values before you write them."),
        N_("Write the new values"),
    ),
    "sign-on-certificate-waiting": _certificate_waiting,
    "writing-sign-on": _writing,
    # Attributes for access control
    "attribute-key-empty": Text(N_("A key is missing"), N_("Name it as your policies in AWS do: Department.")),
    "attribute-key-too-long": Text(
        N_("The key “{key}…” is too long"), N_("AWS accepts at most {most} characters.")
    ),
    "attribute-key-refused": Text(
        N_("AWS does not accept the key “{key}”"),
        N_("Use letters, digits, spaces, and _ . : / = + - @, without spaces at either end."),
    ),
    "attribute-key-reserved": Text(
        N_("The key “{key}” is reserved"),
        N_("Keys that begin with aws: are reserved for AWS. Choose another one."),
    ),
    "attribute-key-twice": Text(N_("The key “{key}” is used twice"), N_("Keys in AWS are not case-sensitive.")),
    "too-many-attributes": Text(
        N_("AWS accepts at most {most} attributes"), N_("Remove those that no policy uses.")
    ),
    "attribute-not-chosen": Text(N_("Choose an attribute of Entra ID")),
    "attribute-not-a-claim": Text(
        N_("Entra ID does not send {attribute} with a sign-in"),
        N_("Provision it instead, and add its key in the AWS console: Settings, Attributes for access control."),
    ),
    "attribute-not-key-and-name": Text(
        N_("“{text}” is not KEY=ATTRIBUTE"), N_("Write, for example, Department=department.")
    ),
    "claims-policies-several": _several_policies,
    "claims-policy-unreadable": Text(
        N_("The claims policy “{name}” cannot be read"),
        N_("Its claims would be lost, so it is not replaced. Remove it from the application, or repair its JSON."),
    ),
    "claims-policy-changes-meanwhile": Text(
        N_("The claims policy of the application keeps changing"),
        N_("Another program or person is changing it at the same time. Stop that first, then try again."),
    ),
    "claims-policy-of-others": Text(
        N_("The application already has a claims policy: “{name}”"),
        N_(
            "Its claims are copied into a new policy, which is assigned instead. “{name}” stays in the tenant "
            "unchanged, and is assigned again when you remove the attributes here."
        ),
        N_("Assign a new policy with these claims"),
    ),
    "portal-claims-overridden": Text(
        N_("Claims can no longer be edited in the Entra admin center"),
        N_(
            "Microsoft uses a claims policy instead of the Attributes & Claims page. Changes made there, such "
            "as another NameID for guests, stop working until you remove the attributes here."
        ),
        N_("Changes made there may stop working"),
    ),
    # Checks
    "nameid-differs": _nameid_differs,
    "attribute-values-refused": _values_refused,
    "attribute-values-empty": _values_empty,
}
