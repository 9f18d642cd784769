"""Messages about single sign-on: metadata files, what is written to Microsoft, and its checks."""

from collections.abc import Sequence

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
    return Text(_("Writing to Entra ID: {setting}").format(setting=_(_SETTINGS[setting])))


def _unknown_hosts(hosts: Sequence[str]) -> Text:
    title = ngettext(
        "{n} host is not one of AWS's known sign-in hosts",
        "{n} hosts are not among AWS's known sign-in hosts",
        len(hosts),
    ).format(n=len(hosts))
    advice = _(
        "Whoever owns such a host receives people's sign-ins. Compare it with the AWS console before you accept it: "
        "{hosts}."
    ).format(hosts=", ".join(hosts))
    return Text(title, advice, _("This is the host shown in the AWS console"))


def _several_policies(names: Sequence[str]) -> Text:
    return Text(
        _("Several claims policies are assigned to the application"),
        _("Microsoft uses one of them only. Remove all but one from the application first: {names}.").format(
            names=", ".join(names)
        ),
    )


def _nameid_differs(count: int, names: Sequence[str]) -> Text:
    title = ngettext(
        "NameID differs from userName for {n} person", "NameID differs from userName for {n} people", count
    ).format(n=count)
    more = count - len(names)
    people = ", ".join(names)
    who = _("{people} and {more} more").format(people=people, more=more) if more else people
    return Text(title, sentences(_("They could not sign in: {who}.").format(who=who)))


def _values_refused(key: str, count: int, names: Sequence[str]) -> Text:
    title = ngettext(
        "AWS would refuse the value of {key} for {n} person",
        "AWS would refuse the value of {key} for {n} people",
        count,
    ).format(key=key, n=count)
    more = count - len(names)
    people = ", ".join(names)
    who = _("{people} and {more} more").format(people=people, more=more) if more else people
    rule = _("A tag has one value of at most 256 letters, digits, spaces and _ . : / = + - @.")
    return Text(title, sentences(rule, _("They could not sign in: {who}.").format(who=who)))


def _values_empty(key: str, count: int, checked: int) -> Text:
    return Text(
        ngettext(
            "{n} of {checked} people has no value for {key}, so no tag",
            "{n} of {checked} people have no value for {key}, so no tag",
            count,
        ).format(n=count, checked=checked, key=key)
    )


