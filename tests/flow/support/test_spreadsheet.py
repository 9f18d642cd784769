"""No cell that leaves the program is run by a spreadsheet program, whatever its separator is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.flow.support.spreadsheet import disarmed

SIGNS = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("a;=cmd|x", "a;'=cmd|x"),
        ("a; +1; b", "a;' +1; b"),
        ("a\n@x", "a\n'@x"),
        ("\t=x", "'\t'=x"),
        ("\rx", "'\rx"),
        ("Ann-Marie = 1", "Ann-Marie = 1"),
        ("", ""),
    ],
)
def test_cells(cell: str, safe: str) -> None:
    assert disarmed(cell) == safe


@given(st.text(alphabet=f"{SIGNS} ;\t\r\n\"'ab", max_size=20))
def test_no_part_of_a_cell_begins_with_a_sign(cell: str) -> None:
    safe = disarmed(cell)
    assert not any(part.lstrip(" ").startswith(tuple(SIGNS)) for part in re.split("[;\t\r\n]", safe))
    assert not safe.startswith(("\t", "\r", "\n"))
    assert safe.replace("'", "") == cell.replace("'", "")
