"""Step 3 with a tenant of Entra ID, in its parts."""