ROWS: Rows = {
    # Metadata files
    "saml-file-not-read": Text(N_("{file} could not be read"), N_("{reason}.")),
    "saml-metadata-unreadable": Text(
        N_("This is not a SAML metadata file"),
        N_("Download the service provider metadata in the AWS console again, and choose the XML file unchanged."),
    ),
    "saml-metadata-with-document-type": Text(
        N_("This metadata file contains a document type"),
        N_("AWS's file has none, so this one is not used. Download it from the AWS console again."),
    ),
    "saml-metadata-of-identity-provider": Text(
        N_("This is an identity provider's metadata"),
        N_(
            "It describes Microsoft's side. Choose the file that AWS offers as service provider metadata, on the page "
            "Change identity source."
        ),
    ),
    "saml-metadata-without-service-provider": Text(
        N_("The file names no issuer or no ACS URL"),
        N_("Download the service provider metadata in the AWS console again."),
    ),
    "saml-metadata-with-too-many-addresses": Text(
        N_("The file names more than {most} ACS URLs"), N_("AWS's file has one or two per region.")
    ),
    "saml-address-not-https": Text(
        N_("“{address}” is not an https address"), N_("Copy issuer and ACS URLs from the AWS console.")
    ),
    "federation-metadata-incomplete": Text(
        N_("Microsoft's metadata lacks a certificate, an issuer or a sign-in address"),
        N_("AWS would refuse it. Write the settings to Entra ID first, then save the metadata again."),
    ),
    "federation-metadata-too-long": Text(
        N_("Microsoft's metadata has {characters:,} characters"),
        N_("AWS accepts at most {most:,}. Remove certificates from the application that are no longer used."),
    ),
    "federation-metadata-of-other-certificate": Text(
        N_("Microsoft's metadata does not contain the certificate in use yet"),
        N_("It can take some minutes until Microsoft publishes a new certificate. Save the metadata again then."),
    ),
    "document-address-not-https": Text(
        N_("“{address}” is not an https address"), N_("The document was not read.")
    ),
    "document-not-available": Text(
        N_("{host} answered {status}"), N_("The document could not be read. Try again in a few minutes.")
    ),
    # What Microsoft refuses
    "identifier-refused-by-policy": Text(
        N_("A policy of the tenant refuses the issuer {identifier}"),
        N_(
            "{answer} An administrator can exempt this application in the app management policy of Microsoft Entra ID "
            "(role Cloud Application Administrator with permission for policies, or Security Administrator)."
        ),
    ),
    "graph-certificate-without-thumbprint": Text(N_("Microsoft created a certificate without a thumbprint")),
    "sign-on-not-visible-yet": Text(
        N_("Microsoft does not show the new setting yet"),
        N_("It was accepted, and can take some minutes. Continue later: what is written already is kept."),
    ),
    "sign-on-url-not-https": Text(
        N_("“{address}” is not an https address"), N_("Copy the AWS access portal URL from the AWS console.")
    ),
    "too-many-reminders": Text(N_("Entra ID reminds at most {most} addresses"), N_("Remove some of them.")),
    "reminder-not-an-address": Text(
        N_("“{address}” is not an e-mail address"), N_("Write it as name@example.com.")
    ),
    # What is missing in the job
    "sign-on-without-metadata": Text(
        N_("AWS's metadata file is missing"),
        N_("Download the service provider metadata in the AWS console, and add it with --metadata FILE."),
    ),
    "sign-on-without-application": Text(
        N_("Single sign-on needs an enterprise application in Entra ID"),
        N_("Choose Microsoft Entra ID as source, and an application on the page Directory."),
    ),
    # What must be accepted
    "sign-on-host-unknown": _unknown_hosts,
    "sign-on-mode-replaced": Text(
        N_("The application uses another method of single sign-on: {mode}"),
        N_("It would be replaced by SAML. People who sign in with it now may lose that way."),
        N_("Replace it by SAML"),
    ),
    "sign-on-changed-since-approval": Text(
        N_("Somebody changed single sign-on at Microsoft meanwhile"),
        N_("Look at the values again before you write them."),
        N_("Write the new differences"),
    ),
    "sign-on-certificate-waiting": Text(
        N_("A second certificate is waiting, valid until {ends}"),
        N_(
            "It is not used. When you switch to it, save Microsoft's metadata again and upload it in the AWS console."
        ),
    ),
    "writing-sign-on": _writing,
    # Attributes for access control
    "attribute-key-empty": Text(N_("A key is missing"), N_("Name it as your policies in AWS do: Department.")),
    "attribute-key-too-long": Text(
        N_("The key “{key}…” is too long"), N_("AWS accepts at most {most} characters.")
    ),
    "attribute-key-refused": Text(
        N_("AWS does not accept the key “{key}”"),
        N_("Use letters, digits, spaces and _ . : / = + - @, without spaces at either end."),
    ),
    "attribute-key-reserved": Text(
        N_("The key “{key}” is reserved"), N_("Keys that begin with aws: belong to AWS. Choose another one.")
    ),
    "attribute-key-twice": Text(
        N_("The key “{key}” is used twice"), N_("AWS does not tell upper case from lower case in keys.")
    ),
    "too-many-attributes": Text(
        N_("AWS accepts at most {most} attributes"), N_("Remove those that no policy uses.")
    ),
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
        N_("Another program or person writes it at the same time. Stop that first, then write again."),
    ),
    "claims-policy-of-others": Text(
        N_("The application has a claims policy already: “{name}”"),
        N_(
            "Its claims are copied into a new policy, which is assigned instead. “{name}” stays in the tenant "
            "unchanged, and is assigned again when you remove the attributes here."
        ),
        N_("Assign a new policy with these claims"),
    ),
    "portal-claims-overridden": Text(
        N_("Claims can no longer be edited in the Entra admin center"),
        N_(
            "Microsoft uses a claims policy instead of the page Attributes & Claims. Changes that somebody made there, "
            "such as another NameID for guests, stop working until the attributes are removed here."
        ),
        N_("No claim was changed there, or it may stop working"),
    ),
    # Checks
    "nameid-differs": _nameid_differs,
    "attribute-values-refused": _values_refused,
    "attribute-values-empty": _values_empty,
}
