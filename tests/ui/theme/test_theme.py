"""The look: contrast, palette, icons, type."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget

from wizard.assets import asset
from wizard.ui.theme.colors import DARK, LIGHT, Theme
from wizard.ui.theme.current import CurrentTheme, apply_theme, current_theme, theme
from wizard.ui.theme.fonts import fitted, font_of, px, scale, scale_of, set_scale
from wizard.ui.theme.icons import pixmap, set_icon
from wizard.ui.theme.palette import high_contrast


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def grounds(of: Theme) -> tuple[str, ...]:
    """Return every background color of text."""
    plain = (
        of.window,
        of.base,
        of.alt,
        of.rail,
        of.head,
        of.railsel,
        of.sel,
        of.hover,
        of.btn,
    )
    return (*plain, of.btn_hover, *(colours.ground for _tone, colours in of.tones))


def system(window: str, text: str, highlight: str, highlighted: str) -> QPalette:
    """The palette of a desktop with high contrast."""
    palette = QPalette(QColor(window))
    role = QPalette.ColorRole
    for each in (role.Window, role.Base, role.Button):
        palette.setColor(each, QColor(window))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(each, QColor(text))
    palette.setColor(role.Highlight, QColor(highlight))
    palette.setColor(role.HighlightedText, QColor(highlighted))
    return palette


CONTRASTS = (
    ("#000000", "#FFFFFF", "#1AEBFF", "#000000"),
    ("#FFFFFF", "#000000", "#37006E", "#FFFFFF"),
    ("#000000", "#FFFF00", "#FFFFFF", "#000000"),
    ("#202020", "#FFFFFF", "#8EE3F0", "#263B50"),
)
"""Window, text, highlight and its text in the themes for high contrast of usual desktops."""
THEMES = (LIGHT, DARK, *(high_contrast(system(*colours)) for colours in CONTRASTS))
TEXTS = ("text", "text2", "text3", "link", "ok", "warn", "bad", "function", "attribute", "string")


@pytest.mark.parametrize("of", THEMES)
def test_text_is_readable_on_every_ground(of: Theme) -> None:
    worst = {ink: min(contrast(getattr(of, ink), ground) for ground in grounds(of)) for ink in TEXTS}
    worst["onaccent"] = min(contrast(of.onaccent, ground) for ground in (of.accent, of.accent_hover))
    worst["info"] = contrast(of.info, of.tone("info").ground)
    assert {ink: figure for ink, figure in worst.items() if figure < 4.5} == {}


@pytest.mark.parametrize("of", THEMES)
def test_edges_and_marks_stand_out(of: Theme) -> None:
    found = {
        "ctl": min(contrast(of.ctl, ground) for ground in grounds(of)),
        "ring": min(contrast(of.ring, ground) for ground in grounds(of)),
        # Of a chosen box on the page, in a message, and of the current step on its own ground.
        "accent": min(
            contrast(of.accent, ground)
            for ground in (of.window, of.base, of.rail, of.railsel, *(each.ground for _tone, each in of.tones))
        ),
        **{tone: contrast(of.tone(tone).fill, of.base) for tone in ("info", "warn", "bad")},
    }
    assert {name: figure for name, figure in found.items() if figure < 3} == {}


def test_high_contrast_of_the_desktop_is_followed(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CurrentTheme, "wants_contrast", lambda _self: True)
    for choice in ("light", "dark", "system"):
        apply_theme(app, choice)  # type: ignore[arg-type]
        colours = {
            getattr(theme(), name) for name in ("window", "base", "text", "text2", "ok", "bad", "line", "accent")
        }
        palette = app.style().standardPalette()
        role = QPalette.ColorRole
        roles = (role.Window, role.Base, role.WindowText, role.Highlight)
        assert colours == {palette.color(each).name().upper() for each in roles}
    monkeypatch.undo()
    apply_theme(app, "light")
    assert theme() is LIGHT
    assert app.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.window


@pytest.mark.parametrize(("choice", "expected"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_sets_every_role(app: QApplication, choice: str, expected: Theme) -> None:
    apply_theme(app, choice)  # type: ignore[arg-type]
    palette = app.palette()
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    wanted = {
        role.Window: expected.window,
        role.Base: expected.base,
        role.AlternateBase: expected.alt,
        role.Text: expected.text,
        role.Button: expected.btn,
        role.Highlight: expected.accent,
        role.HighlightedText: expected.onaccent,
        role.PlaceholderText: expected.text3,
        role.Link: expected.link,
        role.Accent: expected.accent,
        role.Mid: expected.line,
    }
    assert {each: palette.color(each).name().upper() for each in wanted} == wanted
    assert palette.color(group.Disabled, role.Text) == QColor(expected.distext)
    assert palette.color(group.Disabled, role.Base) == QColor(expected.dis)
    # What Qt computes in between: dark stays dark, so no ruler is white in the dark theme.
    assert (palette.color(role.Light).lightness() < 128) == (expected is DARK)


def test_an_unknown_scheme_is_light_and_the_choice_is_kept(app: QApplication) -> None:
    assert app.styleHints().colorScheme() != Qt.ColorScheme.Dark
    apply_theme(app, "dark")
    assert current_theme().choice == "dark"
    apply_theme(app, "system")
    assert current_theme().choice == "system"
    assert theme() is LIGHT


def test_icons_are_drawn_again_in_the_other_theme(app: QApplication) -> None:
    button, label = QPushButton("Stop"), QLabel()
    set_icon(button, "stop", "bad")
    set_icon(label, "warning", "warn")
    before = button.icon().cacheKey(), label.pixmap().cacheKey()
    apply_theme(app, "dark")
    assert button.icon().cacheKey() != before[0]
    assert label.pixmap().cacheKey() != before[1]


def test_an_icon_takes_the_colour_of_its_text(app: QApplication) -> None:
    image = pixmap("stop", "#B0271E", 16, 2.0).toImage()
    solid = {image.pixelColor(x, 8).name() for x in range(image.width()) if image.pixelColor(x, 8).alpha() == 255}
    assert solid == {"#b0271e"}
    assert image.width() == 32


def test_the_look_says_that_it_changed(app: QApplication) -> None:
    told: list[Theme] = []
    listener = current_theme().changed.connect(lambda: told.append(theme()))
    apply_theme(app, "dark")
    current_theme().changed.disconnect(listener)
    assert told == [DARK]


@pytest.mark.parametrize("path", sorted(asset("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_takes_its_colour_from_its_text(app: QApplication, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert QSvgRenderer(text.encode()).isValid()
    inks = set(re.findall(r'stroke="([^"]+)"', text))
    if not path.stem.startswith("control-"):
        assert inks <= {"currentColor"}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_drawings_for_the_style_sheet_bear_the_tokens(theme: Theme) -> None:
    wanted = {
        f"control-check-{theme.name}": theme.onaccent,
        f"control-check-off-{theme.name}": theme.distext,
        f"control-down-{theme.name}": theme.text2,
        f"control-down-off-{theme.name}": theme.distext,
        f"control-up-{theme.name}": theme.text2,
    }
    for name, colour in wanted.items():
        assert f'stroke="{colour}"' in asset("icons", f"{name}.svg").read_text(encoding="utf-8")


def test_a_desktop_without_a_font_gets_inter_at_thirteen(app: QApplication) -> None:
    assert app.font().family() == "Inter"
    assert app.font().pixelSize() == 13
    assert px(32) == 32
    assert font_of("title").pixelSize() == 20
    assert (
        font_of("code").fixedPitch()
        or "Mono" in font_of("code").family()
        or font_of("code").family() == "monospace"
    )
    assert font_of("section").weight() == font_of("title").weight()


@pytest.mark.parametrize(("pixels", "scale"), [(13, 1.0), (26, 2.0), (4, 0.75)])
def test_everything_grows_with_the_desktops_font(app: QApplication, pixels: int, scale: float) -> None:
    font = QFont(app.font())
    font.setPixelSize(pixels)
    assert scale_of(font) == pytest.approx(scale, abs=0.07)


def test_measures_follow_the_scale_and_a_line_never_vanishes(app: QApplication) -> None:
    before = scale()
    set_scale(1.5)
    try:
        assert (px(32), px(1), px(0)) == (48, 2, 0)
        set_scale(0.4)
        assert px(1) == 1
    finally:
        set_scale(before)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_a_check_mark_is_seen(app: QApplication, choice: str) -> None:
    apply_theme(app, choice)  # type: ignore[arg-type]
    box = QCheckBox("People")
    box.setChecked(True)
    box.resize(box.sizeHint())
    image = box.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(16) for y in range(image.height())}
    assert QColor(theme().accent).name() in colours
    assert "#ffffff" in colours


def test_sheets_style_widgets_made_before_and_after(app: QApplication) -> None:
    old = QWidget()
    button = QPushButton("Back", old)
    apply_theme(app, "dark")
    assert button.palette().color(QPalette.ColorRole.ButtonText) == QColor(DARK.text)
    assert QPushButton("Back").palette().color(QPalette.ColorRole.ButtonText) == QColor(DARK.text)


@pytest.mark.parametrize("middle", [False, True])
def test_a_text_that_is_too_long_loses_its_end_or_its_middle(app: QApplication, middle: bool) -> None:
    whole, takes = fitted("person@example.com", "body", 1000, middle)
    assert whole == "person@example.com"
    assert fitted(whole, "body", takes, middle) == (whole, takes), "what just fits stays whole"
    short, narrower = fitted(whole, "body", takes - 1, middle)
    assert "…" in short
    assert narrower < takes
    assert short.startswith("person")
    assert short.endswith("com") == middle
    assert fitted("two\nlines", "body", 1000, middle)[0] == "two lines"
