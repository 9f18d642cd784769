"""How the engine's values become the journal's rows, and rows become values again."""

import dataclasses
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec

from wizard.aws.interface import ObjectKind
from wizard.errors import Argument, Message, message_from_json, recorded
from wizard.provisioning.change import Action, Change
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.provisioning.ledger import LastReading
from wizard.provisioning.retry_later import Quarantine
from wizard.scim.resource import Known, Planned, Redacted, Resource, Sealed, Sealer, Value

IntentionAction = Literal["create", "update", "disable", "delete", "members"]
_ACTIONS: Mapping[Action, IntentionAction] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DISABLE: "disable",
    Action.DELETE: "delete",
    Action.ADD_MEMBERS: "members",
    Action.REMOVE_MEMBERS: "members",
}


@dataclass(frozen=True, slots=True)
class Intention:
    """What the journal notes of a change before it is sent."""

    kind: ObjectKind
    source_id: str
    label: str
    action: IntentionAction
    target_id: str


def intention(change: Change) -> Intention:
    """The intention behind a change; memberships are intentions of their group."""
    return Intention(change.kind, change.source_id, change.label, _ACTIONS[change.action], change.target_id)


def resource_text(resource: Resource, sealer: Sealer) -> str:
    """A resource as JSON with sorted paths, so that equal resources are equal texts; redacted values are sealed."""
    return msgspec.json.encode({path: _plain(resource[path], sealer) for path in sorted(resource)}).decode()


def resource_of(text: str, sealer: Sealer) -> Resource:
    """The resource behind `resource_text`; raises MsgspecError where the text is damaged."""
    document = msgspec.json.decode(text, type=dict[str, Any])
    try:
        return {path: _value(plain, sealer) for path, plain in document.items()}
    except KeyError:
        raise msgspec.ValidationError("no resource") from None


def text_hash(text: str) -> str:
    """SHA-256 of a resource's text: compares two resources without parsing them."""
    return hashlib.sha256(text.encode()).hexdigest()


def keys_text(keys: tuple[tuple[str, str], ...]) -> str:
    """(path, value) pairs as JSON."""
    return msgspec.json.encode(keys).decode()


