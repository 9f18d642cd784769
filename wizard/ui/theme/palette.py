"""Qt palettes of a theme: every colour role, for enabled and disabled controls; and a theme of a system's palette."""

from PySide6.QtGui import QColor, QPalette

from wizard.ui.theme.colors import Theme, ToneColours

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


def high_contrast(system: QPalette) -> Theme:
    """Return a theme of nothing but the system's colours: text on its grounds, frames in the colour of the text."""
    window, base = _code(system, _Role.Window), _code(system, _Role.Base)
    text, button = _code(system, _Role.WindowText), _code(system, _Role.Button)
    accent, onaccent = _code(system, _Role.Highlight), _code(system, _Role.HighlightedText)
    chosen, hover = _mixed(base, text, 0.24), _mixed(base, text, 0.12)
    ring = accent if _differ(accent, window) and _differ(accent, chosen) else text
    message = ToneColours(base, text, text)
    return Theme(
        name="dark" if QColor(base).lightness() < QColor(text).lightness() else "light",
        **dict.fromkeys(("window", "rail", "head"), window),
        **dict.fromkeys(("base", "alt", "railsel"), base),
        **dict.fromkeys(("text", "text2", "text3", "line", "ctl", "btn_line", "scroll"), text),
        **dict.fromkeys(("link", "ok", "warn", "bad", "info", "attribute", "string", "function"), text),
        **dict.fromkeys(("accent", "accent_hover"), accent),
        onaccent=onaccent,
        ring=ring,
        sel=chosen,
        hover=hover,
        btn=button,
        btn_hover=hover,
        dis=window,
        distext=system.color(QPalette.ColorGroup.Disabled, _Role.WindowText).name().upper(),
        tones=(
            ("info", ToneColours(base, text, accent if _differ(accent, base) else text)),
            ("ok", message),
            ("warn", ToneColours(base, text, _mixed(base, text, 0.6))),
            ("bad", message),
        ),
    )


def _code(palette: QPalette, role: QPalette.ColorRole) -> str:
    return palette.color(QPalette.ColorGroup.Active, role).name().upper()


def _mixed(one: str, other: str, share: float) -> str:
    """Return a colour between two; `share` 0 = the first."""
    first, second = QColor(one), QColor(other)
    pairs = ((first.red(), second.red()), (first.green(), second.green()), (first.blue(), second.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs)).name().upper()


def _differ(one: str, other: str) -> bool:
    """Whether a frame of one colour is seen on the other: a contrast of 3."""
    dark, light = sorted(_luminance(QColor(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05) >= 3


def _luminance(colour: QColor) -> float:
    weights = ((0.2126, colour.redF()), (0.7152, colour.greenF()), (0.0722, colour.blueF()))
    return sum(
        weight * (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4) for weight, part in weights
    )


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
