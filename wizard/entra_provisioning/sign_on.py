"""Single sign-on at Microsoft: compares the wanted settings, and writes the differences in a fixed order.

Works like provisioning: read, show the differences as a plan, carry it out. Microsoft's side is read again before and
after every write, so that carrying out twice, or again after being killed anywhere, ends in the same state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from wizard.aws.saml_metadata import ServiceProvider, is_https, is_portal, portal_instance, region_name
from wizard.aws.session_tags import AccessAttribute
from wizard.entra_provisioning.access_attributes import (
    ClaimsState,
    attributes_of,
    check_attributes,
    claims_after,
    concerns_of,
    next_step,
    read_claims,
    write_attributes,
)
from wizard.errors import Message, NotAccepted, WizardError
from wizard.graph.client import GraphClient
from wizard.graph.single_sign_on import (
    MOST_REMINDERS,
    SAML,
    SigningCertificate,
    SignOn,
    add_certificate,
    change_application,
    change_registration,
    read_sign_on,
    wait_until,
)
from wizard.http.failures import AnswerLost
from wizard.names import is_mail_address, same_name
from wizard.progress import Progress, ReportProgress

CERTIFICATE_NAME = "CN=AWS IAM Identity Center"
CERTIFICATE_DAYS = 3 * 365
"""Entra ID: at most three years."""
Setting = Literal["mode", "issuer", "acs-url", "sign-on-url", "reminders", "certificate", "attributes"]
"""Settings in the order of writing. A claims policy has no effect, and stops sign-ins, without a certificate of
the application's own, so attributes come last."""


@dataclass(frozen=True, slots=True)
class WantedSignOn:
    """What a person wants at Microsoft."""

    service_provider: ServiceProvider
    sign_on_url: str = ""
    """Of the AWS access portal; "" = left as it is."""
    reminders: tuple[str, ...] = ()
    """Who is reminded before the certificate ends; others stay reminded."""
    attributes: tuple[AccessAttribute, ...] | None = None
    """Attributes for access control; () = none, None = claims policies are neither read nor changed."""
    provisioned_region: str = ""
    """Of the SCIM endpoint: `eu-central-1`; "" = not known."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting at Microsoft."""

    setting: Setting
    before: tuple[str, ...]
    after: tuple[str, ...]
    """Equal to `before` = kept. A certificate is the day on which it ends; before a new one: (). An attribute for access
    control is `key=attribute`."""
    is_unfinished: bool = False
    """The values are equal, but something is left to write."""

    @property
    def is_change(self) -> bool:
        """Whether it would be written."""
        return self.before != self.after or self.is_unfinished


@dataclass(frozen=True, slots=True)
class SignOnPlan:
    """What would be written to Microsoft, as one value that can be shown and approved."""

    configured: SignOn
    wanted: WantedSignOn
    differences: tuple[Difference, ...]
    concerns: tuple[Message, ...]
    """To be accepted first; the code of each is what `--accept` takes."""
    notes: tuple[Message, ...]
    claims: ClaimsState | None = None
    """None = claims policies were not read."""

    @property
    def changes(self) -> tuple[Difference, ...]:
        """What would be written."""
        return tuple(each for each in self.differences if each.is_change)


def plan_sign_on(
    wanted: WantedSignOn, configured: SignOn, now: datetime, claims: ClaimsState | None = None
) -> SignOnPlan:
    """Compare; raises `WizardError` for what Microsoft or AWS would refuse."""
    _check(wanted)
    provider, used = wanted.service_provider, usable(configured, now)
    ends = (_day(used.ends if used is not None else now + timedelta(days=CERTIFICATE_DAYS)),)
    is_used = used is not None and used.thumbprint == configured.active_thumbprint
    differences: tuple[Difference, ...] = (
        Difference("mode", (configured.mode,), (SAML,)),
        Difference("issuer", configured.identifiers, _added((provider.issuer,), configured.identifiers)),
        Difference("acs-url", configured.reply_urls, _added(provider.acs_urls, configured.reply_urls)),
        Difference("sign-on-url", (configured.sign_on_url,), (wanted.sign_on_url or configured.sign_on_url,)),
        Difference("reminders", configured.reminders, _reminders(wanted.reminders, configured.reminders)),
        Difference("certificate", ends if is_used else (), ends),
    )
    concerns = _concerns(wanted, configured)
    if claims is not None and wanted.attributes is not None:
        differences = (*differences, _attributes(wanted.attributes, claims))
        concerns = (*concerns, *concerns_of(claims, wanted.attributes))
    return SignOnPlan(configured, wanted, differences, concerns, _notes(configured, used, now), claims)


