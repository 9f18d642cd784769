"""The expression language: Microsoft's own samples, and what it refuses."""

import pytest

from wizard.sandbox.entra.synchronization.expressions import NotParsed, described, evaluated, parsed
from wizard.sandbox.entra.synchronization.functions import FUNCTIONS, EvaluationFailed, Value

VECTORS: list[tuple[str, dict[str, Value], Value]] = [
    ('Append([userPrincipalName], ".test")', {"userPrincipalName": "j@c.com"}, "j@c.com.test"),
    ("BitAnd(&HF, &HF7)", {}, "7"),
    ("CBool([a] = [b])", {"a": "a", "b": "a"}, "True"),
    ("CDate([d])", {"d": "2020-03-16-07:00"}, "3/16/2020 7:00:00 AM"),
    ("Coalesce([mail],[userPrincipalName])", {"userPrincipalName": "j@c.com"}, "j@c.com"),
    ('ConvertToBase64("Hello world!")', {}, "SABlAGwAbABvACAAdwBvAHIAbABkACEA"),
    ('DateAdd("d", 7, CDate([d]))', {"d": "2012-03-16-07:00"}, "3/23/2012 7:00:00 AM"),
    ('DateAdd("m", 10, CDate([d]))', {"d": "2012-03-16-07:00"}, "1/16/2013 7:00:00 AM"),
    ('DateDiff("d", CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00"))', {}, "-3449"),
    ('DateDiff("n", CDate("2021-08-24"), CDate("2021-08-25"))', {}, "1440"),
    ('Join("@", [mailNickname], DefaultDomain())', {"mailNickname": "jdoe", "defaultDomain": "c.com"}, "jdoe@c.com"),
    ("IgnoreFlowIfNullOrEmpty([department])", {}, None),
    ('IIF([country]="USA",[country],[department])', {"country": "USA", "department": "D"}, "USA"),
    ('IIF([country]="",[country],[department])', {"department": "D"}, "D"),
    ('InStr("The quick brown fox","quick")', {}, "5"),
    ("Item([proxyAddresses], 1)", {"proxyAddresses": ["a", "b"]}, "a"),
    ('Join(", ", "", [surname], [givenName])', {"surname": "Doe", "givenName": "John"}, "Doe, John"),
    ('Left("John Doe", 3)', {}, "Joh"),
    ("Len(42568.75)", {}, "8"),
    ("NormalizeDiacritics([givenName])", {"givenName": "Zoë Großmann Łukasz"}, "Zoe Grossmann Lukasz"),
    ("PCase([n])", {"n": "PABLO GONSALVES (SECOND)"}, "Pablo Gonsalves (Second)"),
    ('Replace([t],"Product Developer", , , "Software Engineer", , )', {"t": "Product Developer"}, "Software Engineer"),
    ('Replace([u],"<username>", , , , , "<username>@contoso.com")', {"u": "jsmith"}, "jsmith@contoso.com"),
    (r'Replace([p], , "[()\\s-]+", , "", , )', {"p": "+1 (555) 123-4567"}, "+15551234567"),
    ('Replace([u], , "(?<Suffix>@(.)*)", "Suffix", "", , )', {"u": "jsmith@contoso.com"}, "jsmith"),
    ('Replace([n], , "(?<zeros>^0+)(?<rest>[a-z0-9]+)", , "${rest}", ,)', {"n": "00012345"}, "12345"),
    ('Split([e], ",")', {"e": "One, Two"}, ["One", "Two"]),
    ('Switch([state], "Sydney", "NSW", "Sydney","QLD", "Brisbane")', {"state": "QLD"}, "Brisbane"),
    ('Switch([flag], "Default", "true", "1", "", "0")', {}, "0"),
    ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": "True"}, "False"),
    ('Word("The quick brown fox",3," ")', {}, "brown"),
    ('Append("Company name: ", "\\"Contoso\\"")', {}, 'Company name: "Contoso"'),
    ('ToLower(StripSpaces(Join(".", [f], [l])), )', {"f": "José", "l": "De Luca"}, "josé.deluca"),
    ('Not("x")', {}, "True"),
    ('Mid("abc",2,99)', {}, "bc"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "attributes", "value"), VECTORS)
def test_the_documented_samples(text: str, attributes: dict[str, Value], value: Value) -> None:
    assert evaluated(parsed(text), attributes) == value


@pytest.mark.parametrize(
    "text", ["", "Nonsense([a])", "Append([a]", 'Append([a], "b', "Append([a]) Append([b])", "x" * 10_001]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(NotParsed):
        parsed(text)


@pytest.mark.parametrize("text", ["Left([a], [b])", "Switch([a])", "DefaultDomain()", 'CDate("soon")'])
def test_what_cannot_be_carried_out_fails(text: str) -> None:
    with pytest.raises(EvaluationFailed):
        evaluated(parsed(text), {"a": "a", "b": "b"})


def test_a_call_is_described_with_the_names_that_the_api_uses() -> None:
    told = described(parsed('Replace([a], , "b", , "c", , )'))
    assert [pair["key"] for pair in told["parameters"]] == ["source", "RegularExpression", "Replacement"]
    inner = described(parsed('Join(" ", [givenName], ToLower([surname], ))'))
    assert [pair["key"] for pair in inner["parameters"]] == ["separator", "source", "source"]
    assert inner["parameters"][2]["value"]["expression"] == "ToLower([surname], )"
    assert described(parsed('"a\\"b"'))["expression"] == '"a\\"b"'


def test_every_function_names_its_parameters() -> None:
    assert all(function.keys(5) for function in FUNCTIONS.values())
