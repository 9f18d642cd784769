"""Errors and messages as codes with arguments; `wizard.messages` turns them into sentences."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

Argument: TypeAlias = "str | int | float | bool | Message | tuple[Argument, ...] | None"
"""What a message may carry: plain values, other messages, and tuples of them. Never a secret."""

RECORDED_TEXT = "recorded-text"
"""Code of a sentence that an earlier version stored as text: its arguments are `title` and `advice`."""


class Message:
    """A code and its arguments: raised, returned and stored in place of a sentence.

    `Message("too-long", attribute="userName", limit=128)`. Immutable, comparable and hashable. The code has one row
    in `wizard.messages`, and the arguments are named as that row's placeholders.
    """

    __slots__ = ("args", "code")

    code: str
    args: Mapping[str, Argument]

    def __init__(self, code: str, /, **args: Argument) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "args", MappingProxyType(args))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.code, self.args) == (other.code, other.args)

    def __hash__(self) -> int:
        return hash((self.code, *self.args.items()))

    def __repr__(self) -> str:
        return (
            f"Message({', '.join((repr(self.code), *(f'{name}={value!r}' for name, value in self.args.items())))})"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _message, (self.code, dict(self.args))

    def with_args(self, **args: Argument) -> "Message":
        """The same message with these arguments added or replaced."""
        return Message(self.code, **{**self.args, **args})

    def parts(self) -> Iterator["Message"]:
        """The messages among the arguments, at any depth."""
        pending = list(self.args.values())
        while pending:
            value = pending.pop()
            if isinstance(value, Message):
                yield value
                pending.extend(value.args.values())
            elif isinstance(value, tuple):
                pending.extend(value)

    def as_json(self) -> dict[str, object]:
        """`{"code", "args"}` with nested messages in the same shape; `message_from_json` reads it."""
        return {"code": self.code, "args": {name: _to_json(value) for name, value in self.args.items()}}


def recorded(title: str, advice: str = "") -> Message:
    """The message for a sentence that was stored as text."""
    return Message(RECORDED_TEXT, title=title, advice=advice)


def message_from_json(value: Mapping[str, object]) -> Message:
    """What `Message.as_json` wrote. Raises KeyError or TypeError where the shape is another."""
    args = value["args"]
    if not isinstance(args, Mapping):
        raise TypeError("the arguments of a message are a mapping")
    return _message(str(value["code"]), {str(name): _from_json(each) for name, each in args.items()})


def _message(code: str, args: Mapping[str, Argument]) -> Message:
    return Message(code, **args)


def _to_json(value: Argument) -> object:
    if isinstance(value, Message):
        return value.as_json()
    if isinstance(value, str):
        return str(value)  # what a redacted value shows in place of itself
    return [_to_json(each) for each in value] if isinstance(value, tuple) else value


def _from_json(value: object) -> Argument:
    if isinstance(value, Mapping):
        return message_from_json(value)
    if isinstance(value, list | tuple):
        return tuple(_from_json(each) for each in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a message carries no {type(value).__name__}")


class WizardError(Exception):
    """Ends what was asked for. `message` says what happened, why and what to do; it never holds a secret.

    `raise WizardError("sandbox-not-started")`, `raise JobFileError("job-file-not-json", path=str(path), line=3)`.
    """

    def __init__(self, code: str | Message, /, **args: Argument) -> None:
        self.message = code if isinstance(code, Message) else Message(code, **args)
        super().__init__(self.message)

    def __str__(self) -> str:
        """Code and arguments, for logs; a person reads `wizard.messages.text(error)`."""
        args = ", ".join(f"{name}={value!r}" for name, value in self.message.args.items())
        return f"{self.message.code} ({args})" if args else self.message.code


class NotAccepted(WizardError):
    """A warning must be accepted first (exit code 3). Nothing was changed."""

    def __init__(self, concerns: tuple[Message, ...]) -> None:
        codes = tuple(each.code for each in concerns)
        super().__init__("concerns-not-accepted", concerns=concerns, codes=codes)
        self.concerns = concerns


class JobFileError(WizardError):
    """The job file or the command line cannot be used (exit code 2)."""


class NoAccess(WizardError):
    """The endpoint cannot be reached or does not accept us: it ends a run (exit code 4)."""

    may_have_landed = False
    """A write was sent before, and nobody heard what became of it."""


class AccessRefused(NoAccess):
    """The endpoint answered and refuses us as such, whatever is asked: trying again alone does not help."""


class DirectoryRefused(AccessRefused):
    """The directory does not let us read it, whatever AWS says."""


class SignInNeeded(DirectoryRefused):
    """The directory requires a new sign-in."""


class OtherTenant(NoAccess):
    """The keyring holds the token of another tenant URL, so it is not sent (exit code 4)."""

    def __init__(self, kept_url: str, asked_url: str) -> None:
        super().__init__("token-of-another-tenant", kept_url=kept_url, asked_url=asked_url)
        self.kept_url = kept_url


class TokenRefused(AccessRefused):
    """AWS answered 401: the access token is unknown, deleted or expired."""


class NoSecret(WizardError):
    """The tenant URL or the access token could not be read from the keyring (exit code 5)."""


class OtherEngine(WizardError):
    """Microsoft's provisioning service provisions this job, so this program does not (exit code 3)."""


class JobLocked(WizardError):
    """Another process works on the same job (exit code 6)."""


class InQuarantine(WizardError):
    """Repeated runs of this job failed as a whole; the next attempt is not due yet (exit code 6)."""
