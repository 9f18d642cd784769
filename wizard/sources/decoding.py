"""Bytes as text: byte order mark, then UTF-8, then the encoding that a person chose, else a guess that is shown."""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from wizard.errors import Message, WizardError
from wizard.sources.limits import LINE_LONGEST
from wizard.sources.loading import Tick

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark -> codec."""
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UNASSIGNED = "windows-unassigned"
"""Error handler of Windows-1252: its five unassigned bytes are control characters, and come back unchanged."""


def _unassigned(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return "".join(map(chr, error.object[error.start : error.end])), error.end
    if isinstance(error, UnicodeEncodeError):
        odd = error.object[error.start : error.end]
        if all("\x80" <= character <= "\x9f" for character in odd):
            return odd.encode("latin-1"), error.end
    raise error


codecs.register_error(_UNASSIGNED, _unassigned)


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes that were checked to be in an encoding."""

    data: bytes
    encoding: str
    """Python's codec: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, utf-32, or that of a code page."""
    guessed: bool = False
    """The bytes do not tell the encoding: a person should look at the names."""
    file: str = ""

    def lines(self) -> Iterator[str]:
        """The lines with their ends, decoded one at a time; raises `WizardError` for one beyond the limit."""
        file = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, errors=self._errors, newline="")
        number = 0
        while line := file.readline(LINE_LONGEST + 1):
            number += 1
            if len(line) > LINE_LONGEST:
                raise WizardError("line-too-long", file=self.file, line=number, limit=LINE_LONGEST)
            yield line

    def whole(self) -> str:
        """The whole text."""
        return self.data.decode(self.encoding, self._errors)

    @property
    def _errors(self) -> str:
        return _UNASSIGNED if self.encoding == "cp1252" else "strict"

    def opening(self) -> str:
        """The first 64,000 characters, whatever the length of lines."""
        file = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, errors=self._errors, newline="")
        return file.read(_SAMPLE)

    def beginning(self) -> list[str]:
        """The lines of about the first 64 kB."""
        lines: list[str] = []
        size = 0
        for line in self.lines():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
        return lines

    @property
    def line_count(self) -> int:
        """Approximate number of lines."""
        newline = "\n".encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding))
        return self.data.count(newline[:1] if self.encoding.startswith("utf-32") else newline) + 1


_NOT_OF_FILES = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""Names of Python for parts of addresses and programs."""


def is_encoding(name: str) -> bool:
    """Whether this names an encoding of text in files."""
    try:
        if codecs.lookup(name).name in _NOT_OF_FILES:
            return False
        return isinstance(b"a".decode(name), str) and isinstance("a".encode(name), bytes)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return False


def as_text(data: bytes, name: str, chosen: str = "", tick: Tick = lambda: None) -> Text:
    """Detect the encoding of the file `name`; raises `WizardError` for bytes that are not text, or damaged.

    `chosen` is used for bytes without a mark that are not UTF-8. `tick` is called often, and raises to end the reading.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(Text(data, encoding, file=name), tick)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return _checked(Text(data, unmarked, file=name), tick)
    controls = len(_CONTROL.findall(data[:_SAMPLE]))
    if b"\0" in data[:_SAMPLE] or (not chosen and controls > len(data[:_SAMPLE]) // 50):
        raise not_a_table(name)
    if chosen and not _NOT_ASCII.search(data):
        return _as_chosen(data, name, chosen, tick)
    try:
        return _checked(Text(data, "utf-8", file=name), tick)
    except _NotUtf8:
        return _as_chosen(data, name, chosen, tick) if chosen else _guessed(data, name, tick)
    except WizardError:
        if not chosen:
            raise
        return _as_chosen(data, name, chosen, tick)


def not_a_table(name: str) -> WizardError:
    """The error for a file that is neither text nor a workbook."""
    return WizardError("file-without-table", file=name)


class _NotUtf8(Exception):
    """Bytes without a byte order mark are not UTF-8, and there was only ASCII before the first error."""

    def __init__(self, damage: WizardError) -> None:
        """damage: the fault of the text if a person chose UTF-8."""
        super().__init__(damage)
        self.damage = damage


def _checked(text: Text, tick: Tick) -> Text:
    decoder = codecs.getincrementaldecoder(text.encoding)()
    end = len(text.data)
    for start in range(0, max(end, 1), _CHUNK):
        tick()
        try:
            decoder.decode(text.data[start : start + _CHUNK], start + _CHUNK >= end)
        except UnicodeDecodeError as error:
            _raise_damage(text, max(0, start + error.start - 4), error)
        except UnicodeError:  # UTF-16 without its mark
            raise WizardError("file-with-damaged-text", file=text.file, line=1, encoding=text.encoding) from None
    return text


def _raise_damage(text: Text, place: int, error: UnicodeDecodeError) -> None:
    damage = WizardError("file-ends-within-character", file=text.file)
    if len(text.data) - place >= 16:
        line = text.data.count(b"\n", 0, place + 4) + 1
        damage = WizardError("file-with-damaged-text", file=text.file, line=line, encoding=text.encoding)
    if text.encoding == "utf-8" and not _NOT_ASCII.search(text.data, 0, place):
        raise _NotUtf8(damage) from error
    raise damage from error


def _as_chosen(data: bytes, name: str, chosen: str, tick: Tick) -> Text:
    if not is_encoding(chosen):
        raise WizardError("encoding-unknown-in-job", file=name, encoding=chosen)
    encoding = codecs.lookup(chosen).name
    text = Text(data, encoding, file=name)
    try:
        return text if encoding == "cp1252" else _checked(text, tick)
    except _NotUtf8 as error:
        raise error.damage from None


def _guessed(data: bytes, name: str, tick: Tick) -> Text:
    """The text in the encoding found in its beginning, if all of it can be read so, else in Windows-1252."""
    encoding = _detected(data)
    if encoding != "cp1252":
        with suppress(WizardError):
            return _checked(Text(data, encoding, guessed=True, file=name), tick)
    return Text(data, "cp1252", guessed=True, file=name)


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:4096]
    half = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if half >= 8 and second > half * 0.3 and first < half * 0.02:
        return "utf-16-le"
    if half >= 8 and first > half * 0.3 and second < half * 0.02:
        return "utf-16-be"
    return ""


