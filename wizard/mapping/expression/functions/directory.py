"""Functions that depend on the tenant: its domain, app roles, values that must be unique."""

from wizard.errors import Message
from wizard.mapping.expression.errors import DoesNotApply, EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import Anything, Context, Values


@function("DefaultDomain")
def default_domain(context: Context) -> str:
    """The default verified domain of the tenant. An error if it is unknown."""
    if not context.default_domain:
        raise EvaluationError(Message("default-domain-unknown"))
    return context.default_domain


@function("SelectUniqueValue", applies=False)
def select_unique_value(unique_value_rule1: Anything, *further_rules: Anything) -> str:
    """Not available for AWS: Entra ID supports it for on-premises Active Directory only."""
    raise DoesNotApply(Message("select-unique-value-not-applicable"))


@function("SingleAppRoleAssignment")
def single_app_role_assignment(app_role_assignments: Values) -> str:
    """The person's app role in the enterprise application. Not available for files."""
    if len(app_role_assignments) > 1:
        raise EvaluationError(Message("several-app-roles"))
    return _roles(app_role_assignments, "SingleAppRoleAssignment")[0]


@function("AppRoleAssignments")
def app_role_assignments(app_role_assignments: Values) -> tuple[str, ...]:
    """The person's app roles in the enterprise application. Not available for files."""
    return _roles(app_role_assignments, "AppRoleAssignments")


@function("AppRoleAssignmentsComplex", applies=False)
def app_role_assignments_complex(app_role_assignments: Anything) -> str:
    """Not available for AWS: it fills the SCIM attribute roles, which AWS does not accept."""
    raise DoesNotApply(Message("roles-not-applicable", function="AppRoleAssignmentsComplex"))


@function("AssertiveAppRoleAssignmentsComplex", applies=False)
def assertive_app_role_assignments_complex(app_role_assignments: Anything) -> str:
    """Not available for AWS: it fills the SCIM attribute roles, which AWS does not accept."""
    raise DoesNotApply(Message("roles-not-applicable", function="AssertiveAppRoleAssignmentsComplex"))


def _roles(roles: tuple[str, ...], function_name: str) -> tuple[str, ...]:
    if not roles:
        raise DoesNotApply(Message("app-roles-not-applicable", function=function_name))
    return roles
