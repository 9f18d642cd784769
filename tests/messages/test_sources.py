"""Sentences about files and directories."""

import pytest

from wizard import messages
from wizard.errors import Message


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            Message("file-of-another-kind", file="a.pdf", kind="pdf"),
            "a.pdf is a PDF document, not a table. Choose a .csv, .tsv, .xlsx, or .json file.",
        ),
        (
            Message("file-too-large", file="a.csv", size_bytes=1_234_000_000, limit_bytes=500_000_000),
            "a.csv is too large. It is 1234 MB. The limit is 500 MB. Check that it is the right file.",
        ),
        (
            Message("file-unreadable", file="a.csv", reason=""),
            "a.csv cannot be read. The system gave no reason.",
        ),
        (
            Message("file-with-damaged-text", file="a.csv", line=3, encoding="utf-8"),
            "a.csv contains damaged text near line 3. The file is UTF-8, but this part is not. Save it "
            "again as UTF-8.",
        ),
        (
            Message("workbook-too-large", file="a.xlsx", limit_bytes=4_000_000_000),
            "a.xlsx is too large. It is larger than 4000 MB when unpacked. Save it as CSV UTF-8.",
        ),
        (
            Message("json-without-list", file="a.json"),
            "a.json contains no list. A file of people is a list of objects, or one object with one list "
            'in it, such as {"value": […]}.',
        ),
        (Message("format-delimited", encoding="utf-8-sig", separator=";"), "UTF-8 with BOM, semicolons"),
        (Message("format-delimited", encoding="cp1252", separator="~"), "Windows-1252, separated by ~"),
        (Message("format-json", encoding="utf-16-le"), "JSON, UTF-16 without BOM"),
        (
            Message("sheet-chosen", sheet="People", others=("Cover", "Notes")),
            "Read from the sheet People. Not read: Cover, Notes.",
        ),
        (
            Message("column-missing", file="a.csv", heading="Gone", headings=("id", "upn"), more=True),
            "a.csv has no column Gone. This job reads that column. Columns in the file: id, upn, …. If "
            "it was renamed, choose the columns again.",
        ),
        (
            Message(
                "attribute-in-several-columns", file="a.csv", count=2, attribute="department", headings=("A", "B")
            ),
            "2 columns of a.csv are mapped to department. These are A and B. Keep one of them and ignore "
            "the others.",
        ),
        (
            Message("short-rows", count=1, line=2),
            "1 row has fewer cells than there are columns (the first is on line 2). The missing cells "
            "are treated as empty.",
        ),
        (
            Message("identity-repeated", identity="7", lines=(3, 9)),
            "7 is also on line 3, 9. None of these people is provisioned. Keep one of the rows.",
        ),
        (
            Message("group-spelled-differently", spellings=("Eng", "eng"), name="Eng"),
            "Eng, eng are treated as one group, named Eng.",
        ),
    ],
)
def test_sentences(message: Message, text: str) -> None:
    assert messages.text(message) == text
