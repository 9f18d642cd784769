"""The functions of the expression language, as far as mappings of people and groups use them.

Source: Microsoft's "Reference for writing expressions" (2026-04), with the API's parameter names. Functions that it
lists and that make no sense for this application (random passwords, roles, unique values) are refused as unknown.
Dates are read in the forms of ISO 8601 and of the service itself (M/d/yyyy h:mm:ss tt), always as UTC.
"""

import base64
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import regex

Value = str | list[str] | None
"""What an attribute or a function yields; None = nothing."""
Arguments = Sequence[Value]


class EvaluationFailed(Exception):
    """A function cannot be carried out on these values."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function and its parameters as the API names them; the last repeats where `repeats` is true."""

    act: Callable[[Arguments, Mapping[str, Value]], Value]
    parameters: tuple[str, ...]
    repeats: int = 0
    """So many of the last parameters may be given again and again."""

    def keys(self, count: int) -> list[str]:
        """Parameter names for so many arguments."""
        names = list(self.parameters)
        while self.repeats and len(names) < count:
            names += self.parameters[-self.repeats :]
        names += [f"parameter{number}" for number in range(len(names), count)]
        return names[:count]


def text_of(value: Value) -> str:
    """A value as text; nothing is empty, several values are joined by a semicolon."""
    return "" if value is None else value if isinstance(value, str) else ";".join(value)


def number_of(value: Value) -> int:
    """A value as a whole number; raises EvaluationFailed."""
    try:
        return int(float(text_of(value)))
    except ValueError:
        raise EvaluationFailed(f"'{text_of(value)}' is not a number.") from None


def compared(left: Value, operator: str, right: Value) -> str:
    """`True` or `False`; numbers by their size, everything else letter by letter; an empty side is false."""
    if not text_of(left) or not text_of(right):
        return "False"
    first: float | str
    second: float | str
    try:
        first, second = float(text_of(left)), float(text_of(right))
    except ValueError:
        first, second = text_of(left), text_of(right)
    found = {
        "=": first == second,
        "<>": first != second,
        "<": first < second,  # type: ignore[operator]  # both are of one type
        ">": first > second,  # type: ignore[operator]
        "<=": first <= second,  # type: ignore[operator]
        ">=": first >= second,  # type: ignore[operator]
    }
    return str(found[operator])


def _at(values: Arguments, index: int) -> Value:
    return values[index] if index < len(values) else None


def _all(value: Value) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _simple(act: Callable[..., Value], *parameters: str, repeats: int = 0) -> Function:
    """A function of texts: every argument is given as text, those left out as an empty one."""

    def call(values: Arguments, _: Mapping[str, Value]) -> Value:
        given = [text_of(value) for value in values]
        if not repeats:
            given = (given + [""] * len(parameters))[: len(parameters)]
        try:
            return act(*given)
        except TypeError:
            raise EvaluationFailed("The function has another number of parameters.") from None

    return Function(call, parameters, repeats)


# Texts


def _left(source: str, count: str) -> str:
    length = number_of(count)
    return source if length < 0 else source[:length]


def _middle(source: str, start: str, length: str) -> str:
    first = number_of(start) - 1
    return source[max(first, 0) : max(first, 0) + number_of(length)]


def _word(source: str, number: str, delimiters: str) -> str:
    words = [one for one in re.split(f"[{re.escape(delimiters)}]", source) if one] if delimiters else [source]
    index = number_of(number)
    return words[index - 1] if 1 <= index <= len(words) else ""


def _proper(source: str, separators: str) -> str:
    if not separators:
        return re.sub(r"[^\W\d_][\w']*", lambda word: word[0][:1].upper() + word[0][1:], source.lower())
    pattern = f"(^|[{re.escape(separators)}])(.)"
    return re.sub(pattern, lambda found: found[1] + found[2].upper(), source.lower())


_SPECIAL = {"æ": "ae", "ǣ": "ae", "Æ": "AE", "Ǣ": "AE", "ø": "oe", "Ø": "Oe", "ß": "ss", "ł": "l", "Ł": "L",
            "ı": "i"}  # fmt: skip


def _plain(source: str) -> str:
    parts = unicodedata.normalize("NFD", "".join(_SPECIAL.get(one, one) for one in source))
    return unicodedata.normalize("NFC", "".join(one for one in parts if not unicodedata.combining(one)))


def _find(source: str, wanted: str, start: str, _how: str) -> str:
    return str(source.find(wanted, number_of(start) - 1 if start else 0) + 1)


