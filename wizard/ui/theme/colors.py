"""The colours of both themes as plain values, without Qt."""

from dataclasses import dataclass
from typing import Literal, get_args

Ink = Literal[
    "text",
    "text2",
    "text3",
    "link",
    "ok",
    "warn",
    "bad",
    "info",
    "accent",
    "onaccent",
    "distext",
    "attribute",
    "string",
    "function",
]
"""A colour for text and icons."""

Tone = Literal["info", "ok", "warn", "bad"]
"""Severity of a message, mark or hint; always shown with an icon and a word as well."""


@dataclass(frozen=True, slots=True)
class ToneColours:
    """Colours of a message of one tone."""

    ground: str
    edge: str
    fill: str
    """Colour of a chart's bar."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, each `#RRGGBB`."""

    name: Literal["light", "dark"]
    window: str
    base: str
    alt: str
    rail: str
    head: str
    railsel: str
    text: str
    text2: str
    text3: str
    line: str
    ctl: str
    """Border of a field."""
    accent: str
    onaccent: str
    accent_hover: str
    ring: str
    """Frame of the focused control."""
    link: str
    sel: str
    """Background of a selected row."""
    hover: str
    btn: str
    btn_hover: str
    btn_line: str
    dis: str
    distext: str
    scroll: str
    ok: str
    warn: str
    bad: str
    info: str
    attribute: str
    """`[attribute]` in an expression; `string` and `function` below likewise."""
    string: str
    function: str
    tones: tuple[tuple[Tone, ToneColours], ...]

    def ink(self, ink: Ink) -> str:
        """Return the colour of an ink."""
        colour: str = getattr(self, ink)
        return colour

    def tone(self, tone: Tone) -> ToneColours:
        """Return the colours of a tone."""
        return dict(self.tones)[tone]


LIGHT = Theme(
    name="light",
    window="#F6F7F9",
    base="#FFFFFF",
    alt="#FAFBFC",
    rail="#ECEEF2",
    head="#F6F7F9",
    railsel="#FFFFFF",
    text="#1A1E26",
    text2="#525B6B",
    text3="#5F6979",
    line="#DDE1E7",
    ctl="#7C8594",
    accent="#3657D6",
    onaccent="#FFFFFF",
    accent_hover="#2C49BC",
    ring="#3657D6",
    link="#3150C9",
    sel="#E1E8FD",
    hover="#F0F2F6",
    btn="#FFFFFF",
    btn_hover="#F0F2F6",
    btn_line="#C3C9D3",
    dis="#E8EAEE",
    distext="#8A92A0",
    scroll="#C9CED7",
    ok="#17713F",
    warn="#855400",
    bad="#B0271E",
    info="#3150C9",
    attribute="#3150C9",
    string="#17713F",
    function="#9A3D8C",
    tones=(
        ("info", ToneColours("#EDF1FE", "#C3CFF8", "#5B7BEA")),
        ("ok", ToneColours("#E7F5EC", "#B5DEC4", "#17713F")),
        ("warn", ToneColours("#FFF5DF", "#EBD199", "#BD7D0C")),
        ("bad", ToneColours("#FDEEEC", "#F1BFB9", "#D64A3F")),
    ),
)

DARK = Theme(
    name="dark",
    window="#1A1C21",
    base="#212429",
    alt="#24272D",
    rail="#141619",
    head="#1D2025",
    railsel="#262A31",
    text="#ECEEF2",
    text2="#AAB2BF",
    text3="#98A1AF",
    line="#34383F",
    ctl="#78818F",
    accent="#4A6CE6",
    onaccent="#FFFFFF",
    accent_hover="#3D5DD4",
    ring="#8AA2FF",
    link="#9DB1FF",
    sel="#2A355C",
    hover="#292D34",
    btn="#2A2E35",
    btn_hover="#323740",
    btn_line="#454B55",
    dis="#2A2D33",
    distext="#757E8C",
    scroll="#4A505A",
    ok="#66CC96",
    warn="#E8B95A",
    bad="#FF938A",
    info="#9DB1FF",
    attribute="#9DB1FF",
    string="#66CC96",
    function="#E39AD6",
    tones=(
        ("info", ToneColours("#222A44", "#3A4878", "#6A88EE")),
        ("ok", ToneColours("#1C2F25", "#2F5741", "#66CC96")),
        ("warn", ToneColours("#332A18", "#5E4C22", "#CF9A38")),
        ("bad", ToneColours("#382123", "#69383A", "#D9605A")),
    ),
)

INKS: tuple[Ink, ...] = get_args(Ink)
