"""The parts of step 3 for a tenant of Entra ID."""