def _replace(values: Arguments, attributes: Mapping[str, Value]) -> Value:
    """The five documented forms of Replace; without a match the source is left as it is."""
    source, old, pattern, group, new, attribute, template = (
        text_of(_at(values, index)) if _at(values, index) is not None else None for index in range(7)
    )
    if source is None:
        return None
    if old is not None and template is not None:
        return template.replace(old, source)
    if old is not None:
        return source.replace(old, new or "")
    if pattern is None:
        raise EvaluationFailed("Replace needs oldValue or regexPattern.")
    try:
        compiled = regex.compile(pattern)
        if group is None:
            put = re.sub(r"\$\{(\w+)\}|\$(\d+)", r"\\g<\1\2>", (new or "").replace("\\", "\\\\"))
            return str(compiled.sub(put, source, timeout=1))
        if new is not None:
            found = compiled.search(source, timeout=1)
            return source if not found else source[: found.start(group)] + new + source[found.end(group) :]
        if source:
            return source
        found = compiled.search(attribute or "", timeout=1)
        return str(found[group]) if found else source
    except (regex.error, IndexError, TimeoutError) as error:
        raise EvaluationFailed(f"The regular expression failed: {error}") from None


def _join(values: Arguments, _: Mapping[str, Value]) -> Value:
    return text_of(_at(values, 0)).join(part for value in values[1:] for part in _all(value) if part)


def _split(values: Arguments, _: Mapping[str, Value]) -> Value:
    return [part.strip() for part in text_of(_at(values, 0)).split(text_of(_at(values, 1)) or ",")]


# Choices


def _switch(values: Arguments, _: Mapping[str, Value]) -> Value:
    if len(values) < 2 or len(values) % 2:
        raise EvaluationFailed("Switch takes a source, a default and pairs of keys and values.")
    source = text_of(values[0])
    for at in range(2, len(values), 2):
        if text_of(values[at]) == source:
            return values[at + 1]
    return values[1]


def _coalesce(values: Arguments, _: Mapping[str, Value]) -> Value:
    return next((value for value in values if value), values[-1] if values else None)


def _item(values: Arguments, _: Mapping[str, Value]) -> Value:
    several, index = _all(_at(values, 0)), number_of(_at(values, 1))
    return several[index - 1] if 1 <= index <= len(several) else None


def _first(values: Arguments, _: Mapping[str, Value]) -> Value:
    return _at(values, 0)


def _present(values: Arguments, _: Mapping[str, Value]) -> Value:
    return str(bool(_at(values, 0)))


def _absent(values: Arguments, _: Mapping[str, Value]) -> Value:
    return str(not _at(values, 0))


def _null(values: Arguments, _: Mapping[str, Value]) -> Value:
    return str(_at(values, 0) is None)


def _true(values: Arguments, _: Mapping[str, Value]) -> Value:
    text = text_of(_at(values, 0))
    return text if text in ("True", "False") else str(text not in ("", "0"))


def _domain(_: Arguments, attributes: Mapping[str, Value]) -> Value:
    found = attributes.get("defaultDomain")
    if not found:
        raise EvaluationFailed("The tenant has no default domain.")
    return found


# Dates

_OWN = "%m/%d/%Y %I:%M:%S %p"
_UNITS = {"d": 86400, "h": 3600, "n": 60, "s": 1}
_NET = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"),
        ("tt", "%p"), ("zzz", "%z"))  # fmt: skip


