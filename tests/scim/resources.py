"""Resources as mappings make them, for hypothesis."""

from hypothesis import strategies as st

from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, Known, Resource

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20)
USER_TEXTS = (
    "userName",
    "displayName",
    "title",
    'emails[type eq "work"].value',
    "preferredLanguage",
    "name.givenName",
    "name.familyName",
    "name.formatted",
    *(
        f'addresses[type eq "work"].{sub}'
        for sub in ("formatted", "streetAddress", "locality", "region", "postalCode", "country")
    ),
    'phoneNumbers[type eq "work"].value',
    "externalId",
    "locale",
    "timezone",
    *(
        f"{ENTERPRISE_SCHEMA}:{sub}"
        for sub in ("employeeNumber", "department", "division", "costCenter", "organization")
    ),
    "nickName",
    "userType",
    "name.middleName",
    "profileUrl",
)
USERS: st.SearchStrategy[Resource] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(USER_TEXTS, TEXT),
        "active": st.booleans(),
        MANAGER: st.from_regex(r"[0-9a-f]{10}", fullmatch=True).map(Known),
    },
)
