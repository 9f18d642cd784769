"""The verb evaluate, with its options, as a terminal sees it."""

import argparse

import pytest

from wizard.cli import evaluate
from wizard.mapping.expression_errors import ExpressionError

pytestmark = pytest.mark.anyio


async def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    evaluate.add_arguments(parser)
    return await evaluate.evaluate(parser.parse_args(arguments))


async def test_the_value_is_printed_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run('Join("@", [a], DefaultDomain())', "--set", "a=b=c", "--domain", "x.org") == 0
    assert capsys.readouterr().out == "b=c@x.org\n"
    assert await run("RemoveDuplicates([p])", "--set", "p=1", "--set", "p=2", "--set", "p=1") == 0
    assert capsys.readouterr().out == '["1", "2"]\n'
    assert await run("Coalesce([a])") == 0
    assert capsys.readouterr().out == "null\n"


async def test_no_value_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("SelectUniqueValue([a], [b])") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "does not apply to AWS" in printed.err


async def test_what_cannot_be_read_is_wrong_usage() -> None:
    with pytest.raises(ExpressionError, match="character 1"):
        await run("tolower([a])")