def keys_of(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs behind `keys_text`."""
    return msgspec.json.decode(text, type=tuple[tuple[str, str], ...])


def stamp(moment: datetime) -> str:
    """A time as the journal has it: ISO with milliseconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reading_bytes(reading: LastReading) -> bytes:
    """A reading in numbers, compressed: 2,000 groups are 40 KB."""
    return zlib.compress(_ENCODER.encode(reading), level=6)


def reading_of(data: bytes) -> LastReading | None:
    """The reading behind `reading_bytes`; None where it is damaged: the next run makes a new one."""
    try:
        return msgspec.json.decode(zlib.decompress(data), type=LastReading)
    except (zlib.error, msgspec.MsgspecError, TypeError):
        return None


def message_text(message: Message | None) -> str:
    """A message as JSON; "" for none."""
    return "" if message is None else msgspec.json.encode(message.as_json()).decode()


def message_of(text: str) -> Message | None:
    """The message behind `message_text`; raises MsgspecError where the text is damaged."""
    if not text:
        return None
    try:
        return message_from_json(msgspec.json.decode(text, type=dict[str, Any]))
    except (KeyError, TypeError):
        raise msgspec.ValidationError("no message") from None


@lru_cache(maxsize=1024)
def code_mark(code: str) -> str:
    """A code in the column that is searched: in upper case, which no text there and no text that is sought has."""
    return f"\x1f{code.upper()}\x1f"


def _plain_argument(value: Argument, words: list[str], marks: list[str]) -> Any:
    """An argument as JSON; adds to `words` and `marks` what a search finds in it: texts, numbers, codes of messages."""
    if isinstance(value, str):
        text = str(value)  # for a redacted value its replacement
        words.append(text)
        return text
    if isinstance(value, Message):
        marks.append(code_mark(value.code))
        return {"code": value.code, "args": _plain_arguments(value, words, marks)}
    if isinstance(value, tuple):
        return [_plain_argument(each, words, marks) for each in value]
    if value is not None and not isinstance(value, bool):
        words.append(str(value))
    return value


def _plain_arguments(message: Message, words: list[str], marks: list[str]) -> dict[str, Any]:
    return {name: _plain_argument(value, words, marks) for name, value in message.args.items()}


def quarantine_text(quarantine: Quarantine | None) -> str:
    """Failures in a row as JSON; "" for none."""
    return "" if quarantine is None else msgspec.json.encode(quarantine, enc_hook=_encoded).decode()


def quarantine_of(text: str) -> Quarantine:
    """The failures behind `quarantine_text`."""
    return msgspec.json.decode(text, type=Quarantine, dec_hook=_decoded)


def _encoded(value: object) -> object:
    assert isinstance(value, Message)
    return value.as_json()


def _decoded(_: type, value: object) -> Message:
    """A message, also where an earlier version wrote a sentence."""
    return message_from_json(value) if isinstance(value, dict) else recorded(str(value))


_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""A surrogate without its other half: no file can hold it."""


def without_half_characters(row: LogRow) -> LogRow:
    """The row with a replacement sign in place of each half character."""
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    return LogRow(**{name: _whole(value) for name, value in fields.items()})


def _whole(value: Any) -> Any:
    match value:
        case str():
            return _HALF_CHARACTER.sub("\ufffd", value)
        case tuple():
            return tuple(_whole(each) for each in value)
        case Message():
            return Message(value.code, **{name: _whole(each) for name, each in value.args.items()})
        case ModifiedProperty():
            return ModifiedProperty(_whole(value.name), _whole(value.before), _whole(value.after))
        case _:
            return value


def log_columns(number: int, run: int, row: LogRow) -> tuple[object, ...]:
    """A log row as the columns of table `log`."""
    code = row.message.code
    words, marks = [row.label, row.source_id, row.target_id, row.request_id, row.detail], [code_mark(code)]
    args = _ENCODER.encode(_plain_arguments(row.message, words, marks)).decode()
    sought = "\n".join(filter(None, words)).casefold() + "".join(marks)
    plain = (
        run,
        row.time,
        row.kind,
        row.source_id,
        row.label,
        row.action,
        row.status,
        code,
        row.milliseconds,
    )
    return (number, *plain, sought, args)


def log_rest(number: int, row: LogRow) -> tuple[object, ...]:
    """The columns of table `log_rest`: kept apart, so that a search passes over less than half the pages.

    A list without names: those of a new person's attributes would be more than half of the row.
    """
    modified = [(each.name, each.before, each.after) for each in row.modified]
    rest = (row.steps, modified, row.target_id, row.request_id, row.detail, row.http_status, row.count)
    return (number, _ENCODER.encode(rest))


LOG_COLUMNS = "log.id, run, time, kind, source_id, label, action, status, code, args, milliseconds, rest"


def log_row(columns: tuple[Any, ...]) -> LogRow:
    """The log row behind `LOG_COLUMNS`."""
    _, _, time, kind, source_id, label, action, status, code, args, milliseconds, rest = columns
    more = _rest_of(rest)
    message = message_from_json({"code": code, "args": msgspec.json.decode(args)})
    return LogRow(
        time, kind, source_id, label, action, status, message,
        more.steps, more.modified, more.target_id, more.request_id, more.detail, more.http_status,
        milliseconds, more.count,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of a log row is shown, but never sorted or filtered by."""

    steps: tuple[tuple[str, str], ...]
    modified: tuple[ModifiedProperty, ...]
    target_id: str
    request_id: str
    detail: str
    http_status: int
    count: int


_REST = msgspec.json.Decoder(
    tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str, str], ...], str, str, str, int, int]
)
_REST_WITH_NAMES = msgspec.json.Decoder(_Rest)
"""Of rows that shapes 1 to 7 wrote."""


def _rest_of(rest: bytes) -> _Rest:
    """The rest of a row behind `log_rest`."""
    if rest[:1] == b"{":
        return _REST_WITH_NAMES.decode(rest)
    steps, modified, target_id, request_id, detail, http_status, count = _REST.decode(rest)
    properties = tuple(ModifiedProperty(*each) for each in modified)
    return _Rest(steps, properties, target_id, request_id, detail, http_status, count)


_ENCODER = msgspec.json.Encoder()


def _plain(value: Value, sealer: Sealer) -> Any:
    match value:
        case Known(id):
            return {"known": id}
        case Planned(source_id):
            return {"planned": source_id}
        case Redacted():
            return {"redacted": sealer.seal(value)}
        case tuple():
            return [_plain(one, sealer) for one in value]
        case _:
            return value


def _value(plain: Any, sealer: Sealer) -> Value:
    if isinstance(plain, Mapping):
        if "redacted" in plain:
            return Sealed(plain["redacted"], sealer)
        return Known(plain["known"]) if "known" in plain else Planned(plain["planned"])
    return tuple(_value(one, sealer) for one in plain) if isinstance(plain, list) else plain  # type: ignore[misc]
