"""What went wrong, in words for a person."""


class WizardError(Exception):
    """Something that ends what was asked for: a title and an advice, both for a person's eyes.

    The title says what happened (no full stop at its end); the advice says why, what is still right
    and what to do. Neither ever holds a secret.
    """

    def __init__(self, title: str, advice: str = "") -> None:
        super().__init__(title)
        self.title = title
        """What happened, one line without a full stop."""
        self.advice = advice
        """Why, what is still right, what to do: whole sentences."""

    def __str__(self) -> str:
        """Title and advice as one text, as the headless verbs print it."""
        return f"{self.title}. {self.advice}".strip() if self.advice else self.title


class JobFileError(WizardError):
    """The job file or the command line cannot be used as it stands (exit code 2)."""


class NoAccess(WizardError):
    """The endpoint cannot be reached or does not accept us: it ends a run (exit code 4)."""

    may_have_landed = False
    """A write was sent before, and nobody heard what became of it."""


class AccessRefused(NoAccess):
    """The endpoint answered and refuses us as such, whatever is asked: trying again alone does not help."""


class DirectoryRefused(AccessRefused):
    """The directory does not let us read it, whatever AWS says."""


class SignInNeeded(DirectoryRefused):
    """Somebody must sign in to the directory again."""


class OtherTenant(NoAccess):
    """The keyring holds the token of another tenant URL, so it is not sent (exit code 4)."""

    def __init__(self, kept_url: str, asked_url: str) -> None:
        super().__init__(
            "The kept access token belongs to another tenant URL",
            f"It was kept for {kept_url}, and this job now names {asked_url}. The token was not sent. "
            "Enter the token of the new tenant, or set the tenant URL back.",
        )
        self.kept_url, self.asked_url = kept_url, asked_url


class TokenRefused(AccessRefused):
    """AWS answered 401: the access token is unknown, deleted or expired."""


class NoSecret(WizardError):
    """The tenant URL or the access token could not be read from the keyring (exit code 5)."""


class JobLocked(WizardError):
    """Another process works on the same job (exit code 6)."""


class InQuarantine(WizardError):
    """Repeated runs of this job failed as a whole; the next attempt is not due yet (exit code 6)."""
