"""Laws of the whole engine against the sandbox over HTTP, with a count of what the examples contained."""
