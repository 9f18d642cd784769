"""Microsoft's documented samples; where one contradicts the documented rules, the rule's value and the reason are given."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from wizard.directory import AttributeValue
from wizard.mapping.expression.expression import NO_FLOW, Context, NoFlow, parse

In = Mapping[str, AttributeValue]
Out = AttributeValue | NoFlow | None
CONTEXT = Context(default_domain="contoso.com", now=datetime(2025, 7, 30, tzinfo=UTC))

HIRED = {"StatusHireDate": "2012-03-16-07:00"}
LONG_AGO = 'CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00")'
UPN = {"userPrincipalName": "John.Doe@contoso.com"}
TITLES = '"4443", "Dr.", "4444", "Prof.", "4445", "Prof. Dr."'
SHORT_NAME = (
    'IIF(Len([LastName]) <= 5, Left(Join("",[LastName],[FirstName]),10), '
    'Join("", Mid([LastName],1,9), Mid([FirstName],1,1)))'
)
ZONES = (
    'Switch([state], "Australia/Sydney", "NSW", "Australia/Sydney","QLD", "Australia/Brisbane", '
    '"SA", "Australia/Adelaide")'
)
HEX_ID = 'Join("", 1000, Replace(ConvertToUTF8Hex([objectId]), , "[a-zA-Z_]*", , "", , ))'
PLAIN_NAME = 'NormalizeDiacritics(StripSpaces(Join(".", [PreferredFirstName], [PreferredLastName])))'
PHONE = (
    'Replace(Replace([telephoneNumber], , "\\\\+(?<isdCode>\\\\d* )(?<phoneNumber>.*)", , "${phoneNumber}", , ), '
    ',"[()\\\\s-]+", ,"", , )'
)
ISD = 'Replace([telephoneNumber], , "\\\\+(?<isdCode>\\\\d* )(?<phoneNumber>.*)", , "${isdCode}", , )'
EXTENSION = '"\\\\+(?<isdCode>\\\\d* )(?<phoneNumber>.* )[x](?<extension>.*)"'
ONE_BACKSLASH = (
    'Switch(Replace([telephoneNumber], , "\\+(?<isdCode>49|44|43|1|352|91)(?<phoneNumber>.*)", , "${isdCode}", , ), '
    ', "43", "AUT", "1", "USA", "49", "GER", "91", "IND")'
)
ACTIVE = 'Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", "True"), "0", "True")'
REHIRED = (
    'Switch([Active], , "1", IIF([StatusRehire]=1, IIF(DateDiff("d", Now(), CDate([StatusHireDate])) >= 0, "False", '
    '"True"), "False"), "0", "True")'
)
CITIES = 'Switch([City], "OU=Default,DC=x", "Dallas", "OU=Dallas,DC=x", "Seattle", "OU=Seattle,DC=x")'
UNITS = (
    'Join("", Switch([SupervisoryOrganization],"","Engineering","OU=Engineering,"), '
    'Switch([CostCenter],"","Modern Workplace","OU=Modern Workplace,"), '
    'Switch([CountryReferenceTwoLetter],"","US","OU=USA,","UK","OU=UK,"), "OU=Users,DC=contoso,DC=com")'
)
FULL = 'Join("", [PreferredLastName], ",", [PreferredFirstName], " ", Mid([PreferredMiddleName],1,1), "-", [WorkerID])'
STARTS = (
    'IgnoreFlowIfNullOrEmpty(IIF(DateDiff("d", Now(), CDate([employeeHireDate])) > 0, "", [userPrincipalName]))'
)
CONTRACT = (
    'NumFromDate(Join("", FormatDateTime([ContractEndDate], ,"yyyy-MM-ddzzz", "yyyy-MM-dd"), "{}23:59:59-08:00"))'
)
OWN_ADDRESS = 'IgnoreFlowIfNullOrEmpty(IIF(InStr([emailAddress],"@contoso.com")=0,"",[emailAddress]))'
PREFERRED = "Coalesce([preferredName], [firstName])"
PROPER = (
    'Join(", ", Join("", Mid([lastName], 1, 1), ToLower(Mid([lastName], 2, 64), )), '
    f'Join("", Mid({PREFERRED}, 1, 1), ToLower(Mid({PREFERRED}, 2, 64), )))'
)
GONE = 'IIF([IsSoftDeleted]="True", Join("_",FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd"),[mail]), [mail])'
PRIMARY = (
    'Switch(Join("+",Switch([businessPhoneIsPrimary],[businessPhoneIsPrimary],"","other"),'
    'Switch([cellPhoneIsPrimary],[cellPhoneIsPrimary],"","other")), "no primary phone", '
    '"true+other", "business phone is primary", "other+true", "cell phone is primary")'
)
LEFT_OU = (
    'IIF(DateDiff("d", Now(), CDate(Switch([latestTerminationDate], [latestTerminationDate], "", "9999-01-01"))) <= -14, '
    '"OU=DELETED,DC=x", Switch([department], "OU=Default,DC=x", "Finance", "OU=Finance,DC=x"))'
)
TOMORROW = 'IgnoreFlowIfNullOrEmpty(IIF(DateDiff("d", Now(), CDate([extensionAttribute9])) <> 1, "", [mail]))'
GUIDS = ("a8cccada-a108-47ae-bf9a-f130499aa4cb", "{26491cfc-9e50-4857-861b-0cb8df22b5d7}")

DOCUMENTED: tuple[tuple[str, str, In, Out], ...] = (
    ("1", 'Append([userPrincipalName], ".test")', UPN, "John.Doe@contoso.com.test"),
    ("2", "BitAnd(&HF, &HF7)", {}, "7"),
    ("3", "CBool([attribute1] = [attribute2])", {"attribute1": "a", "attribute2": "a"}, "True"),
    ("4", "CDate([StatusHireDate])", {"StatusHireDate": "2020-03-16-07:00"}, "3/16/2020 7:00:00 AM"),
    ("6", 'CDate("2009-06-15T01:45:30-07:00")', {}, "6/15/2009 8:45:30 AM"),
    ("7", "Coalesce([mail],[userPrincipalName])", UPN, "John.Doe@contoso.com"),
    ("8", 'ConvertToBase64("Hello world!")', {}, "SABlAGwAbABvACAAdwBvAHIAbABkACEA"),
    ("10", "CStr([dn])", {"dn": "cn=Joe,dc=contoso,dc=com"}, "cn=Joe,dc=contoso,dc=com"),
    ("11", 'DateAdd("d", 7, CDate([StatusHireDate]))', HIRED, "3/23/2012 7:00:00 AM"),
    ("13", 'DateAdd("ww", 2, CDate([StatusHireDate]))', HIRED, "3/30/2012 7:00:00 AM"),
    ("14", 'DateAdd("m", 10, CDate([StatusHireDate]))', HIRED, "1/16/2013 7:00:00 AM"),
    ("16", 'DateDiff("d", CDate("2021-08-18+08:00"), CDate("2021-08-31+08:00"))', {}, "13"),
    ("17", f'DateDiff("d", {LONG_AGO})', {}, "-3449"),
    ("20", f'DateDiff("yyyy", {LONG_AGO})', {}, "-9"),
    ("21", 'DateDiff("d", CDate("2021-08-31+08:00"), CDate("2021-08-31+08:00"))', {}, "0"),
    ("22 h", 'DateDiff("h", CDate("2021-08-24"), CDate("2021-08-25"))', {}, "24"),
    ("22 n", 'DateDiff("n", CDate("2021-08-24"), CDate("2021-08-25"))', {}, "1440"),
    ("22 s", 'DateDiff("s", CDate("2021-08-24"), CDate("2021-08-25"))', {}, "86400"),
    ("24", 'Join("@", [mailNickname], DefaultDomain())', {"mailNickname": "jdoe"}, "jdoe@contoso.com"),
    (
        "25",
        'FormatDateTime([extensionAttribute1], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")',
        {"extensionAttribute1": "20150123105347.1Z"},
        "2015-01-23",
    ),
    ("26", "IgnoreFlowIfNullOrEmpty([department])", {}, NO_FLOW),
    ("27", f'IgnoreFlowIfNullOrEmpty(Switch([prefix], "", {TITLES}))', {"prefix": "9"}, NO_FLOW),
    ("28", f'IgnoreFlowIfNullOrEmpty(Switch([personalTitle], "", {TITLES}))', {"personalTitle": "4443"}, "Dr."),
    ("29 USA", 'IIF([country]="USA",[country],[department])', {"country": "USA", "department": "D"}, "USA"),
    ("29 D", 'IIF([country]="USA",[country],[department])', {"country": "D", "department": "D"}, "D"),
    (
        "30",
        'IIF([country]="USA",IIF([state]="CA","True","False"),"False")',
        {"country": "USA", "state": "CA"},
        "True",
    ),
    ("32", 'InStr("The quick brown fox","quick")', {}, "5"),
    ("34", "Item([proxyAddresses], 1)", {"proxyAddresses": ("a", "b")}, "a"),
    ("35", 'Join(", ", "", [surname], [givenName])', {"surname": "Doe", "givenName": "John"}, "Doe, John"),
    ("36", 'Left("John Doe", 3)', {}, "Joh"),
    ("37 text", 'Len("John Doe")', {}, "8"),
    ("37 whole", "Len(42568)", {}, "5"),
    ("37 decimal", "Len(42568.75)", {}, "8"),
    ("38", SHORT_NAME, {"FirstName": "John", "LastName": "Smith"}, "SmithJohn"),
    ("40", "NormalizeDiacritics([givenName])", {"givenName": "Zoë"}, "Zoe"),
    ("41", "PCase([firstName])", {"firstName": "PABLO GONSALVES (SECOND)"}, "Pablo Gonsalves (Second)"),
    (
        "44",
        'Replace([BusinessTitle],"Product Developer", , , "Software Engineer", , )',
        {"BusinessTitle": "Product Developer"},
        "Software Engineer",
    ),
    (
        "45",
        'Replace([UserID],"<username>", , , , , "<username>@contoso.com")',
        {"UserID": "jsmith"},
        "jsmith@contoso.com",
    ),
    (
        "48",
        'Replace([PrimaryWorkTelephone], , "[()\\\\s-]+", , "", , )',
        {"PrimaryWorkTelephone": "+1 (555) 123-4567"},
        "+15551234567",
    ),
    (
        "50",
        'Replace([userPrincipalName], , "(?<Suffix>@(.)*)", "Suffix", "", , )',
        {"userPrincipalName": "jsmith@contoso.com"},
        "jsmith",
    ),
    ("52", 'Replace([mailNickname], , "[a-zA-Z_]*", , "", , )', {"mailNickname": "john_doe72"}, "72"),
    ("54", 'Replace([preferredLanguage], "-", , , "_", ,  )', {"preferredLanguage": "EN-US"}, "EN_US"),
    (
        "55",
        'Split([extensionAttribute5], ",")',
        {"extensionAttribute5": "PermissionSetOne, PermissionSetTwo"},
        ("PermissionSetOne", "PermissionSetTwo"),
    ),
    ("56", ZONES, {"state": "QLD"}, "Australia/Brisbane"),
    ("57", ZONES, {"state": "VIC"}, "Australia/Sydney"),
    ("59", 'Switch([statusFlag], "Default Value", "true", "1", "", "0")', {}, "0"),
    ("61 in", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": False}, "True"),
    ("61 out", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": "True"}, "False"),
    ("63", 'Word("The quick brown fox",3," ")', {}, "brown"),
    (
        "65",
        "Append(Mid([givenName], 1, 3), Mid([surname], 1, 5))",
        {"givenName": "John", "surname": "Doe"},
        "JohDoe",
    ),
    (
        "67",
        HEX_ID,
        {"objectId": "d05e47b1-3909-445a-ba5e-ca60cbc0e4b4"},
        "100064303565343762312333930392343435612626135652636136306362633065346234",
    ),
    (
        "68",
        'Append("SMTP:", Join("@", Join(".", [givenName], [surname]), "contoso.com"))',
        {"givenName": "John", "surname": "Doe"},
        "SMTP:John.Doe@contoso.com",
    ),
    (
        "70",
        'Replace([PreferredNameData], , "(?<firstName>[a-zA-Z]+ )(?<lastName>[a-zA-Z]+)", ,"${lastName}", ,)',
        {"PreferredNameData": "John Smith"},
        "Smith",
    ),
    (
        "71",
        'Replace([WorkerID], , "(?<leadingZeros>^0+)(?<actualValue>[a-zA-Z0-9]+)", , "${actualValue}", ,)',
        {"WorkerID": "00012345"},
        "12345",
    ),
    ("73", 'Replace(PCase("st john\'s hospital"),"\'S", , ,"\'s", , )', {}, "St John's Hospital"),
    (
        "74",
        f"ToLower({PLAIN_NAME})",
        {"PreferredFirstName": "José", "PreferredLastName": "García-López"},
        "jose.garcia-lopez",
    ),
    ("77", PHONE, {"telephoneNumber": "+1 737-626-8331"}, "7376268331"),
    ("78", PHONE, {"telephoneNumber": "+1 (555) 123-4567"}, "5551234567"),
    ("80", ONE_BACKSLASH, {"telephoneNumber": "+493012345678"}, "GER"),
    (
        "81",
        f'Replace(Replace([telephoneNumber], , {EXTENSION}, , "${{phoneNumber}}", , ), ,"[()\\\\s-]+", ,"", , )',
        {"telephoneNumber": "+1 (206) 291-8163 x8125"},
        "2062918163",
    ),
    (
        "82",
        f'Replace([telephoneNumber], , {EXTENSION}, , "${{extension}}", , )',
        {"telephoneNumber": "+1 (206) 291-8163 x8125"},
        "8125",
    ),
    ("83 1", 'Switch([Active], , "1", "False", "0", "True")', {"Active": "1"}, "False"),
    ("83 0", 'Switch([Active], , "1", "False", "0", "True")', {"Active": "0"}, "True"),
    ("84 soon", ACTIVE, {"Active": "1", "StatusHireDate": "2025-08-10"}, "False"),
    ("84 later", ACTIVE, {"Active": "1", "StatusHireDate": "2025-09-15"}, "True"),
    ("86", CITIES, {"City": "Chicago"}, "OU=Default,DC=x"),
    (
        "87",
        UNITS,
        {
            "SupervisoryOrganization": "Engineering",
            "CostCenter": "Modern Workplace",
            "CountryReferenceTwoLetter": "US",
        },
        "OU=Engineering,OU=Modern Workplace,OU=USA,OU=Users,DC=contoso,DC=com",
    ),
    (
        "89",
        'Join(", ", [PreferredLastName], [PreferredFirstName])',
        {"PreferredLastName": "Smith", "PreferredFirstName": "John"},
        "Smith, John",
    ),
    (
        "90",
        FULL,
        {
            "PreferredLastName": "Johnson",
            "PreferredFirstName": "Sarah",
            "PreferredMiddleName": "Elizabeth",
            "WorkerID": "12345",
        },
        "Johnson,Sarah E-12345",
    ),
    ("91", f'Split(Join(",","{GUIDS[0]}","{GUIDS[1]}"), ",")', {}, GUIDS),
    ("92 began", STARTS, {"employeeHireDate": "2025-07-15", **UPN}, "John.Doe@contoso.com"),
    ("92 begins", STARTS, {"employeeHireDate": "2025-08-15", **UPN}, NO_FLOW),
    ("95", CONTRACT.format(" "), {"ContractEndDate": "2020-12-31-08:00"}, "132539615990000000"),
    (
        "96",
        'Replace(Join("","00000000",[personIdExternal]), ,"(.*?)(?<id>.{0,8})$", ,"${id}", ,)',
        {"personIdExternal": "12345"},
        "00012345",
    ),
    (
        "97",
        'Append("05",Replace(Join("","000000",[employeeId]), ,"(.*?)(?<id>.{0,6})$", ,"${id}", ,))',
        {"employeeId": "789"},
        "05000789",
    ),
    ("98", 'Join("",Mid([lastName],1,1),ToLower(Mid([lastName],2,64)))', {"lastName": "JOHNSON"}, "Johnson"),
    ("99", 'Replace([firstName]," ", , ,".", , )', {"firstName": "Mary Ann"}, "Mary.Ann"),
    ("100 own", OWN_ADDRESS, {"emailAddress": "john.doe@contoso.com"}, "john.doe@contoso.com"),
    ("100 other", OWN_ADDRESS, {"emailAddress": "john.doe@external.com"}, NO_FLOW),
    (
        "102 preferred",
        PROPER,
        {"lastName": "JOHNSON", "preferredName": "Mike", "firstName": "Michael"},
        "Johnson, Mike",
    ),
    ("102 empty", PROPER, {"lastName": "SMITH", "preferredName": "", "firstName": "Robert"}, "Smith, Robert"),
    (
        "104",
        GONE,
        {"IsSoftDeleted": "True", "mail": "john.smith@company.com"},
        "2025-07-30_john.smith@company.com",
    ),
    ("105", PRIMARY, {"businessPhoneIsPrimary": "", "cellPhoneIsPrimary": "true"}, "cell phone is primary"),
    ("106 new", LEFT_OU, {"latestTerminationDate": "2025-07-25", "department": "Finance"}, "OU=Finance,DC=x"),
    ("106 old", LEFT_OU, {"latestTerminationDate": "2025-07-10", "department": "Law"}, "OU=DELETED,DC=x"),
    ("110", "Redact([userPrincipalName])", UPN, "John.Doe@contoso.com"),
    ("113", 'Append("Company name: ", "\\"Contoso\\"")', {}, 'Company name: "Contoso"'),
    ("115", 'Switch([givenName],[givenName],"",[displayName])', {"displayName": "Ann Bee"}, "Ann Bee"),
    ("Left 0", "Left([s], 0)", {"s": "abc"}, ""),
    ("Left -1", "Left([s], -1)", {"s": "abc"}, "abc"),
    ("Word 0", 'Word([s], 0, " ")', {"s": "a b"}, ""),
    ("Word 99", 'Word([s], 99, " ")', {"s": "a b"}, ""),
    ("Mid past", 'Mid("abc",2,99)', {}, "bc"),
    ("Not x", 'Not("x")', {}, "True"),
    ("Len NULL", "Len([absent])", {}, "0"),
    ("Coalesce NULL", "Coalesce([absent],[absent])", {}, None),
    ("Coalesce empty", 'Coalesce([absent],"")', {}, ""),
)

CORRECTED: tuple[tuple[str, str, In, Out, str], ...] = (
    (
        "47",
        'Replace([mobile], , "[()\\\\s-]+", , "", , )',
        {"mobile": "+1 (999) 888-7777"},
        "+19998887777",
        "the pattern has no plus sign, so the plus stays; the Workday guide shows it so for the same expression",
    ),
    (
        "66",
        HEX_ID,
        {"objectId": "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"},
        "100030306161303061612626231312636332322646433332343465653434656534346565",
        "the printed number belongs to another GUID (vector 67); the id was made anonymous, the result was not",
    ),
    (
        "76",
        f'Join("@", {PLAIN_NAME}, "contoso.com")',
        {"PreferredFirstName": "María", "PreferredLastName": "José González"},
        "Maria.JoseGonzalez@contoso.com",
        "nothing in the expression makes it lower case",
    ),
    (
        "79",
        f'Switch({ISD}, "USA", "1", "USA", "44", "GBR", "49", "DEU")',
        {"telephoneNumber": "+44 20 7946 0958"},
        "USA",
        'the group takes the blank too, and "44 " is not the key "44"',
    ),
    (
        "85",
        REHIRED,
        {"Active": "1", "StatusRehire": "1", "StatusHireDate": "2025-08-15"},
        "False",
        "DateDiff is positive where the second date is later, so the inner check holds",
    ),
    (
        "88",
        UNITS,
        {"SupervisoryOrganization": "Sales", "CostCenter": "Marketing", "CountryReferenceTwoLetter": "UK"},
        "OU=UK,OU=Users,DC=contoso,DC=com",
        "UK is one of the keys",
    ),
    (
        "93",
        CONTRACT.format("T"),
        {"ContractEndDate": "2025-12-31-08:00"},
        "134117279990000000",
        "the printed number is no file time of that date",
    ),
    (
        "94",
        'NumFromDate(Join("",FormatDateTime(DateAdd("yyyy", 5, CDate([StatusHireDate])), , "yyyy-MM-dd", '
        '"yyyy-MM-dd")," 23:59:59-05:00"))',
        {"StatusHireDate": "2025-01-15"},
        "135392435990000000",
        "the printed number is no file time of that date; a date from DateAdd need not match the input format",
    ),
    (
        "107",
        'Replace([username], , "' + r"[\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>]|@.*$" + '", , "", , )',
        {"username": "john.smith@external.com"},
        "john.smith",
        "the class of characters to take away has no dot",
    ),
    (
        "108",
        TOMORROW,
        {"extensionAttribute9": "2025-07-31", "mail": "a@contoso.com"},
        "a@contoso.com",
        "the difference is 1, so the check fails and the address flows",
    ),
    (
        "109",
        'NumFromDate("2099-12-31T23:59:59-04:00")',
        {},
        "157469327990000000",
        "the printed number is no file time of that date",
    ),
    (
        "114",
        'Replace(NormalizeDiacritics(StripSpaces(Join(".", [f], [l]))), , "[\\"\',]+", , "", , )',
        {"f": "Mary-Ann", "l": "O'Connor"},
        "Mary-Ann.OConnor",
        "nothing makes it lower case, and the class has no hyphen",
    ),
)


@pytest.mark.parametrize(
    ("expression", "values", "out"), [v[1:] for v in DOCUMENTED], ids=[v[0] for v in DOCUMENTED]
)
def test_documented_sample(expression: str, values: In, out: Out) -> None:
    assert parse(expression).evaluate(values, CONTEXT) == out


@pytest.mark.parametrize(
    ("expression", "values", "out"), [v[1:4] for v in CORRECTED], ids=[v[0] for v in CORRECTED]
)
def test_sample_that_contradicts_its_rules(expression: str, values: In, out: Out) -> None:
    assert parse(expression).evaluate(values, CONTEXT) == out
