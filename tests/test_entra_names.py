"""Names of Entra ID and Microsoft Graph."""

import pytest

from wizard.entra_names import ENTRA_NAMES, GRAPH_PROPERTIES, canonical_name, guest_user_name, is_entra_name


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("nora.lind_partner.example#EXT#@tidewater.example", "nora.lind@partner.example"),
        ("first_last_partner.example#EXT#@tidewater.example", "first_last@partner.example"),
        ("bo_the_boat_fabrikam.example#ext#@contoso.example", "bo_the_boat@fabrikam.example"),
        ("odd#EXT#@tidewater.example", "odd#EXT#@tidewater.example"),
        ("ingrid@tidewater.example", "ingrid@tidewater.example"),
        ("bo_b@contoso.example", "bo_b@contoso.example"),
    ],
)
def test_a_guest_has_the_own_address(name: str, own: str) -> None:
    assert guest_user_name(name) == own


@pytest.mark.parametrize(
    ("name", "entra"),
    [
        ("officeLocation", "physicalDeliveryOfficeName"),
        ("Office_Location", "physicalDeliveryOfficeName"),
        ("id", "objectId"),
        ("User principal name", "userPrincipalName"),
        ("employeeOrgData", "employeeOrgData"),
        ("Shoe size", "Shoe size"),
    ],
)
def test_names_of_graph_and_spellings_become_entra_names(name: str, entra: str) -> None:
    assert canonical_name(name) == entra
    assert is_entra_name(name) == (entra in ENTRA_NAMES)


def test_every_renamed_attribute_is_an_entra_name() -> None:
    assert set(GRAPH_PROPERTIES) <= set(ENTRA_NAMES)
    assert len(set(ENTRA_NAMES)) == len(ENTRA_NAMES)
