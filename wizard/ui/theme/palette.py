"""Qt palettes of a theme: every colour role, for enabled and disabled controls."""

from PySide6.QtGui import QColor, QPalette

from wizard.ui.theme.colors import Theme

_Role = QPalette.ColorRole


def palette_of(theme: Theme) -> QPalette:
    """Return the palette of a theme.

    Built from the button and window colours, so that Qt derives the light, mid and dark roles; setting roles one by
    one would leave roles of the light palette in the dark one.
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
    """Return the palette of a theme with the step list's background as window colour."""
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
        # Fusion paints progress bars, focus frames and sliders with Highlight; item views take `sel` from the style sheet.
        _Role.Highlight: theme.accent,
        _Role.HighlightedText: theme.onaccent,
        _Role.Link: theme.link,
        _Role.LinkVisited: theme.link,
    }
    accent = getattr(_Role, "Accent", None)  # Qt 6.6 and later
    if accent is not None:
        roles[accent] = theme.accent
    return roles
