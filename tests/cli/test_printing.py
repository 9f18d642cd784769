"""What a terminal would obey is shown, not sent."""

import pytest

from wizard.cli.printing import say


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Åsa Ó'Brien 李", "Åsa Ó'Brien 李"),
        ("Night\tshift", "Night⇥shift"),
        ("a\r\nb", "a↵↵b"),
        ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
        ("right\u202eleft", "right\\u202eleft"),
    ],
)
def test_say(text: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    assert capsys.readouterr().out == printed + "\n"
