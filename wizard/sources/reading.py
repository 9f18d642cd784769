"""One file becomes one table, whatever kind it is; everything a file can be instead is told in a sentence."""

from pathlib import Path

from wizard.errors import WizardError
from wizard.sources.delimited import delimited_table
from wizard.sources.json_file import json_table
from wizard.sources.table import Table
from wizard.sources.text import as_text, not_a_table
from wizard.sources.workbook import workbook_table

LARGEST = 500_000_000
"""Bytes of the largest file that is opened."""

_UNTOUCHED = "Nothing was changed."
_OTHER_KINDS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)


def read_table(path: Path, largest: int = LARGEST) -> Table:
    """The table in the file at `path`; the file is closed again before this returns.

    Raises `WizardError` where there is no file, or where it holds no table.
    """
    data = _load(path, largest)
    for mark, words in _OTHER_KINDS:
        if data.startswith(mark):
            raise WizardError(
                f"{path.name} is {words}, not a table", f"Choose a .csv, .tsv, .xlsx or .json file. {_UNTOUCHED}"
            )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return workbook_table(data, path.name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _older_office_file(data, path.name)
    text = as_text(data, path.name)
    opening = "".join(text.beginning()).lstrip("\ufeff \t\r\n")
    if not opening:
        raise WizardError(f"{path.name} is empty", f"There is not one line in it. Export it again. {_UNTOUCHED}")
    if opening[:1] == "<":
        raise WizardError(
            f"{path.name} is a web page or XML, not a table",
            "Some systems name such a file .xls. Open it in Excel and save it as .xlsx or CSV UTF-8. "
            + _UNTOUCHED,
        )
    if opening[:1] in "[{" and path.suffix.casefold() not in {".csv", ".tsv", ".txt"}:
        return json_table(text, path.name)
    if path.suffix.casefold() == ".json":
        raise not_a_table(path.name)
    return delimited_table(text, path.name)


def _load(path: Path, largest: int) -> bytes:
    try:
        if path.is_dir():
            raise WizardError(f"{path.name or path} is a folder", f"Choose the file inside it. {_UNTOUCHED}")
        size = path.stat().st_size
        if size > largest:
            raise WizardError(
                f"{path.name} is too large",
                f"It has {size / 1e6:,.0f} MB; files up to {largest / 1e6:,.0f} MB can be read. Is it "
                "the right file? " + _UNTOUCHED,
            )
        if not path.is_file():
            raise WizardError(
                f"{path.name} is not a file", f"Choose a .csv, .tsv, .xlsx or .json file. {_UNTOUCHED}"
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WizardError(
            f"{path.name} is not there",
            f"It was looked for in {path.parent}. Was it moved or renamed? Choose it again. {_UNTOUCHED}",
        ) from error
    except PermissionError as error:
        raise WizardError(
            f"{path.name} cannot be opened",
            "Another program, such as Excel, holds it open, or your account may not read it. "
            f"Close it there, or choose a copy. {_UNTOUCHED}",
        ) from error
    except OSError as error:
        raise WizardError(
            f"{path.name} cannot be read", f"{error.strerror or 'The disk gave no reason'}. {_UNTOUCHED}"
        ) from error
    if not data.strip():
        raise WizardError(f"{path.name} is empty", f"There is nothing in it. Export it again. {_UNTOUCHED}")
    return data


def _older_office_file(data: bytes, name: str) -> WizardError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return WizardError(
            f"{name} is protected by a password",
            f"Open it in Excel, take the password off and save it, or save it as CSV UTF-8. {_UNTOUCHED}",
        )
    return WizardError(
        f"{name} is in Excel's old format",
        f"Open it in Excel and save it as .xlsx or as CSV UTF-8. {_UNTOUCHED}",
    )
