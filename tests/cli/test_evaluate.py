"""The verb `evaluate`, in this process: one line out, exit 2 with position and reason where it cannot be read."""

from pathlib import Path

import pytest

from tests.program import Program
from wizard.cli.main import main
from wizard.flow.services import Services


def no_services(_home: str, _trial: bool) -> Services:
    raise AssertionError("evaluate opens neither jobs nor keyring")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(("evaluate", *arguments), no_services, lambda _home, _trial: 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (('Append([mail], ".test")', "--set", "mail=ada@example.com"), "ada@example.com.test"),
        (('Append([mail], "!")', "--set", "mail=a=b"), "a=b!"),
        (('Split([mail], "@")', "--set", "mail=ada@example.com"), '["ada", "example.com"]'),
        (("Coalesce([mail])",), "null"),
        (("Coalesce([mail])", "--set", "mail="), ""),
        (("IgnoreFlowIfNullOrEmpty([mail])",), "(no flow)"),
        (('Append([mailNickname], DefaultDomain())', "--set", "mailNickname=ada@", "--domain", "x.org"), "ada@x.org"),
        (("Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")", "--set", "IsSoftDeleted=True"), "False"),
    ],
)  # fmt: skip
def test_the_value_is_printed_on_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    assert said(capsys, *arguments) == (0, f"{line}\n", "")


def test_what_cannot_be_read_ends_with_2_its_place_and_the_nearest_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = said(capsys, 'Appnd([mail], "x")')
    assert (code, out) == (2, "")
    assert "at character 1" in err
    assert "Did you mean Append?" in err


def test_what_gives_no_value_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "Append([mailNickname], DefaultDomain())", "--set", "mailNickname=ada@")
    assert (code, out) == (1, "")
    assert "--domain" in err


def test_the_option_that_helps_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--domain" in said(capsys, "DefaultDomain()")[2]


def test_a_setting_without_a_sign_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "Coalesce([mail])", "--set", "mail")
    assert (code, out) == (2, "")
    assert "NAME=VALUE" in err


def test_the_program_itself(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    assert program("evaluate", "ToUpper([city])", "--set", "city=Zürich", code=0).out == "ZÜRICH\n"
    assert not (tmp_path / "home").exists()