async def read_plan(client: GraphClient, application_id: str, wanted: WantedSignOn, now: datetime) -> SignOnPlan:
    """Read the configuration and compare; raises `WizardError`."""
    configured = await read_sign_on(client, application_id)
    claims = await read_claims(client, application_id) if wanted.attributes is not None else None
    return plan_sign_on(wanted, configured, now, claims)


def _attributes(wanted: Sequence[AccessAttribute], claims: ClaimsState) -> Difference:
    def texts(attributes: Sequence[AccessAttribute]) -> tuple[str, ...]:
        return tuple(f"{each.key}={each.attribute}" for each in attributes)

    before, after = texts(attributes_of(claims.effective)), texts(claims_after(claims, wanted))
    return Difference("attributes", before, after, next_step(claims, wanted) is not None)


def usable(configured: SignOn, now: datetime) -> SigningCertificate | None:
    """The certificate in use while it is valid, else the valid one that ends last; None = none is valid."""
    valid = [each for each in configured.certificates if each.ends > now]
    active = [each for each in valid if each.thumbprint == configured.active_thumbprint]
    return next(iter((*active, *valid)), None)


async def carry_out(
    client: GraphClient,
    plan: SignOnPlan,
    accepted: frozenset[str],
    report: ReportProgress,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SignOn:
    """Write the differences and return the new configuration; raises `WizardError`, `NotAccepted`.

    What was written since the plan was shown is not written again; anything else that changed there must be seen first.
    """
    current = await read_plan(client, plan.configured.application_id, plan.wanted, now())
    configured, concerns = current.configured, list(current.concerns)
    approved = set(map(_approved, current.changes)) <= set(map(_approved, plan.changes))
    if not approved or not _other_policies(current) <= _expected_policies(plan):
        concerns.append(Message("sign-on-changed-since-approval"))
    still_open = tuple(each for each in concerns if each.code not in accepted)
    if still_open:
        raise NotAccepted(still_open)
    for difference in current.changes:
        report(Progress(Message("writing-sign-on", setting=difference.setting)))
        configured = await _write(client, difference, plan.wanted, configured, now())
    return configured


def _approved(difference: Difference) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What a person approves. The last day of a new certificate depends on the day, the attributes that are there on
    how far the claims policy was written."""
    before = () if difference.setting == "attributes" else difference.before
    return difference.setting, before, () if difference.setting == "certificate" else difference.after


def _other_policies(plan: SignOnPlan) -> frozenset[str]:
    """Id of the claims policy of others that is assigned."""
    claims = plan.claims
    return frozenset((claims.other.id,)) if claims is not None and claims.other is not None else frozenset()


def _expected_policies(plan: SignOnPlan) -> frozenset[str]:
    """Ids of the claims policies of others that may be assigned while the plan is carried out."""
    replaced = plan.claims.replaced if plan.claims is not None else None
    return _other_policies(plan) | ({replaced.id} if replaced is not None else frozenset())


async def _write(
    client: GraphClient, difference: Difference, wanted: WantedSignOn, configured: SignOn, now: datetime
) -> SignOn:
    application_id = configured.application_id
    match difference.setting:
        case "mode":
            await change_application(client, application_id, {"preferredSingleSignOnMode": SAML})
            return await wait_until(client, application_id, lambda current: current.mode == SAML)
        case "issuer" | "acs-url":
            identifiers = _added((wanted.service_provider.issuer,), configured.identifiers)
            urls = _added(wanted.service_provider.acs_urls, configured.reply_urls)
            if (identifiers, urls) != (configured.identifiers, configured.reply_urls):
                await change_registration(client, configured.registration_id, identifiers, urls)
        case "sign-on-url":
            await change_application(client, application_id, {"loginUrl": difference.after[0]})
        case "reminders":
            properties = {"notificationEmailAddresses": list(difference.after)}
            await change_application(client, application_id, properties)
        case "certificate":
            return await _certify(client, configured, now)
        case "attributes":
            await write_attributes(client, application_id, wanted.attributes or ())
    return await read_sign_on(client, application_id)


async def _certify(client: GraphClient, configured: SignOn, now: datetime) -> SignOn:
    """Use a valid certificate, or create one; one whose answer was lost is looked up."""
    application_id = configured.application_id
    used = usable(configured, now)
    if used is None:
        try:
            ends = now + timedelta(days=CERTIFICATE_DAYS)
            used = await add_certificate(client, application_id, CERTIFICATE_NAME, ends)
        except AnswerLost:
            seen = await wait_until(client, application_id, lambda current: usable(current, now) is not None)
            used = usable(seen, now)
            assert used is not None
    chosen = used.thumbprint
    await change_application(client, application_id, {"preferredTokenSigningKeyThumbprint": chosen})
    return await wait_until(client, application_id, lambda current: current.active_thumbprint == chosen)


def _check(wanted: WantedSignOn) -> None:
    if wanted.sign_on_url and not is_https(wanted.sign_on_url):
        raise WizardError("sign-on-url-not-https", address=wanted.sign_on_url[:200])
    if len(wanted.reminders) > MOST_REMINDERS:
        raise WizardError("too-many-reminders", most=MOST_REMINDERS)
    check_attributes(wanted.attributes or ())
    for address in wanted.reminders:
        if not is_mail_address(address):
            raise WizardError("reminder-not-an-address", address=address[:200])


def _concerns(wanted: WantedSignOn, configured: SignOn) -> tuple[Message, ...]:
    hosts = list(wanted.service_provider.unknown_hosts)
    if wanted.sign_on_url and not is_portal(wanted.sign_on_url):
        hosts.append(urlsplit(wanted.sign_on_url).hostname or "")
    concerns = []
    if hosts:
        concerns.append(Message("sign-on-host-unknown", hosts=tuple(dict.fromkeys(hosts))))
    provider, region = wanted.service_provider, wanted.provisioned_region
    if region and provider.region and region != provider.region:
        names = {"metadata": provider.region_name, "endpoint": region_name(region)}
        concerns.append(Message("sign-on-of-other-region", **names))
    portal = portal_instance(wanted.sign_on_url)
    if portal and provider.instance.startswith("d-") and portal != provider.instance:
        concerns.append(Message("sign-on-url-of-other-instance", portal=portal, metadata=provider.instance))
    if configured.mode not in ("", SAML, "notSupported"):
        concerns.append(Message("sign-on-mode-replaced", mode=configured.mode))
    return tuple(concerns)


def _notes(configured: SignOn, used: SigningCertificate | None, now: datetime) -> tuple[Message, ...]:
    waiting = [
        each
        for each in configured.certificates
        if used is not None and each.ends > now and each.thumbprint != used.thumbprint
    ]
    return (Message("sign-on-certificate-waiting", ends=_day(waiting[0].ends)),) if waiting else ()


def _added(wanted: tuple[str, ...], existing: tuple[str, ...]) -> tuple[str, ...]:
    """The wanted values first, then those that exist; unchanged where all of them exist already."""
    if set(wanted) <= set(existing):
        return existing
    return (*wanted, *(each for each in existing if each not in wanted))


def _reminders(wanted: tuple[str, ...], existing: tuple[str, ...]) -> tuple[str, ...]:
    """Those who are reminded already stay, as far as there is room."""
    missing = tuple(each for each in wanted if not any(same_name(each, other) for other in existing))
    return (*missing, *existing)[:MOST_REMINDERS] if missing else existing


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
