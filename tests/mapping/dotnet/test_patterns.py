"""Patterns of .NET's kind on another library: their meaning, refused patterns, and the time limit."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.mapping.dotnet.patterns import (
    Patience,
    PatternProblem,
    PatternTooSlow,
    group_found,
    pattern_problem,
    replaced,
    whole_matcher,
)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"[a-z-[aeiou]]+", "bcd", True),
        (r"[a-z-[aeiou]]+", "bad", False),
        (r"[^a-z-[A-Y]]+", "Z1", True),
        (r"[^a-z-[A-Y]]+", "A", False),
        (r"[]a]+", "]a", True),
        (r"[[:a]+", "[:a", True),
        (r"[a&&b]+", "a&b", True),
        (r"[\d\-x\]\b]+", "4-x]\b", True),
        (r"(?<a>x)(y)\1\2\k<a>", "xyyxx", True),
        (r"(?'q'x)\k'q'", "xx", True),
        (r"(a)?(?(1)b|c)", "ab", True),
        (r"(a)?(?(1)b|c)", "c", True),
        (r"(?<n>a)?(?(n)b|c)", "ac", False),
        (r"x(?i)y", "xY", True),
        (r"x(?i)y", "XY", False),
        (r"(?i:x)y|z", "Xy", True),
        (r"(?i)ß", "SS", False),
        (r"(?i)é", "É", True),
        ("(?x) a b # a remark\n c", "abc", True),
        (r"(?x: a [ ] )b", "a b", True),
        (r"a(?#remark)b", "ab", True),
        (r"a{,3}", "a{,3}", True),
        (r"a{2,}?", "aaa", True),
        (r"a{e<=1}", "a{e<=1}", True),
        (r"\x41\u00e9\cA\e\0\t", "Aé\x01\x1b\x00\t", True),
        (r"\p{Lu}\P{Lu}\p{IsGreek}", "Aaα", True),
        (r"\w+\W\s\S\D\d", "é_- a2"[:2] + "- ab2", True),
        (r"\Aa\Z", "a", True),
        (r"a(?=b)b(?<=ab)(?<!c)(?!d)(?>e)", "abe", True),
        (r"a#b c", "a#b c", True),
        (r"", "", True),
    ],
)
def test_a_pattern_means_what_it_means_in_dotnet(pattern: str, text: str, expected: bool) -> None:
    assert whole_matcher(pattern, Patience())(text) is expected


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(", "pattern-without-closing-parenthesis"),
        (")", "pattern-with-extra-closing-parenthesis"),
        ("[a", "pattern-class-unclosed"),
        ("[z-a]", "pattern-range-reversed"),
        ("[a-z-[b]c]", "pattern-class-after-subtraction"),
        ("*a", "pattern-repeats-nothing"),
        ("a++", "pattern-repeats-nothing"),
        ("a{2}{3}", "pattern-repeats-nothing"),
        ("a{3,2}", "pattern-repeat-reversed"),
        ("a|*", "pattern-repeats-nothing"),
        (r"\q", "pattern-escape-unknown"),
        ("a\\", "pattern-ends-with-backslash"),
        ("(?R)", "pattern-group-unsupported"),
        ("(?<a-b>x)", "pattern-group-unsupported"),
        ("(?#x", "pattern-comment-unclosed"),
        (r"\2(a)", "pattern-reference-unknown"),
        (r"\p{Nope}", "pattern-refused"),
        ("a{1000000000}", "pattern-repeats-too-much"),
        ("((((a{50}){50}){50}){50}){50}", "pattern-repeats-too-much"),
        ("(" * 60 + ")" * 60, "pattern-groups-too-deep"),
        ("[a-[b-[c-[d-[e-[f-[g-[h-[i-[j-[k-[l-[m]]]]]]]]]]]]]", "pattern-classes-too-deep"),
        ("ab" * 10_001, "pattern-repeats-too-much"),
    ],
)
def test_an_invalid_pattern_is_refused_with_a_reason(pattern: str, code: str) -> None:
    reason = pattern_problem(pattern)
    assert reason is not None
    assert reason.code == code
    with pytest.raises(PatternProblem):
        whole_matcher(pattern, Patience())("a")


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ("$1", "1-"),
        ("$2$1", "a1-"),
        ("${l}${1}", "a1-"),
        ("$&", "a1-"),
        ("$$1", "$1-"),
        ("$`|$'|$_|$+", "|-|a1-|a-"),
        ("$7${nope}$x$", "$7${nope}$x$-"),
        ("${l", "${l-"),
    ],
)
def test_signs_in_a_replacement(replacement: str, expected: str) -> None:
    assert replaced(r"(?<l>[a-z])(\d)", "a1-", replacement, Patience()) == expected


def test_empty_matches_are_replaced_as_dotnet_does() -> None:
    assert replaced("a*", "baaac", "-", Patience()) == "-b--c-"


SLOW = [
    lambda text, patience: replaced("(a|aa)+$", text, "", patience),
    lambda text, patience: group_found("(?<g>a|aa)+$", "g", text, patience),
    lambda text, patience: whole_matcher("(a|aa)+", patience)(text),
]


@pytest.mark.parametrize("work", SLOW, ids=["replaced", "group_found", "matches_whole"])
def test_a_slow_pattern_ends_and_leaves_no_time_for_others(work: Callable[[str, Patience], object]) -> None:
    patience, text = Patience(0.15), "a" * 100 + "!"
    for _ in range(20):
        with pytest.raises(PatternTooSlow):
            work(text, patience)
    assert patience.left <= 0


def test_many_matches_are_bounded_together() -> None:
    patience = Patience(0.15)
    with pytest.raises(PatternTooSlow):
        replaced(r"a(?=.*b.*c.*d.*e!)|a", "abcde" * 4_000, "", patience)
    assert patience.left <= 0


@given(st.text(), st.text(max_size=30))
def test_no_pattern_breaks_the_reader(pattern: str, text: str) -> None:
    assert _outcome(pattern, text) in ("matches", "does not", "refused")


@given(
    st.lists(
        st.sampled_from([*r"ab()[]{}|*+?^$.\-", "(?:", "(?<n>", "(?i)", "[^", "{2}", r"\d", r"\1", "-["])
    ).map("".join)
)
def test_no_signs_break_the_reader(pattern: str) -> None:
    assert _outcome(pattern, "aab") in ("matches", "does not", "refused")


def _outcome(pattern: str, text: str) -> str:
    try:
        return "matches" if whole_matcher(pattern, Patience(0.5))(text) else "does not"
    except PatternProblem:
        return "refused"
