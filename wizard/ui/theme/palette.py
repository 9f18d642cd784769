"""A theme as Qt's palette: every role, for controls that are on and off."""

from PySide6.QtGui import QColor, QPalette

from wizard.ui.theme.colors import Theme

_Role = QPalette.ColorRole


def palette_of(theme: Theme) -> QPalette:
    """The palette of a theme.

    Built from button and window, so that Qt computes the light, mid and dark roles in between itself; setting roles
    one by one would leave those of the light theme in the dark one.
    """
    palette = QPalette(QColor(theme.btn), QColor(theme.window))
    for role, colour in _roles(theme).items():
        palette.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.PlaceholderText, _Role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.distext))
    for role in (_Role.Base, _Role.Button, _Role.Highlight):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.dis))
    return palette


def rail_palette(theme: Theme) -> QPalette:
    """The same with the rail's ground as its window."""
    palette = palette_of(theme)
    palette.setColor(_Role.Window, QColor(theme.rail))
    return palette


def _roles(theme: Theme) -> dict[QPalette.ColorRole, str]:
    roles = {
        _Role.Window: theme.window,
        _Role.WindowText: theme.text,
        _Role.Base: theme.base,
        _Role.AlternateBase: theme.alt,
        _Role.Text: theme.text,
        _Role.PlaceholderText: theme.text3,
        _Role.Button: theme.btn,
        _Role.ButtonText: theme.text,
        _Role.BrightText: theme.bad,
        _Role.Mid: theme.line,
        _Role.ToolTipBase: theme.base,
        _Role.ToolTipText: theme.text,
        # Fusion paints bar, focus edge and slider with Highlight; item views get `sel` from the style sheet.
        _Role.Highlight: theme.accent,
        _Role.HighlightedText: theme.onaccent,
        _Role.Link: theme.link,
        _Role.LinkVisited: theme.link,
    }
    accent = getattr(_Role, "Accent", None)  # Qt 6.6 and later
    if accent is not None:
        roles[accent] = theme.accent
    return roles
