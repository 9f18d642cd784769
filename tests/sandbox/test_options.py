"""The command line: accepted options, and one sentence for each refused one."""

import pytest

from wizard.sandbox.faults import DEFAULT_FAULT_KINDS
from wizard.sandbox.options import WrongUsage, parsed


def test_nothing_is_slowed_or_disturbed_by_default():
    options = parsed([])
    assert (options.port, options.latency, options.fault_percent, options.state) == (0, 0, 0, None)
    assert options.write_tps is options.read_tps is options.member_tps is options.seed is None
    assert options.fault_kinds == DEFAULT_FAULT_KINDS
    assert not options.until_eof
    assert options.refused_characters is not None


def test_every_option_is_read():
    given = {
        "--port": "8080",
        "--token": "abc",
        "--latency-ms": "250",
        "--answer-ms": "40",
        "--write-tps": "25",
        "--read-tps": "40",
        "--member-tps": "0.5",
        "--faults": "12.5",
        "--fault-kinds": "429,slow",
        "--seed": "9",
        "--state": "file.json",
        "--characters": "today",
    }
    options = parsed([word for option in given.items() for word in option])
    assert (options.port, options.token, options.latency, options.held_answer) == (8080, "abc", 0.25, 0.04)
    assert (options.write_tps, options.read_tps, options.member_tps) == (25, 40, 0.5)
    assert (options.fault_percent, options.fault_kinds, options.seed) == (12.5, ("429", "slow"), 9)
    assert str(options.state) == "file.json"
    assert options.refused_characters is None


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["--port", "x"], "--port"),
        (["--port", "65536"], "65536"),
        (["--port"], "--port"),
        (["--latency-ms", "-1"], "--latency-ms"),
        (["--write-tps", "0"], "--write-tps"),
        (["--read-tps", "nan"], "--read-tps"),
        (["--member-tps", "inf"], "--member-tps"),
        (["--faults", "101"], "--faults"),
        (["--fault-kinds", "429,fire"], "fire"),
        (["--fault-kinds", ","], "--fault-kinds"),
        (["--seed", "1.5"], "--seed"),
        (["--tok", "abc"], "--tok"),
        (["--token", ""], "token"),
        (["--token", "two words"], "token"),
        (["--wonder"], "--wonder"),
        (["--home", "folder"], "--home"),
        (["more"], "more"),
    ],
)
def test_a_problem_is_reported_in_one_sentence(argv, word):
    with pytest.raises(WrongUsage) as error:
        parsed(argv)
    sentence = str(error.value)
    assert word in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
