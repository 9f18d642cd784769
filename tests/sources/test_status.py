"""Who is enabled: the columns of usual products and languages, and nothing unknown ever means enabled."""

import pytest

from tests.sources.files import WriteFile, codes, read
from wizard.directory import DirectorySnapshot
from wizard.sources.status import is_inverse, looks_like_status, meaning


def states(snapshot: DirectorySnapshot) -> dict[str, bool | None]:
    """Id -> enabled; None = not provisioned because the status is not known."""
    known: dict[str, bool | None] = {user.id: user.enabled for user in snapshot.users}
    return known | {problem.source_id: None for problem in snapshot.problems}


def of_values(file: WriteFile, heading: str, *values: str, **choices: object) -> list[bool | None]:
    content = [["id", "upn", heading], *([str(n), f"u{n}@x", value] for n, value in enumerate(values))]
    found = states(read(file("p.csv", content), **choices))
    return [found[str(n)] for n in range(len(values))]


@pytest.mark.parametrize(
    ("heading", "enabled", "disabled"),
    [
        ("Status", "Active", "Inactive"),
        ("status", "ACTIVE", "DEPROVISIONED"),
        ("status", "PASSWORD_EXPIRED", "SUSPENDED"),
        ("Status [READ ONLY]", "Active", "Archived"),
        ("state", "ACTIVATED", "SUSPENDED"),
        ("suspended", "False", "True"),
        ("Employment Status", "Full-Time", "Terminated"),
        ("Terminated", "No", "Yes"),
        ("userAccountControl", "512", "514"),
        ("userAccountControl", "66048", "66050"),
        ("userAccountControl", "0x200", "0x202"),
        ("nsAccountLock", "FALSE", "TRUE"),
        ("Active/Inactive", "Active", "Inactive"),
        ("is_active", "1", "0"),
        ("Status", "Aktiv", "Inaktiv"),
        ("Status", "aktiv", "Ausgeschieden"),
        ("Anmeldung blockiert", "Nein", "Ja"),
        ("Bloquear credencial", "Falso", "Verdadero"),
        ("Estado", "Activo", "Baja"),
        ("Bloquer les informations d'identification", "Faux", "Vrai"),
        ("Statut", "Actif", "Désactivé"),
        ("Bloquear credenciais", "Falso", "Verdadeiro"),
        ("Situação", "Ativo", "Desligado"),
        ("Blocca credenziali", "Falso", "Vero"),
        ("Stato", "Attivo", "Cessato"),
        ("Referentie blokkeren", "Onwaar", "Waar"),
        ("Status", "In dienst", "Uit dienst"),
        ("サインインをブロック", "いいえ", "はい"),
        ("在籍状況", "在籍中", "退職"),
    ],
)
def test_status_columns_of_products_and_languages(
    file: WriteFile, heading: str, enabled: str, disabled: str
) -> None:
    assert of_values(file, heading, enabled, disabled) == [True, False]


@pytest.mark.parametrize(
    ("heading", "inverse"),
    [
        ("accountEnabled", False),
        ("Block sign in (Yes/No) [accountEnabled] Required", True),
        ("Terminated", True),
        ("Inactive", True),
        ("désactivé", True),
        ("Not active", True),
        ("Active/Inactive", False),
        ("Employed", False),
        ("Ausgeschieden", True),
        ("Sospeso", True),
        ("無効", True),
    ],
)
def test_the_sense_of_a_heading(heading: str, inverse: bool) -> None:
    assert is_inverse(heading) is inverse


@pytest.mark.parametrize("value", ["perhaps", "", "  ", "On leave", "#REF!", "System.Boolean"])
def test_an_unknown_status_never_enables(file: WriteFile, value: str) -> None:
    assert of_values(file, "Status", "Active", value, "Inactive") == [True, None, False]


def test_a_status_column_without_any_value_enables_nobody(file: WriteFile) -> None:
    snapshot = read(file("p.csv", [["id", "accountEnabled"], ["1", ""], ["2", ""]]))
    assert states(snapshot) == {"1": None, "2": None}
    assert "status-column-empty" in codes(snapshot.notes)
    assert codes(problem.message for problem in snapshot.problems) == ["status-empty"] * 2


@pytest.mark.parametrize("word", ["enabled", "disabled", "active"])
def test_a_word_that_could_mean_either_is_not_known(word: str) -> None:
    assert meaning(word, "Blocked") is None


@pytest.mark.parametrize("code", ["A", "T", "1", "0", "Y", "N"])
def test_a_code_under_a_status_is_not_known(code: str) -> None:
    assert meaning(code, "Employee Status") is None
    assert meaning("T", "Active") is None


