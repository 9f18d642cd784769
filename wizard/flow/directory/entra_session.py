"""Access to Microsoft Entra ID: sign-in, tokens, and the source that reads the tenant."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import NoSecret, WizardError
from wizard.flow.directory.entra_attributes import needed, offered
from wizard.flow.directory.entra_models import (
    PERMISSIONS_FOR,
    READ_PERMISSIONS,
    SANDBOX,
    CodeToEnter,
    MorePermission,
    Need,
    PageToOpen,
    SignedIn,
)
from wizard.flow.support.observing import observing
from wizard.graph.clouds import CLOUDS, sandbox_cloud
from wizard.storage.recent_sources import TenantNames
from wizard.storage.secret_store import ENTRA_SECRET, SecretPlace, SecretStore, SignInCache

if TYPE_CHECKING:  # msal and cryptography are imported by the sign-in
    from wizard.graph.client import GraphClient, Tokens
    from wizard.graph.sign_in import ApplicationSignIn, PersonSignIn, Registration
    from wizard.provisioning.job import EntraChoice, Job
    from wizard.sources.entra import EntraSource, Tenant
    from wizard.storage.paths import Home

Show = Callable[[object], None]
"""Receives instructions for the person: `PageToOpen`, `CodeToEnter`."""
BY_A_PERSON = ("browser", "device-code")


class EntraAccess:
    """Signs in to a tenant and reads it. For its application see `wizard.flow.directory.entra_application`."""

    def __init__(self, home: "Home", secrets: SecretStore) -> None:
        self.home, self.secrets = home, secrets

    # --- signing in ----------------------------------------------------------------------------------------------

    async def sign_in(
        self, job: "Job", show: Show, configure: bool = False, session_only: bool = False, need: Need = "read"
    ) -> SignedIn:
        """Sign in with the job's method; raises WizardError.

        need: the purpose whose permissions are requested; `configure` is short for changing applications.

        Instructions for the person go to `show`; the person may take minutes. Cancelling ends the wait.
        """
        stopped = threading.Event()

        def work() -> SignedIn:
            if job.source.entra.sign_in in BY_A_PERSON:
                permissions = PERMISSIONS_FOR["configure" if configure else need]
                return self._by_person(job, show, permissions, session_only, stopped.is_set)
            self._application(job).tokens(True)
            return SignedIn("", self._secret_place(job) or "keyring")

        try:
            return await to_thread.run_sync(work, abandon_on_cancel=True)
        finally:
            stopped.set()

    async def who(self, job: "Job") -> SignedIn | None:
        """Return the stored sign-in, without a request to Microsoft; raises NoSecret."""
        return await to_thread.run_sync(self._who, job, abandon_on_cancel=True)

    async def sign_out(self, job: "Job") -> None:
        """Forget the sign-in: tokens, their key, and an application's secret. Raises NoSecret."""

        def work() -> None:
            SignInCache(self.secrets, self.home, job.id).delete()
            self.secrets.delete(job.id, ENTRA_SECRET)

        await to_thread.run_sync(work, abandon_on_cancel=True)

    async def keep_secret(self, job: "Job", secret: str, session_only: bool = False) -> None:
        """Store an application's client secret, or the passphrase of its certificate; raises NoSecret."""
        address = self.address(job)
        if session_only:
            self.secrets.keep_for_session(job.id, ENTRA_SECRET, secret, address)
            return
        await to_thread.run_sync(self.secrets.store, job.id, ENTRA_SECRET, secret, address, abandon_on_cancel=True)

    def address(self, job: "Job") -> str:
        """Return the only destination of the job's secret and tokens: login, tenant, client and Graph.

        Raises WizardError where the job does not name them.
        """
        registration = self._registration(job.source.entra)
        cloud = registration.cloud
        return f"{cloud.login}/{registration.tenant}/{registration.client_id} {cloud.graph}".lower()

    def federation_metadata_url(self, job: "Job", app_id: str) -> str:
        """Return the address of an application's SAML metadata; raises WizardError if the job has no tenant."""
        from wizard.graph.single_sign_on import metadata_url

        registration = self._registration(job.source.entra)
        return metadata_url(registration.cloud, registration.tenant, app_id)

    # --- reading -------------------------------------------------------------------------------------------------

    def source(self, job: "Job", cursor: str = "", *, keep: bool) -> "EntraSource":
        """Return the job's tenant as a source; raises WizardError if the job is incomplete.

        keep: store the result for the next reading, which continues from `cursor`, and read only mapped attributes.
        Otherwise every attribute is read, and nothing stored.
        """
        from wizard.sources.entra import EntraSource
        from wizard.storage.mirrors import Mirrors

        tokens = self.tokens(job)
        if not keep:
            return EntraSource(self._tenant(job, offered(job)), tokens)
        mirrors = Mirrors(self.home, job.id)
        return EntraSource(self._tenant(job, needed(job)), tokens, mirrors.load, mirrors.save, cursor)

    def tokens(self, job: "Job", permissions: tuple[str, ...] = READ_PERMISSIONS) -> "Tokens":
        """Return the provider of access tokens for Graph; it raises SignInNeeded if a person has to sign in."""
        if job.source.entra.sign_in in BY_A_PERSON:
            return self._person(job, permissions).tokens
        return self._application(job).tokens

    @asynccontextmanager
    async def graph(
        self, job: "Job", configure: bool = False, need: Need = "read"
    ) -> "AsyncIterator[GraphClient]":
        """Return a Graph client for a `with` block; raises MorePermission if more permissions are needed."""
        from wizard.errors import AccessRefused
        from wizard.graph.client import open_graph

        need = "configure" if configure else need
        tokens = self.tokens(job, PERMISSIONS_FOR[need])
        if need != "read" and job.source.entra.sign_in in BY_A_PERSON:
            try:
                await to_thread.run_sync(tokens, False, abandon_on_cancel=True)
            except AccessRefused:
                raise MorePermission(need) from None
        async with (
            observing(self.home, job.id),
            open_graph(self._addresses(job.source.entra)[1], tokens) as client,
        ):
            yield client

    def remember_tenant(self, job: "Job", name: str) -> None:
        """Store the display name of the job's tenant, unless the sign-in is for this session only. Blocks."""
        by_person = job.source.entra.sign_in in BY_A_PERSON
        if (by_person and self._sign_in_cache(job).for_session) or self.home.is_kept_out(job.id):
            return
        with suppress(WizardError):  # it is only shown
            TenantNames(self.home).remember(job.source.entra.tenant, name)

    # --- internals -----------------------------------------------------------------------------------------------------

    def _by_person(
        self,
        job: "Job",
        show: Show,
        permissions: tuple[str, ...],
        session_only: bool,
        stopped: Callable[[], bool],
    ) -> SignedIn:
        from wizard.graph.sign_in import PersonSignIn

        cache = self._sign_in_cache(job, session_only)
        # Start with an empty cache: it then holds only this account, and a failed sign-in keeps the old one.
        person = PersonSignIn(self._registration(job.source.entra), lambda: "", cache.save, permissions)
        if job.source.entra.sign_in == "browser":
            account = person.by_browser(lambda url: show(PageToOpen(url)), stopped)
        else:
            account = person.by_device_code(
                lambda code: show(CodeToEnter(code.address, code.code, code.seconds)), stopped
            )
        return SignedIn(account.user_name, "session" if cache.for_session else "keyring")

    def _who(self, job: "Job") -> SignedIn | None:
        entra = job.source.entra
        if not entra.tenant or not entra.client_id:
            return None
        if entra.sign_in not in BY_A_PERSON:
            where = self._secret_place(job)
            return SignedIn("", where) if where or entra.certificate_file else None
        cache = self._sign_in_cache(job)
        if not cache.load():
            return None
        account = self._person(job, READ_PERMISSIONS).account()
        place: SecretPlace = "session" if cache.for_session else "keyring"
        return SignedIn(account.user_name, place) if account else None

    def _secret_place(self, job: "Job") -> SecretPlace:
        """Return where the application's secret is stored; "" = nowhere, or the certificate's key has no passphrase."""
        try:
            return self.secrets.where(job.id, ENTRA_SECRET)
        except NoSecret:
            if job.source.entra.sign_in == "certificate":
                return ""
            raise

    def _sign_in_cache(self, job: "Job", session_only: bool = False) -> SignInCache:
        return SignInCache(self.secrets, self.home, job.id, session_only, self.address(job))

    def _person(self, job: "Job", permissions: tuple[str, ...]) -> "PersonSignIn":
        from wizard.graph.sign_in import PersonSignIn

        session_only = self._sign_in_cache(job).for_session
        cache = self._sign_in_cache(job, session_only)
        return PersonSignIn(self._registration(job.source.entra), cache.load, cache.save, permissions)

    def _application(self, job: "Job") -> "ApplicationSignIn":
        from wizard.graph.sign_in import ApplicationSignIn, certificate_from, needs_passphrase
        from wizard.secret import Secret

        entra, address = job.source.entra, self.address(job)
        if entra.sign_in == "certificate":
            pem = _pem(entra)
            passphrase = self.secrets.find(job.id, ENTRA_SECRET, address) if needs_passphrase(pem) else ""
            return ApplicationSignIn(self._registration(entra), certificate_from(pem, Secret(passphrase)))
        secret = Secret(self.secrets.find(job.id, ENTRA_SECRET, address))
        if not secret:
            raise NoSecret("no-client-secret", variable=ENTRA_SECRET.variable)
        return ApplicationSignIn(self._registration(entra), secret)

    def _registration(self, entra: "EntraChoice") -> "Registration":
        from wizard.graph.sign_in import Registration

        if not entra.tenant:
            raise WizardError("tenant-not-named")
        if not entra.client_id:
            raise WizardError("client-id-not-named")
        if entra.cloud == SANDBOX:
            cloud = sandbox_cloud(entra.authority, entra.graph_url)
        else:
            cloud = next(one for one in CLOUDS if one.id == entra.cloud)
        return Registration(cloud, entra.tenant, entra.client_id)

    def _addresses(self, entra: "EntraChoice") -> tuple[str, str]:
        cloud = self._registration(entra).cloud
        return cloud.login, cloud.graph_url

    def _tenant(self, job: "Job", attributes: tuple[str, ...]) -> "Tenant":
        from wizard.sources.entra import Tenant

        entra = job.source.entra
        return Tenant(
            self._addresses(entra)[1],
            entra.scope,
            entra.application_id,
            nested=entra.nested,
            attributes=attributes,
        )


def _pem(entra: "EntraChoice") -> str:
    """Return the file's text; raises WizardError."""
    path = Path(entra.certificate_file)
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        raise WizardError("certificate-file-missing", path=str(path)) from None
    except (OSError, UnicodeDecodeError):
        raise WizardError("certificate-file-unreadable", file=path.name) from None
