"""Names of mappings and names of Graph."""

from wizard.entra_names import MAPPABLE_NAMES
from wizard.graph.reading import attributes_of, selected

PERSON = {
    "id": "1", "accountEnabled": True, "userPrincipalName": "a@x.example", "businessPhones": ["+1", "+2"],
    "mobilePhone": "+3", "officeLocation": "Bremen", "faxNumber": "+4", "otherMails": ["b@x.example"],
    "employeeOrgData": {"costCenter": "C1", "division": None}, "proxyAddresses": [], "displayName": "",
    "onPremisesExtensionAttributes": {"extensionAttribute1": "one", "extensionAttribute2": None},
    "extension_0123_shoeSize": 42,
}  # fmt: skip


def test_a_person_has_the_older_names_and_no_empty_values() -> None:
    wanted = (*MAPPABLE_NAMES, "extension_0123_shoeSize")
    assert attributes_of(PERSON, [name for name in wanted if name != "manager"]) == {
        "userPrincipalName": "a@x.example", "originalUserPrincipalName": "a@x.example", "objectId": "1",
        "telephoneNumber": "+1", "mobile": "+3", "physicalDeliveryOfficeName": "Bremen",
        "facsimileTelephoneNumber": "+4", "otherMails": ("b@x.example",), "costCenter": "C1",
        "extensionAttribute1": "one", "extension_0123_shoeSize": "42",
    }  # fmt: skip


def test_only_what_is_asked_for_is_selected() -> None:
    assert selected(["telephoneNumber", "manager", "IsSoftDeleted"]) == (
        "accountEnabled", "businessPhones", "displayName", "id", "userPrincipalName", "userType",
    )  # fmt: skip
    assert "onPremisesExtensionAttributes" in selected(["extensionAttribute7"])
    assert "extension_0123_shoeSize" in selected(["extension_0123_shoeSize"])
