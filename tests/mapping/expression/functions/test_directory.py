"""What the tenant gives to expressions."""

from tests.mapping.expression.evaluation import value


def test_the_domain_is_the_tenants() -> None:
    assert value("DefaultDomain()") == "contoso.com"
