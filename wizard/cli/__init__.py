"""The commands: the same use cases without a window, with exit codes that scripts may rely on."""

from wizard.cli.main import main

__all__ = ["main"]
