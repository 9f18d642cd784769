"""How the last runs of a job ended, also those that ended before they could open the journal; and its schedule.

A small file in HOME for each job: a run that fails because the journal is damaged, or because there is no token, is
still noticed.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from wizard.errors import Message, message_from_json
from wizard.storage.paths import Home


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of everyone in scope, as it ended."""

    started: str
    """ISO time, UTC."""
    ended: str
    """ISO time, UTC."""
    by: Literal["command", "window"]
    exit_code: int
    """As the command `run` would end."""
    why: Mapping[str, Any] = field(default_factory=dict)
    """`Message.as_json` of what ended it; {} = it ended as planned."""
    counts: Mapping[str, Any] = field(default_factory=dict)
    """`RunReport.as_json`; {} = it ended before its report."""

    @property
    def message(self) -> Message | None:
        """What ended it; None = it ended as planned."""
        try:
            return message_from_json(self.why) if self.why else None
        except (KeyError, TypeError):  # written by another version
            return None


@dataclass(frozen=True, slots=True)
class KnownSchedule:
    """The schedule that was installed from here."""

    minutes: int
    computer: str
    installed: str
    """ISO time, UTC."""


@dataclass(frozen=True, slots=True)
class MicrosoftState:
    """State of Microsoft's provisioning service when it was last read."""

    at: str
    """ISO time, UTC."""
    tone: Literal["info", "ok", "warn", "bad"]
    said: Mapping[str, Any]
    """`Message.as_json`."""
    last_cycle: str = ""
    """ISO time, UTC, of the end of its last cycle; "" = there was none, or it is not known."""
    began: str = ""
    """ISO time, UTC, when it was last seen stopped, or was started from here; "" = never."""

    @property
    def message(self) -> Message:
        """The state in a message."""
        try:
            return message_from_json(self.said)
        except (KeyError, TypeError):  # written by another version
            return Message("microsoft-state-unknown")


@dataclass(frozen=True, slots=True)
class SignInCertificates:
    """The certificates of single sign-on, as they were when Microsoft's settings were last read."""

    application_id: str
    """Of the enterprise application; of another one they say nothing."""
    ends: str
    """ISO time, UTC, when the one in use expires; "" = none is in use."""
    waiting_ends: str = ""
    """ISO time, UTC, when another valid one expires, which is not in use; "" = there is none."""


@dataclass(frozen=True, slots=True)
class ClientSecretEnd:
    """When the client secret expires that a job signs in to Microsoft with, as it was last read."""

    client_id: str
    """Of the application; of another one it says nothing."""
    at: str
    """ISO time, UTC, when it was read."""
    ends: str = ""
    """ISO time, UTC; "" = not known."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Stored results of a job's runs."""

    last: Attempt | None = None
    last_good: str = ""
    """ISO time, UTC, of the end of the last run that ended well, or with only some objects failed; "" = never."""
    last_tried: str = ""
    """ISO time, UTC: as `last.started`, or later where a run was refused at once (quarantine)."""
    schedule: KnownSchedule | None = None
    microsoft: MicrosoftState | None = None
    """Of a job that Microsoft's service provisions."""
    sign_on: SignInCertificates | None = None
    """Of a job whose single sign-on was read."""
    client_secret: ClientSecretEnd | None = None
    """Of a job that signs in with one."""


class AttemptStore:
    """The attempts of one job. Those of a job for this session only lie in the temporary folder."""

    def __init__(self, home: Home, job_id: str) -> None:
        from wizard.storage.small_files import SmallFile  # not at the top: the first window does without msgspec

        path = home.of_job(job_id, "health") / f"{job_id}.json"
        self._file = SmallFile[Attempts](path, Attempts, Attempts(), home.ready)

    def read(self) -> Attempts:
        """Return the stored results; empty if the file is lost."""
        return self._file.read()

    def ended(self, attempt: Attempt, *, good: bool) -> None:
        """Note how a run ended; raises WizardError where that cannot be stored."""
        self._file.change(
            lambda before: replace(
                before,
                last=attempt,
                last_tried=attempt.started,
                last_good=attempt.ended if good else before.last_good,
            )
        )

    def tried(self, moment: str) -> None:
        """Note that a run was refused at once; the result of the last one is kept. Raises WizardError."""
        self._file.change(lambda before: replace(before, last_tried=moment))

    def scheduled(self, minutes: int, moment: str) -> None:
        """Note that a schedule was installed on this computer; raises WizardError."""
        schedule = KnownSchedule(minutes, this_computer(), moment)
        self._file.change(lambda before: replace(before, schedule=schedule))

    def saw_microsoft(self, state: MicrosoftState) -> None:
        """Note the state of Microsoft's service; raises WizardError."""
        self._file.change(lambda before: replace(before, microsoft=state))

    def microsoft_began(self, moment: str) -> None:
        """Note that Microsoft's service was started from here; raises WizardError."""

        def change(before: Attempts) -> Attempts:
            seen = before.microsoft
            return replace(before, microsoft=replace(seen, began=moment)) if seen is not None else before

        self._file.change(change)

    def saw_certificates(self, certificates: SignInCertificates) -> None:
        """Note the certificates of single sign-on; raises WizardError."""
        self._file.change(lambda before: replace(before, sign_on=certificates))

    def saw_client_secret(self, found: ClientSecretEnd) -> None:
        """Note when the client secret expires; raises WizardError."""
        self._file.change(lambda before: replace(before, client_secret=found))

    def unscheduled(self) -> None:
        """Note that the schedule was removed; raises WizardError."""
        self._file.change(lambda before: replace(before, schedule=None))


def this_computer() -> str:
    """The name of this computer."""
    return platform.node()
