"""Sentences about files and directories."""

import pytest

from wizard import messages
from wizard.errors import Message


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            Message("file-of-another-kind", file="a.pdf", kind="pdf"),
            "a.pdf is a PDF document, not a table. Choose a .csv, .tsv, .xlsx or .json file. Nothing was changed.",
        ),
        (
            Message("file-too-large", file="a.csv", size_bytes=1_234_000_000, limit_bytes=500_000_000),
            "a.csv is too large. It has 1,234 MB; files up to 500 MB can be read. Is it the right file? "
            "Nothing was changed.",
        ),
        (
            Message("file-unreadable", file="a.csv", reason=""),
            "a.csv cannot be read. The disk gave no reason. Nothing was changed.",
        ),
        (
            Message("file-with-damaged-text", file="a.csv", line=3, encoding="utf-8"),
            "a.csv holds damaged text near line 3. The file is UTF-8, but this place is not. "
            "Save it again as UTF-8. Nothing was changed.",
        ),
        (
            Message("workbook-too-large", file="a.xlsx", limit_bytes=4_000_000_000),
            "a.xlsx is too large. Unpacked it has more than 4,000 MB. Save it as CSV UTF-8.",
        ),
        (
            Message("json-without-list", file="a.json"),
            "a.json holds no list. A file of people is a list of objects, or one object with one list in it, such as "
            '{"value": […]}.',
        ),
        (Message("format-delimited", encoding="utf-8-sig", separator=";"), "UTF-8 with BOM, semicolons"),
        (Message("format-delimited", encoding="cp1252", separator="~"), "Windows-1252, separated by ~"),
        (Message("format-json", encoding="utf-16-le"), "JSON, UTF-16 without BOM"),
        (
            Message("sheet-chosen", sheet="People", others=("Cover", "Notes")),
            "Read from the sheet People; not read: Cover, Notes.",
        ),
        (
            Message("column-missing", file="a.csv", heading="Gone", headings=("id", "upn"), more=True),
            "a.csv has no column Gone. This job reads that column. Its headings are: id, upn …. Was it renamed? "
            "Choose the columns again. Nothing was changed.",
        ),
        (
            Message(
                "attribute-in-several-columns", file="a.csv", count=2, attribute="department", headings=("A", "B")
            ),
            "2 columns of a.csv are department. A and B: a person has one department only. "
            "Leave one of the columns out.",
        ),
        (
            Message("short-rows", count=1, line=2),
            "1 row has fewer cells than there are headings (the first is on line 2); "
            "the cells at the end were taken as empty.",
        ),
        (
            Message("identity-repeated", identity="7", lines=(3, 9)),
            "7 also stands on line 3, 9: an identity belongs to one person. "
            "None of them is provisioned until one row is left.",
        ),
        (
            Message("group-spelled-differently", spellings=("Eng", "eng"), name="Eng"),
            "Eng, eng were taken for one group; it is called Eng.",
        ),
    ],
)
def test_sentences(message: Message, text: str) -> None:
    assert messages.text(message) == text
