"""The expression language itself: reading, printing, errors with their place, limits, names of attributes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import messages
from wizard.errors import Message
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.expression.errors import DoesNotApply
from wizard.mapping.expression.expression import (
    NO_FLOW,
    Context,
    EvaluationError,
    Expression,
    ExpressionError,
    advice,
    function_catalogue,
    parse,
    print_expression,
    source_names,
)
from wizard.mapping.expression.functions.registry import FUNCTIONS
from wizard.mapping.expression.grammar import Attribute, Call, Comparison, Keyword, Node, Number, Text, read_tree

REFERENCE = [
    "Append",
    "AppRoleAssignmentsComplex",
    "AssertiveAppRoleAssignmentsComplex",
    "BitAnd",
    "CBool",
    "CDate",
    "Coalesce",
    "ConvertToBase64",
    "ConvertToUTF8Hex",
    "Count",
    "CStr",
    "DateAdd",
    "DateDiff",
    "DateFromNum",
    "DefaultDomain",
    "FormatDateTime",
    "Guid",
    "IgnoreFlowIfNullOrEmpty",
    "IIF",
    "InStr",
    "IsNull",
    "IsNullOrEmpty",
    "IsPresent",
    "IsString",
    "Item",
    "Join",
    "Left",
    "Len",
    "Mid",
    "NormalizeDiacritics",
    "Not",
    "Now",
    "NumFromDate",
    "PCase",
    "RandomString",
    "Redact",
    "RemoveDuplicates",
    "Replace",
    "SelectUniqueValue",
    "SingleAppRoleAssignment",
    "Split",
    "StripSpaces",
    "Switch",
    "ToLower",
    "ToUpper",
    "Word",
    "Prepend",
    "IsNothing",
    "AppRoleAssignments",
]


def value(text: str, **values: str | bool | tuple[str, ...]) -> object:
    return parse(text).evaluate(values)


def refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as error:
        parse(text)
    return error.value


def test_every_function_of_the_reference_is_there_with_its_help() -> None:
    catalogue = {known.name: known for known in function_catalogue()}
    assert sorted(catalogue) == sorted(REFERENCE)
    assert all(len(known.help) > 15 for known in catalogue.values())
    assert catalogue["Left"].signature == "Left(source, numChars)"
    assert catalogue["Switch"].signature == "Switch(source, default, keysAndValues, …)"
    assert catalogue["ToLower"].signature == "ToLower(source, [culture])"


@pytest.mark.parametrize(
    ("text", "position", "expected", "nearest"),
    [
        ("tolower([mail])", 0, "expected-function-name", "ToLower"),
        ("Append(Swich([a], , \"b\", \"c\"), \"d\")", 7, "expected-function-name", "Switch"),
        ("Frobnicate([a])", 0, "expected-function-name", ""),
        ("Append([a] [b])", 11, "expected-comma", ""),
        ("Append([a], \"b\"", 15, "expected-comma", ""),
        ("Append([a], \"b", 12, "expected-closing-quote", ""),
        ("Append([a, \"b\")", 7, "expected-closing-bracket", ""),
        ("Append([ ], \"b\")", 8, "expected-attribute-name", ""),
        ("Append([a], \"b\") x", 17, "expected-end", ""),
        ("[mail]", 0, "expected-function-call", ""),
        ("\"text\"", 0, "expected-function-call", ""),
        ("", 0, "expected-function-call", ""),
        ("Append([a])", 0, "expected-argument suffix", ""),
        ("Append([a], \"b\", \"c\")", 17, "expected-end-of-call", ""),
        ("Append(, \"b\")", 0, "expected-argument-left-out source", ""),
        ("Left([a], \"x\")", 10, "expected-other-value", ""),
        ("Append(\u201ca\u201d, \"b\")", 7, "expected-attribute", ""),
        ("Append([a] = \"x\", \"b\")", 7, "expected-value-not-comparison", ""),
        ("IIF([a] = \"x\" AND [b] = \"y\", \"1\", \"2\")", 14, "expected-comma", ""),
        ("Append(mail, \"b\")", 7, "expected-attribute", ""),
        ("Append(Now, \"b\")", 10, "expected-opening-parenthesis", "Now()"),
        ("Switch([a], \"b\", \"c\")", 7, "expected-pairs", ""),
        ("DateAdd(\"w\", 1, Now())", 8, "expected-other-argument interval", ""),
        ("Replace([a], , \"(\", , \"\", , )", 15, "expected-other-argument regexPattern", ""),
        ("BitAnd(12345678901234567890123456789, 1)", 7, "expected-shorter-number", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_what_was_expected(
    text: str, position: int, expected: str, nearest: str
) -> None:
    error = refused(text)
    assert error.position == position
    assert _first(error.expected) == expected
    assert error.nearest == nearest


def _first(expected: Message) -> str:
    """Code of what was expected, of several the first; and the argument it is about."""
    options = expected.args.get("options", (expected,))
    assert isinstance(options, tuple)
    first = options[0]
    assert isinstance(first, Message)
    return " ".join(str(part) for part in (first.code, first.args.get("argument")) if part)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ('IIF([a] = "x" OR [b] = "y", "1", "2")', "no-and-or-in-expressions"),
        ('Append(\u201ca\u201d, "b")', "quotes-are-straight"),
        ("Append('a', [b])", "text-in-double-quotes"),
        ('switch([a], , "b", "c")', "function-names-case"),
        ('Append(mail, "b")', "brackets-or-quotes-missing"),
        ("[mail]", "attribute-needs-no-expression"),
        ('DateAdd("w", 1, Now())', "interval-unknown"),
        ('Left([a], "x")', "number-needed"),
        ("Append([a])", ""),
    ],
)
def test_remarks_about_what_people_write_instead(text: str, remark: str) -> None:
    error = refused(text)
    assert (error.remark.code if error.remark else "") == remark
    assert error.message.args["remark"] == error.remark


def test_functions_that_only_entra_has_are_marked() -> None:
    assert {known.name for known in function_catalogue() if not known.applies} == {
        "SelectUniqueValue", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex",
    }  # fmt: skip


def test_white_space_is_free_and_an_empty_last_slot_is_tolerated() -> None:
    assert value('Append ("SMTP:",\n\t [mail])', mail="a@b.org") == "SMTP:a@b.org"
    assert value("ToLower([x], )", x="A") == "a"
    assert value("ToLower([x], , )", x="A") == "a"


def test_only_two_escapes_are_resolved() -> None:
    assert value(r'Append("\\", "\"")') == '\\"'
    assert value(r'Append("\d\+", "")') == r"\d\+"


def test_null_empty_and_absent_slots() -> None:
    assert value('Switch([x], "default", "", "was empty")') == "was empty"
    assert value('Switch([x], "default", "", "was empty")', x="") == "was empty"
    assert value('Switch([x], , "a", "b")', x="c") is None
    assert value('Switch([x], "default", , "no key")') == "no key"
    assert value('IIF([x] = "a", , "b")', x="a") is None
    assert value("Coalesce(, [x])", x="a") == "a"


@pytest.mark.parametrize("sign", ["=", "<>", ">", ">=", "<", "<="])
def test_a_comparison_with_nothing_is_never_true(sign: str) -> None:
    assert value(f'IIF([x] {sign} "a", "yes", "no")') == "no"
    assert value(f'IIF([x] {sign} "", "yes", "no")', x="") == "no"


def test_comparisons_of_numbers_text_and_dates() -> None:
    assert value('IIF(Len([x]) > 9, "long", "short")', x="abcdefghijkl") == "long"
    assert value('IIF([x] = 1, "yes", "no")', x="01") == "yes"
    assert value('IIF([x] = "1", "yes", "no")', x="01") == "no"
    assert value('IIF([x] > "9", "yes", "no")', x="10") == "yes"
    assert value('IIF([x] < [y], "yes", "no")', x="Anna", y="Berta") == "yes"
    assert value('IIF([x] = "a", "yes", "no")', x="A") == "no"
    assert value('IIF(CDate([x]) < "2021-01-01", "yes", "no")', x="12/31/2020") == "yes"
    assert value('IIF([enabled] = "True", "yes", "no")', enabled=True) == "yes"


def test_branches_not_chosen_are_not_evaluated() -> None:
    assert value('IIF([x] = "a", "yes", CDate([y]))', x="a", y="nonsense") == "yes"
    assert value('Switch([x], DefaultDomain(), "a", "b")', x="a") == "b"
    assert value("Coalesce([x], DefaultDomain())", x="a") == "a"
    with pytest.raises(EvaluationError):
        value('Switch([x], DefaultDomain(), "a", "b")', x="c")


def test_a_dropped_attribute_drops_the_whole_expression() -> None:
    assert value('Append(IgnoreFlowIfNullOrEmpty([x]), "b")') is NO_FLOW
    assert value('IIF([x] = "a", [x], IgnoreAttributeFlow)') is NO_FLOW
    assert str(NO_FLOW) == "(no flow)"


def test_several_values_and_values_that_are_not_text() -> None:
    assert value("RemoveDuplicates([x])", x=("a", "b", "a")) == ("a", "b")
    assert value("ToUpper([x])", x=("a", "b")) == "A"
    assert value("CStr([x])", x=False) == "False"
    assert value("IsPresent([x])", x="a") == "True"
    assert value("Len(Now())") in {str(n) for n in range(19, 24)}


def test_attributes_go_by_entras_names_and_by_graphs() -> None:
    assert value("CStr([officeLocation])", physicalDeliveryOfficeName="B 12") == "B 12"
    assert value("CStr([businessPhones])", telephoneNumber="1") == "1"
    assert value("CStr([onPremisesExtensionAttributes.extensionAttribute3])", extensionAttribute3="x") == "x"
    assert value("CStr([officeLocation])", officeLocation="own", physicalDeliveryOfficeName="B 12") == "own"
    assert value("CStr([Cost Center])", **{"Cost Center": "17"}) == "17"


def test_names_of_sources_each_once_in_order() -> None:
    assert source_names(parse('IIF([b] = [a], [b], Append([c], "x"))')) == ("b", "a", "c")
    assert source_names(parse("Now()")) == ()


def test_a_redacted_expression_tells_so() -> None:
    assert parse('Append(Redact([mail]), "x")').redacted
    assert not parse('Append([mail], "Redact")').redacted


@pytest.mark.parametrize(
    "text",
    [
        "SelectUniqueValue([a], [b])",
        "SingleAppRoleAssignment([appRoleAssignments])",
        "AppRoleAssignmentsComplex([appRoleAssignments])",
        "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
        'IIF([a] = "x", [a], IgnoreObjectFlow)',
    ],
)
def test_what_does_not_apply_can_be_read_and_says_why(text: str) -> None:
    with pytest.raises(DoesNotApply) as error:
        value(text)
    assert error.value.reason.code.endswith("-not-applicable")


def test_app_roles_come_from_entra() -> None:
    assert value("SingleAppRoleAssignment([appRoleAssignments])", appRoleAssignments=("Admin",)) == "Admin"
    with pytest.raises(EvaluationError) as error:
        value("SingleAppRoleAssignment([appRoleAssignments])", appRoleAssignments=("Admin", "User"))
    assert error.value.reason.code == "several-app-roles"


def test_an_error_for_one_person_names_the_function_and_its_place() -> None:
    with pytest.raises(EvaluationError) as error:
        value('Append(CStr(CDate([hired])), "x")', hired="soon")
    reason = Message("date-needed", value="soon")
    assert error.value.message == Message("function-without-value", function="CDate", position=12, reason=reason)


def test_advice_for_what_behaves_unexpectedly() -> None:
    def codes(text: str) -> list[str]:
        return [one.message.code for one in advice(parse(text).tree)]

    assert codes('IIF([c]="", "a", "b")') == ["comparison-with-empty-text"]
    assert codes('IIF(IsPresent([c]), "a", "b")') == ["condition-unsupported-in-entra"]
    assert codes('Switch(IsPresent([c]), "a", "True", [c])') == ["switch-on-truth-value"]
    assert codes('Append(Guid(), "x")') == ["value-changes-each-time"]
    assert codes('IIF(IgnoreFlowIfNullOrEmpty([c]) = "a", "b", "c")') == ["ignore-flow-in-condition"]
    assert codes('Switch([c], [c], "", "Other")') == []


# --- limits ------------------------------------------------------------------------------------------------------


def test_ten_thousand_characters_and_no_more() -> None:
    longest = f'Append("{"x" * 9_986}", "")'
    assert len(longest) == 10_000
    assert len(str(parse(longest).evaluate({}))) == 9_986
    error = refused(f"{longest} ")
    assert error.position == 10_000
    assert error.expected == Message("expected-end-of-long-expression", limit=10_000)
    assert error.remark == Message("expression-length", length=10_001)


def test_a_hundred_functions_inside_each_other_and_no_more() -> None:
    assert value("Not(" * 99 + "[x]" + ")" * 99) in ("True", "False")
    refusal = refused("Not(" * 1_500 + "1" + ")" * 1_500)
    assert refusal.expected == Message("expected-less-nesting", limit=100)


def test_nothing_grows_without_limit() -> None:
    text = "[x]"
    for _ in range(40):
        text = f'Replace({text}, "a", , , "aaaaaaaaaa", , )'
    with pytest.raises(EvaluationError) as error:
        value(text, x="aaaa")
    assert error.value.reason == Message("replacement-too-long", limit=100_000)
    text = "[x]"
    for _ in range(40):
        text = f"ConvertToUTF8Hex({text})"
    with pytest.raises(EvaluationError):
        value(text, x="aaaa")
    with pytest.raises(EvaluationError) as error:
        value('Replace([x], , "a", , "$_", , )', x="a" * 1_000)
    assert error.value.reason == Message("replacement-too-long", limit=100_000)


def test_a_pathological_pattern_ends_in_time_and_all_patterns_share_it() -> None:
    slow_part = 'Replace([x], , "(a|aa)+$", , "b", , )'
    slow = parse('Join("", ' + ", ".join([slow_part] * 8) + ")")
    context = Context(patience=Patience(0.2))
    for _ in range(3):
        with pytest.raises(EvaluationError) as error:
            slow.evaluate({"x": "a" * 80 + "!"}, context)
        assert error.value.reason.code == "pattern-too-slow"
        assert context.patience.left <= 0


def test_for_a_run_quick_patterns_cost_nothing() -> None:
    quick = parse('Replace([x], , "[()-]", , "", , )')
    context = Context(patience=Patience(0.000_001, grace=10.0))
    for _ in range(100):
        assert quick.evaluate({"x": "(1)-2"}, context) == "12"


def test_the_clock_is_the_contexts() -> None:
    context = Context(now=datetime(2025, 7, 30, 13, 5, 7, tzinfo=UTC))
    assert parse("Now()").evaluate({}, context) == "7/30/2025 1:05:07 PM"


# --- laws --------------------------------------------------------------------------------------------------------

_words = st.sampled_from(["vbTextCompare", "vbBinaryCompare", "IgnoreAttributeFlow", "other_1"])
_names = st.text(min_size=1).map(str.strip).filter(lambda name: name and not set(name) & set("[]\r\n"))
_leaves = st.one_of(
    st.builds(Attribute, _names),
    st.builds(Text, st.text()),
    st.builds(Number, st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,3})?|&H[0-9A-F]{1,4}", fullmatch=True)),
    st.builds(Keyword, _words),
)


def _slots(given: list[Node | None]) -> tuple[Node | None, ...]:
    return () if given == [None] else tuple(given)  # `Now( )` has no argument, not an empty one


def _calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    comparisons = st.builds(Comparison, inner, st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), inner)
    slots = st.lists(st.one_of(st.none(), inner, comparisons), max_size=5).map(_slots)
    return st.builds(Call, st.sampled_from(sorted(FUNCTIONS)), slots)


_trees = st.recursive(_leaves, _calls, max_leaves=12)


@given(_trees)
def test_printed_text_is_parsed_back_unchanged(tree: Node) -> None:
    assert read_tree(print_expression(tree)) == tree


_PIECES = st.sampled_from(
    [
        *(
            "Switch(",
            "Append(",
            "Replace(",
            "IIF(",
            "Mid(",
            "DateAdd(",
            "Now()",
            "[mail]",
            "[x",
            '"a"',
            '"\\',
            "&HF",
        ),
        *(",", ", ", ")", "((", "=", "<>", "1", "-2", "AND", "\u201c", "(?<a>", "\n", " ", "'", "vbTextCompare"),
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=25).map("".join)))
def test_no_text_breaks_the_reader(text: str) -> None:
    read = _read_or_refused(text)
    if isinstance(read, ExpressionError):
        assert 0 <= read.position <= len(text)
        assert read.expected
    else:
        assert parse(print_expression(read.tree)) == read


def _read_or_refused(text: str) -> Expression | ExpressionError:
    try:
        return parse(text)
    except ExpressionError as error:
        return error


_SMALL = st.one_of(
    st.none(), st.text(max_size=20), st.booleans(), st.tuples(st.text(max_size=5), st.text(max_size=5))
)
_READABLE = st.recursive(
    st.one_of(
        st.sampled_from(
            [Attribute("a"), Attribute("b"), Text("d"), Text("2020-01-31"), Text(""), Text("yyyy-MM-dd")]
        ),
        st.builds(Number, st.integers(-5, 10**18).map(str)),
    ),
    lambda inner: st.builds(
        Call,
        st.sampled_from(sorted(FUNCTIONS)),
        st.lists(st.one_of(st.none(), inner), min_size=1, max_size=7).map(tuple),
    ),
    max_leaves=10,
)


@given(_READABLE, _SMALL, _SMALL)
def test_no_value_breaks_an_expression(tree: Node, a: object, b: object) -> None:
    expression = _read_or_refused(print_expression(tree))
    if isinstance(expression, Expression):
        values = {name: value for name, value in (("a", a), ("b", b)) if value is not None}
        assert _right_end(expression, values)


def _right_end(expression: Expression, values: dict[str, object]) -> bool:
    try:
        found = expression.evaluate(values)  # type: ignore[arg-type]
    except EvaluationError as error:
        return messages.text(error.reason).endswith((".", "…"))
    return found is None or found is NO_FLOW or isinstance(found, str | tuple)
