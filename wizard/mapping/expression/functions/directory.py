"""Functions that depend on the tenant: its domain, app roles, values that must be unique."""

from wizard.mapping.expression.errors import DoesNotApply, EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import Anything, Context, Values


@function("DefaultDomain")
def default_domain(context: Context) -> str:
    """The tenant's default verified domain; an error where none is known."""
    if not context.default_domain:
        raise EvaluationError(
            "The directory's default domain is not known. Write the domain itself as text in quotes, or name it with "
            "--domain."
        )
    return context.default_domain


@function("SelectUniqueValue")
def select_unique_value(unique_value_rule1: Anything, *further_rules: Anything) -> str:
    """Does not apply: Entra asks an on-premises Active Directory for a free value; AWS cannot be asked so."""
    raise DoesNotApply(
        "SelectUniqueValue does not apply to AWS: Entra offers it only where people go to an on-premises Active "
        "Directory. Use an attribute that is unique already, as the user principal name."
    )


@function("SingleAppRoleAssignment")
def single_app_role_assignment(app_role_assignments: Values) -> str:
    """The name of the one app role a person has in Entra's application; a file has none."""
    if len(app_role_assignments) > 1:
        raise EvaluationError("SingleAppRoleAssignment is for people with one app role; this person has several.")
    return _roles(app_role_assignments, "SingleAppRoleAssignment")[0]


@function("AppRoleAssignments")
def app_role_assignments(app_role_assignments: Values) -> tuple[str, ...]:
    """The names of a person's app roles in Entra's application; a file has none. Only in Graph's own list."""
    return _roles(app_role_assignments, "AppRoleAssignments")


@function("AppRoleAssignmentsComplex")
def app_role_assignments_complex(app_role_assignments: Anything) -> str:
    """Does not apply: it feeds the SCIM attribute roles, which AWS does not take."""
    raise DoesNotApply(_no_roles("AppRoleAssignmentsComplex"))


@function("AssertiveAppRoleAssignmentsComplex")
def assertive_app_role_assignments_complex(app_role_assignments: Anything) -> str:
    """Does not apply: it feeds the SCIM attribute roles, which AWS does not take."""
    raise DoesNotApply(_no_roles("AssertiveAppRoleAssignmentsComplex"))


def _roles(roles: tuple[str, ...], function_name: str) -> tuple[str, ...]:
    if not roles:
        raise DoesNotApply(
            f"{function_name} does not apply: app roles belong to an application in Entra, and this directory has none. "
            "Use a column of the file."
        )
    return roles


def _no_roles(function_name: str) -> str:
    return f"{function_name} does not apply to AWS: its values belong into the attribute roles, which AWS does not take."