def _date(text: str) -> datetime:
    tidy = re.sub(r"^(\d{4}-\d\d-\d\d)([+-]\d\d:\d\d)$", r"\1T00:00:00\2", text.strip())
    try:
        found = datetime.fromisoformat(tidy)
    except ValueError:
        try:
            found = datetime.strptime(tidy, _OWN).replace(tzinfo=UTC)
        except ValueError:
            raise EvaluationFailed(f"'{text}' is not a date.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _shown(date: datetime) -> str:
    hour, half = date.hour % 12 or 12, "AM" if date.hour < 12 else "PM"
    return f"{date.month}/{date.day}/{date.year} {hour}:{date.minute:02}:{date.second:02} {half}"


def _add(interval: str, amount: str, date: str) -> str:
    start, count = _date(date), number_of(amount)
    if interval in _UNITS or interval == "ww":
        return _shown(start + timedelta(seconds=count * _UNITS.get(interval, 7 * 86400)))
    if interval not in ("m", "yyyy"):
        raise EvaluationFailed(f"'{interval}' is not an interval.")
    months = start.year * 12 + start.month - 1 + count * (12 if interval == "yyyy" else 1)
    for day in (start.day, 30, 29, 28):
        try:
            return _shown(start.replace(year=months // 12, month=months % 12 + 1, day=min(day, start.day)))
        except ValueError:
            continue
    raise EvaluationFailed("The date does not exist.")


def _difference(interval: str, first: str, second: str) -> str:
    start, end = _date(first), _date(second)
    if interval == "yyyy":
        return str(end.year - start.year)
    if interval == "m":
        return str((end.year - start.year) * 12 + end.month - start.month)
    if interval not in _UNITS:
        raise EvaluationFailed(f"'{interval}' is not an interval.")
    return str(int((end - start).total_seconds() / _UNITS[interval]))


def _formatted(*given: str) -> str:
    source, before, after = (given[0], given[-2], given[-1]) if len(given) >= 3 else ("", "", "")
    for net, own in _NET:
        before, after = before.replace(net, own), after.replace(net, own)
    try:
        return datetime.strptime(source, before).strftime(after) if source else ""
    except ValueError:
        raise EvaluationFailed(f"'{source}' is not a date of the form given.") from None


FUNCTIONS: Mapping[str, Function] = {
    "Append": _simple(lambda source, suffix: source + suffix, "source", "suffix"),
    "BitAnd": _simple(lambda one, other: str(number_of(one) & number_of(other)), "value1", "value2"),
    "CBool": Function(_true, ("source",)),
    "CDate": _simple(lambda source: _shown(_date(source)), "expression"),
    "Coalesce": Function(_coalesce, ("source", "defaultValue"), 1),
    "ConvertToBase64": _simple(lambda source: base64.b64encode(source.encode("utf-16-le")).decode(), "source"),
    "ConvertToUTF8Hex": _simple(lambda source: source.encode().hex().upper(), "source"),
    "Count": Function(lambda values, _: str(len(_all(_at(values, 0)))), ("attribute",)),
    "CStr": Function(lambda values, _: text_of(_at(values, 0)), ("value",)),
    "DateAdd": _simple(_add, "interval", "value", "date"),
    "DateDiff": _simple(_difference, "interval", "date1", "date2"),
    "DefaultDomain": Function(_domain, ()),
    "FormatDateTime": _simple(_formatted, "source", "inputFormat", "outputFormat", repeats=1),
    "IgnoreFlowIfNullOrEmpty": Function(lambda values, _: _at(values, 0) or None, ("expression",)),
    "IIF": Function(_first, ("condition", "valueIfTrue", "valueIfFalse")),
    "InStr": _simple(_find, "value1", "value2", "start", "compareType"),
    "IsNull": Function(_null, ("expression",)),
    "IsNothing": Function(_null, ("source",)),
    "IsNullOrEmpty": Function(_absent, ("expression",)),
    "IsPresent": Function(_present, ("expression",)),
    "IsString": Function(lambda values, _: str(isinstance(_at(values, 0), str)), ("expression",)),
    "Item": Function(_item, ("attribute", "index")),
    "Join": Function(_join, ("separator", "source"), 1),
    "Left": _simple(_left, "string", "numChars"),
    "Len": _simple(lambda source: str(len(source)), "string"),
    "Mid": _simple(_middle, "source", "start", "length"),
    "NormalizeDiacritics": _simple(_plain, "source"),
    "Not": _simple(lambda source: "False" if source == "True" else "True", "source"),
    "Now": Function(lambda _values, _: _shown(datetime.now(UTC)), ()),
    "NumFromDate": _simple(
        lambda source: str(int((_date(source) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000),
        "value",
    ),
    "PCase": _simple(_proper, "source", "wordSeparators"),
    "Prepend": _simple(lambda prefix, source: prefix + source, "prefix", "source"),
    "Redact": Function(_first, ("source",)),
    "RemoveDuplicates": Function(lambda values, _: list(dict.fromkeys(_all(_at(values, 0)))), ("attribute",)),
    "Replace": Function(
        _replace,
        ("source", "Find", "RegularExpression", "RegularExpressionGroupName", "Replacement",
         "ReplacementPropertyName", "Template"),
    ),
    "Split": Function(_split, ("source", "delimiter")),
    "StripSpaces": _simple(lambda source: source.replace(" ", ""), "source"),
    "Switch": Function(_switch, ("source", "defaultValue", "switchKey", "switchValue"), 2),
    "ToLower": _simple(lambda source, _culture: source.lower(), "source", "culture"),
    "ToUpper": _simple(lambda source, _culture: source.upper(), "source", "culture"),
    "Word": _simple(_word, "string", "wordNumber", "delimiters"),
}  # fmt: skip


def function_schemas() -> list[dict[str, object]]:
    """`GET …/schema/functions`: every function with its parameters."""
    return [
        {
            "name": name,
            "parameters": [
                {
                    "name": parameter,
                    "required": True,
                    "allowMultipleOccurrences": bool(function.repeats),
                    "type": "String",
                }
                for parameter in function.parameters
            ],
        }
        for name, function in FUNCTIONS.items()
    ]
