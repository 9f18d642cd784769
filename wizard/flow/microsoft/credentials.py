"""The access token of AWS at Microsoft: tested from both sides, and replaced on both sides in one action."""

from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.entra_provisioning.configured import read_configured
from wizard.errors import Message, WizardError
from wizard.flow.microsoft.from_job import desired_of
from wizard.flow.microsoft.models import Both, FromMicrosoft, TestedTwice, TokenReplaced
from wizard.flow.runs.connection import check_token, run_connection_test, store_token, token_for
from wizard.flow.services import Services
from wizard.graph import synchronization
from wizard.graph.synchronization import CredentialsTest
from wizard.provisioning.job import Job
from wizard.secret import Secret
from wizard.storage.microsoft.setups import MicrosoftSetups

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest


async def check_from_both(services: Services, job: Job) -> TestedTwice:
    """Test the endpoint with the stored token from this computer and from Microsoft; raises NoSecret.

    Microsoft is asked where the job has an application there; else, and where it refuses to be asked, only this
    computer's test counts.
    """
    here = await run_connection_test(services, job)
    microsoft: FromMicrosoft | None = None
    if job.source.kind == "entra" and job.source.entra.application_id:
        try:
            microsoft = await check_from_microsoft(services, job)
        except WizardError as error:
            return TestedTwice("here", Message("tested-here-only", why=error.message), here, None)
    return _both(here, microsoft)


def _both(here: "ConnectionTest", microsoft: FromMicrosoft | None) -> TestedTwice:
    if microsoft is None:
        return TestedTwice("here", Message("tested-here-without-application"), here, None)
    outcome: Both = "neither"
    if here.passed:
        outcome = "both" if microsoft.passed else "only-here"
    elif microsoft.passed:
        outcome = "only-microsoft"
    messages = {
        "both": Message("reached-from-both"),
        "only-here": Message("reached-from-here-only"),
        "only-microsoft": Message("reached-from-microsoft-only"),
        "neither": Message("reached-from-nowhere"),
    }
    return TestedTwice(outcome, messages[outcome], here, microsoft)


async def check_from_microsoft(services: Services, job: Job) -> FromMicrosoft:
    """Let Microsoft test the endpoint with the stored token; raises NoSecret, MorePermission, WizardError."""
    token = Secret(await token_for(services, job))
    async with services.entra.graph(job, need="provisioning") as client:
        tested = await synchronization.try_credentials(
            client, job.source.entra.application_id, job.target.tenant_url, token
        )
    return FromMicrosoft(tested.passed, _said(tested))


def _said(tested: CredentialsTest) -> Message:
    if tested.passed:
        return Message("microsoft-reaches-aws")
    return Message("microsoft-cannot-use-credentials", answer=tested.answer, said=tested.said)


async def replace_token(
    services: Services, job: Job, token: str, session_only: bool = False, *, is_stored: bool = False
) -> TokenReplaced:
    """Store a new access token on this computer and at Microsoft; says of each whether it has it.

    The token is tested first, from here and from Microsoft, and stored nowhere if one of them cannot use it. Raises
    WizardError then, MorePermission before anything is stored. is_stored: this computer has it already.
    """
    setups = MicrosoftSetups(services.home, job.id)
    desired, new = desired_of(job), Secret(token)
    async with services.entra.graph(job, need="provisioning") as client:
        configured = await read_configured(client, desired.application_id)
        if configured.application is None or configured.secrets is None:
            raise WizardError("engine-without-application")
        tested = await synchronization.try_credentials(client, desired.application_id, desired.address, new)
        if not tested.passed:
            raise WizardError(_said(tested))
        await check_token(services, job, new)
        # The pending token is stored first: after a crash between the two, the state says so.
        await to_thread.run_sync(setups.set_token_pending, True)
        try:
            if not is_stored:
                await store_token(services, job, token, session_only)
        except WizardError as error:
            await to_thread.run_sync(setups.set_token_pending, False)
            return TokenReplaced(error.message, Message("token-not-sent"))
        saved = configured.secrets
        secrets = synchronization.NewSecrets(
            saved.address if saved.address not in ("", "*") else desired.address,
            new,
            saved.sync_all,
            saved.notifications,
            saved.keep_out_of_scope,
        )
        try:
            await synchronization.save_secrets(client, desired.application_id, secrets)
            kept = await synchronization.try_saved_credentials(client, desired.application_id)
        except WizardError as error:
            return TokenReplaced(None, error.message)
    if not kept.passed:
        return TokenReplaced(None, _said(kept))
    await to_thread.run_sync(setups.set_token_pending, False)
    return TokenReplaced(None, None)