# Guesses

_CANDIDATES = (
    *("cp1252", "cp1250", "cp1254", "cp1253", "cp1251", "cp1257", "cp850", "mac_roman", "mac_latin2", "cp852"),
    *("koi8_r", "cp866", "cp932", "gb18030", "big5", "cp949", "cp1255", "cp1256", "cp874"),
)
"""What a file that is not UTF-8 may be in, in the order shown."""
CHOICES = ("utf-8", *_CANDIDATES)
"""Encodings that the Directory page offers."""
_SHOWN = 7
_COMMON = {
    "gb18030": "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华文建国志红玉春梅海燕小晓部技术人事财务市场销"
    "售经理员工公司姓名邮箱电话北京上海",
    "big5": "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高簡朱鍾彭游詹胡施沈余趙盧梁顏柯翁魏孫戴范"
    "方志明俊傑建宏家豪怡君雅婷淑芬美玲秀英惠文華國部技術人事財務經理員工公司姓名電話台北市",
    "cp949": "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류진지민서현준영수미경"
    "희은정혜진성호재석부장과장팀사원인사개발영업총무회사서울이름",
}
"""Characters that are frequent in lists of people."""


def _detected(data: bytes) -> str:
    """The encoding of bytes that are not UTF-8: a multi-byte family or Cyrillic where that is plain, else cp1252."""
    sample = b"\n".join(line for line in data[: _SAMPLE * 4].splitlines() if _NOT_ASCII.search(line))[:_SAMPLE]
    if _is_japanese(sample):
        return "cp932"
    if b"\xa4" in sample and _is_euc_jp(sample):
        return "euc_jp"
    shares = {encoding: _share(sample, encoding, common) for encoding, common in _COMMON.items()}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] >= 0.3 and all(shares[best] > 1.5 * share for name, share in shares.items() if name != best):
        return best
    return next((encoding for encoding in ("cp1251", "koi8_r") if _is_cyrillic(sample, encoding)), "cp1252")


