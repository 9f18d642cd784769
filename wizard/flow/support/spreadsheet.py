"""Texts that leave for a spreadsheet program: no cell of them is run as a formula."""

import re

_STARTS = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[ \u00a0\u3000]*[=+\-@＝＋－＠﹢﹣])")
"""Where a formula would begin: at the start of a cell, and after what splits cells where `;` is the separator."""
_BLANK = ("\t", "\r", "\n")


def disarmed(cell: str) -> str:
    """Return the cell with an apostrophe before each place where a spreadsheet program would see a formula begin."""
    return ("'" if cell.startswith(_BLANK) else "") + _STARTS.sub("'", cell)