def test_yes_under_a_heading_of_two_senses_is_not_known() -> None:
    assert meaning("yes", "Active / Inactive") is None


def test_a_column_chosen_by_hand_keeps_the_sense_of_its_heading(file: WriteFile) -> None:
    chosen = {"columns": (("Gone since 2020", "accountEnabled"), ("Terminated", "accountEnabled"))[1:]}
    assert of_values(file, "Terminated", "No", "Yes", **chosen) == [True, False]


def test_a_person_says_which_values_mean_enabled(file: WriteFile) -> None:
    chosen = {"columns": (("Flag", "accountEnabled"),), "enabled_values": ("no", "(empty)")}
    assert of_values(file, "Flag", "No", "Yes", "", **chosen) == [True, False, True]
    both = {**chosen, "enabled_values": ("A",), "disabled_values": ("B",)}
    assert of_values(file, "Flag", "a", "b", "c", "", **both) == [True, False, None, None]


def test_values_are_shown_with_their_meaning_and_number(file: WriteFile) -> None:
    snapshot = read(file("p.csv", [["id", "Status"], ["1", "Active"], ["2", "Active"], ["3", "Gone?"]]))
    (column,) = snapshot.status
    assert [(value.text, value.count, value.enabled) for value in column.values] == [
        ("Active", 2, True),
        ("Gone?", 1, None),
    ]
    (unknown,) = (note for note in snapshot.notes if note.code == "status-values-unknown")
    assert (unknown.args["count"], unknown.args["values"]) == (1, ("Gone?",))


def test_another_status_column_can_disable_and_never_enables(file: WriteFile) -> None:
    content = [
        ["id", "suspended", "archived", "Status"],
        ["1", "False", "False", "Active"],
        ["2", "False", "True", "Active"],
        ["3", "True", "False", "Active"],
        ["4", "False", "", "Terminated"],
        ["5", "", "False", "Active"],
    ]
    found = states(read(file("p.csv", content)))
    assert found == {"1": True, "2": False, "3": False, "4": False, "5": None}


@pytest.mark.parametrize(
    "heading", ["Termination Date", "Contract end", "HR status code", "Left on", "Austrittsdatum"]
)
def test_an_unused_column_that_looks_like_a_status_is_named(file: WriteFile, heading: str) -> None:
    notes = read(file("p.csv", [["id", "accountEnabled", heading], ["1", "True", "X"]])).notes
    assert [note.args["heading"] for note in notes if note.code == "status-column-not-used"] == [heading]


@pytest.mark.parametrize(
    ("heading", "enabled", "disabled"),
    [
        ("HR record status", "Active", "Terminated"),
        ("Bloqueo de inicio de sesión", "Falso", "Verdadero"),
        ("Has left the company", "no", "yes"),
        ("Terminated since 2020", "N", "Y"),
    ],
)
def test_a_similar_heading_counts_where_each_value_has_a_meaning(
    file: WriteFile, heading: str, enabled: str, disabled: str
) -> None:
    assert of_values(file, heading, enabled, disabled) == [True, False]
    notes = read(file("q.csv", [["id", heading], ["1", enabled], ["2", "perhaps"]])).notes
    assert {"no-status-column", "status-column-not-used"} <= set(codes(notes))


@pytest.mark.parametrize("heading", ["MFA Status", "Email enabled", "Active manager", "Password blocked"])
def test_a_status_of_something_else_disables_nobody(file: WriteFile, heading: str) -> None:
    assert of_values(file, heading, "Enabled", "Disabled") == [True, True]


@pytest.mark.parametrize(
    "heading",
    [
        "Marital status",
        "invitationState",
        "Department",
        "legalAgeGroupClassification",
        "Region",
        "Street",
        "state",
    ],
)
def test_other_columns_are_not_taken_for_a_status(heading: str) -> None:
    assert not looks_like_status(heading)


def test_states_of_a_country_are_no_status(file: WriteFile) -> None:
    snapshot = read(file("p.csv", [["id", "state"], ["1", "Bremen"], ["2", "Hessen"]]))
    assert [user.text("state") for user in snapshot.users] == ["Bremen", "Hessen"]
    assert "no-status-column" in codes(snapshot.notes)


def test_a_status_stays_an_attribute_for_filters(file: WriteFile) -> None:
    snapshot = read(file("p.csv", [["id", "Status"], ["1", "Active"]]))
    assert snapshot.users[0].text("Status") == "Active"
    assert "Status" in snapshot.attributes
    assert [(column.heading, column.filled) for column in snapshot.columns] == [("id", 1), ("Status", 1)]


def test_a_column_left_out_by_hand_is_not_used(file: WriteFile) -> None:
    assert of_values(file, "Status", "Inactive", columns=(("Status", ""),)) == [True]
