"""Identity Center Wizard: people and groups from a directory into AWS IAM Identity Center."""

__version__ = "0.1.0"