def _decoded(sample: bytes, encoding: str) -> str:
    """The sample without ASCII, or "" if it is not in this encoding; its last character may be cut."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return re.sub(r"[\x00-\x7f]", "", decoder.decode(sample))
    except UnicodeDecodeError:
        return ""


def _is_japanese(sample: bytes) -> bool:
    text = _decoded(sample, "cp932")
    usual = sum("\u3040" <= c <= "\u30ff" or "一" <= c <= "龠" for c in text)
    # Leading bytes of the usual characters are control characters in Windows-1252's neighbourhood.
    leads = len(re.findall(rb"[\x81-\x83\x88-\x9f][\x40-\x7e\x80-\xfc]", sample))
    return len(text) >= 2 and usual >= 0.9 * len(text) and leads >= 0.8 * len(text)


def _is_euc_jp(sample: bytes) -> bool:
    text = _decoded(sample, "euc_jp")
    kana = sum("\u3040" <= c <= "\u30ff" for c in text)
    return len(text) >= 6 and kana >= 0.15 * len(text)


def _share(sample: bytes, encoding: str, common: str) -> float:
    text = _decoded(sample, encoding)
    return sum(c in common for c in text) / len(text) if len(text) >= 2 else 0.0


def _is_cyrillic(sample: bytes, encoding: str) -> bool:
    """Whether all words with letters beyond ASCII are Cyrillic, written as names are, with the usual vowels."""
    text = _decoded(sample, encoding)
    if len(text) < 6 or not all("А" <= c <= "я" or c in "Ёё№«»–" for c in text):
        return False
    words = re.findall(r"[А-яЁё]+", sample.decode(encoding, "replace"))
    written = sum(word == word.capitalize() or word.islower() or word.isupper() for word in words)
    lower = text.casefold()
    vowels = sum(c in "аеиоуыэюяё" for c in lower)
    mixed = re.search(r"[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]", sample.decode(encoding, "replace"))
    return written >= 0.95 * len(words) and 0.3 <= vowels / len(lower) <= 0.6 and not mixed


@dataclass(slots=True)
class NameWatch:
    """Looks at names of a file whose encoding was guessed."""

    file: str
    encoding: str
    """"" = it was not guessed, and nothing is looked at."""
    _seen: dict[str, None] = field(default_factory=dict)
    """The first names with letters beyond ASCII."""
    _odd: dict[str, None] = field(default_factory=dict)
    """The first names that look misread."""

    def see(self, names: Iterable[object]) -> None:
        """Look at the names of one person or group, the whole name first; one of them is kept."""
        found = [name for name in names if isinstance(name, str) and not name.isascii()]
        if found and len(self._seen) < 3:
            self._seen[found[0]] = None
        if len(self._odd) < 3 and self.encoding == "cp1252":
            self._odd |= dict.fromkeys([name for name in found if looks_misread(name)][:1])

    def note(self) -> Message | None:
        """The guess, with three names."""
        if not self.encoding:
            return None
        names = tuple(self._odd | self._seen)[:3]
        return Message("encoding-guessed", file=self.file, encoding=self.encoding, names=names)

    def unsure(self) -> Message | None:
        """Code `encoding-unsure` with three names in each candidate, if names look misread."""
        if not self._odd:
            return None
        names = tuple(self._odd | self._seen)[:3]
        readings = tuple(_readings(names))
        return Message("encoding-unsure", file=self.file, encoding=self.encoding, readings=readings)


def readings_of(unsure: Message) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(encoding, names) of a message `encoding-unsure`."""
    return cast("tuple[tuple[str, tuple[str, ...]], ...]", unsure.args["readings"])


def looks_misread(name: str) -> bool:
    """Whether a name, read as Windows-1252, is probably in another encoding."""
    before = ""
    for character in name:
        if character > "\x7f":
            if not character.isalpha() and character not in "’‘–ªº":
                return True
            if character.isupper() and before.islower():
                return True
            if character.lower() in "ðþý":
                return True
        before = character
    return False


def _readings(names: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(encoding, names) for each encoding in which the names could be meant; Windows-1252 first."""
    data = [name.encode("cp1252", _UNASSIGNED) for name in names]
    shown: dict[tuple[str, ...], str] = {}
    for encoding in _CANDIDATES:
        errors = _UNASSIGNED if encoding == "cp1252" else "strict"
        try:
            read = tuple(each.decode(encoding, errors) for each in data)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or all(map(_is_readable, read)):
            shown.setdefault(read, encoding)
    yield from [(encoding, read) for read, encoding in shown.items()][:_SHOWN]


def _is_readable(name: str) -> bool:
    """Whether a name has letters of one script beside punctuation, and no capital within a word in small letters."""
    scripts = set()
    before = ""
    for character in name:
        if character > "\x7f":
            if not (character.isalpha() or unicodedata.category(character)[0] in "M" or character in "’‘–ªº"):
                return False
            if character.isupper() and before.islower():
                return False
        if character.isalpha():
            scripts.add(unicodedata.name(character, "?").split()[0])
        before = character
    return len(scripts) <= 1 or scripts <= {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}
