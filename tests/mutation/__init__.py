"""Mutation testing of what decides about people's access, on demand (see `__main__`)."""
