"""The style sheet of a theme at the current scale, and the widget properties it selects by."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from wizard.assets import asset
from wizard.ui.theme.colors import INKS, Ink, Theme
from wizard.ui.theme.fonts import font_of, px


def sheet_of(theme: Theme) -> str:
    """Return the style sheet of a theme at the current scale."""
    return "\n".join(
        (_buttons(theme), _fields(theme), _choices(theme), _frames(theme), _tables(theme), _rest(theme))
    )


def _buttons(t: Theme) -> str:
    def size(name: str, height: int, pad: int) -> str:
        return f"QPushButton{name} {{ min-height: {px(height) - 2}px; padding: 0 {px(pad)}px; }}"

    return f"""
QPushButton {{ border: 1px solid {t.btn_line}; border-radius: {px(6)}px; background: {t.btn}; color: {t.text};
  font-weight: 500; }}
QPushButton:hover {{ background: {t.btn_hover}; }}
QPushButton:pressed {{ background: {t.hover}; }}
QPushButton, QToolButton, QAbstractButton {{ outline: 0; }}
{size("", 32, 14)}
{size('[fit="compact"]', 28, 10)}
{size('[fit="small"]', 24, 10)}
{size('[fit="square"]', 32, 0)}
{size('[fit="square-compact"]', 28, 0)}
QPushButton[fit="small"] {{ font-size: {font_of("small").pixelSize()}px; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.onaccent}; border-color: {t.accent}; }}
QPushButton[kind="primary"]:hover {{ background: {t.accent_hover}; border-color: {t.accent_hover}; }}
QPushButton[kind="danger"] {{ color: {t.bad}; }}
QPushButton[kind="flat"] {{ background: transparent; border-color: transparent; color: {t.link};
  padding: 0 {px(6)}px; }}
QPushButton[kind="flat"]:hover {{ background: {t.btn_hover}; }}
QPushButton:disabled {{ background: {t.dis}; color: {t.distext}; border-color: {t.dis}; }}
QPushButton[kind="flat"]:disabled {{ background: transparent; border-color: transparent; color: {t.distext}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
"""


def _fields(t: Theme) -> str:
    down, down_off = _file(f"control-down-{t.name}"), _file(f"control-down-off-{t.name}")
    up = _file(f"control-up-{t.name}")
    kinds = ("QLineEdit", "QComboBox", "QSpinBox", "QDateEdit", "QTimeEdit", "QPlainTextEdit")

    def each(suffix: str) -> str:
        return ", ".join(kind + suffix for kind in kinds)

    return f"""
{each("")} {{ min-height: {px(32) - 2}px; border: 1px solid {t.ctl}; border-radius: {px(6)}px; background: {t.base};
  color: {t.text}; padding: 0 {px(10) - 1}px; selection-background-color: {t.accent}; selection-color: {t.onaccent}; }}
{each(":hover")} {{ border-color: {t.text}; }}
{each('[wrong="true"]')} {{ border-color: {t.bad}; }}
{each(":focus")} {{ border: 2px solid {t.ring}; padding: 0 {px(10) - 2}px; min-height: {px(32) - 4}px; }}
{each(":disabled")} {{ background: {t.dis}; color: {t.distext}; border-color: {t.dis}; }}
{each('[fit="compact"]')} {{ min-height: {px(28) - 2}px; }}
{each('[fit="compact"]:focus')} {{ min-height: {px(28) - 4}px; }}
QAbstractSpinBox {{ max-height: {px(32) - 2}px; }}
QAbstractSpinBox:focus {{ max-height: {px(32) - 4}px; }}
QAbstractSpinBox[fit="compact"] {{ max-height: {px(28) - 2}px; }}
QAbstractSpinBox[fit="compact"]:focus {{ max-height: {px(28) - 4}px; }}
QLineEdit[inRow="true"]:!focus, QComboBox[inRow="true"]:!focus {{ border-color: transparent; background: transparent; }}
QLineEdit {{ lineedit-password-character: 8226; }}
QLineEdit[search="true"] {{ padding-left: 0; }}
QPlainTextEdit {{ padding: {px(6) - 1}px {px(8) - 1}px; }}
QPlainTextEdit:focus {{ padding: {px(6) - 2}px {px(8) - 2}px; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: 0; width: {px(28)}px; subcontrol-origin: padding;
  subcontrol-position: right center; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{down}"); width: {px(16)}px; height: {px(16)}px; }}
QComboBox::down-arrow:disabled, QDateEdit::down-arrow:disabled {{ image: url("{down_off}"); }}
QComboBox QAbstractItemView {{ background: {t.base}; border: 1px solid {t.line}; color: {t.text}; padding: {px(4)}px 0;
  selection-background-color: {t.sel}; selection-color: {t.text}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {px(28)}px; padding: 0 {px(10)}px; }}
QComboBox QAbstractItemView::item:selected {{ background: {t.sel}; color: {t.text}; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: 0; padding: 0; min-height: 0;
  background: transparent; }}
QAbstractSpinBox QLineEdit {{ padding-left: {px(8)}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; background: transparent; width: {px(24)}px;
  subcontrol-origin: border; }}
QSpinBox::up-button {{ subcontrol-position: top right; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox[arrows="false"]::up-button, QAbstractSpinBox[arrows="false"]::down-button {{ width: 0; border: 0; }}
QSpinBox::up-arrow {{ image: url("{up}"); width: {px(12)}px; height: {px(12)}px; }}
QSpinBox::down-arrow {{ image: url("{down}"); width: {px(12)}px; height: {px(12)}px; }}
QAbstractSpinBox[arrows="false"]::up-arrow, QAbstractSpinBox[arrows="false"]::down-arrow {{ image: none; width: 0; }}
"""


def _choices(t: Theme) -> str:
    check, check_off = _file(f"control-check-{t.name}"), _file(f"control-check-off-{t.name}")
    return f"""
QCheckBox, QRadioButton {{ spacing: {px(8)}px; min-height: {px(24)}px; color: {t.text}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {t.distext}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {px(14)}px; height: {px(14)}px;
  border: 1px solid {t.ctl}; background: {t.base}; }}
QCheckBox::indicator {{ border-radius: {px(4)}px; }}
QRadioButton::indicator {{ border-radius: {px(14) // 2 + 1}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {t.text}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{check}"); }}
QRadioButton::indicator:checked {{ width: {px(6)}px; height: {px(6)}px; border: {px(5)}px solid {t.accent};
  background: {t.onaccent}; }}
QCheckBox:focus, QRadioButton:focus {{ outline: 0; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: {t.dis}; border-color: {t.dis}; }}
QCheckBox::indicator:checked:disabled {{ image: url("{check_off}"); }}
QRadioButton::indicator:checked:disabled {{ background: {t.distext}; border-color: {t.dis}; }}
"""


def _frames(t: Theme) -> str:
    tones = "\n".join(
        f'QFrame[card="true"][tone="{name}"] {{ background: {c.ground}; border: 1px solid {c.edge}; }}'
        for name, c in t.tones
    )
    inks = "\n".join(f'QLabel[ink="{ink}"], QCheckBox[ink="{ink}"] {{ color: {t.ink(ink)}; }}' for ink in INKS)
    return f"""
QFrame[card="true"] {{ background: {t.base}; border: 1px solid {t.line}; border-radius: {px(8)}px; }}
QFrame[card="true"][drop="on"] {{ border: 1px dashed {t.ctl}; }}
QFrame[card="true"][drop="over"] {{ border: 1px solid {t.accent}; }}
QFrame[card="true"][chosen="true"] {{ border: 2px solid {t.ring}; }}
{tones}
QWidget[lined="true"] {{ border-top: 1px solid {t.line}; }}
QFrame[divider="true"] {{ background: {t.line}; border: 0; }}
QLabel {{ background: transparent; border: 0; }}
{inks}
QLabel:disabled {{ color: {t.distext}; }}
"""


def _tables(t: Theme) -> str:
    head = font_of("small-medium").pixelSize()
    return f"""
QTableView, QTreeView {{ border: 0; background: transparent; color: {t.text}; outline: 0;
  selection-background-color: {t.sel}; selection-color: {t.text}; }}
QListView {{ border: 1px solid {t.line}; background: {t.base}; color: {t.text}; outline: 0;
  selection-background-color: {t.sel}; selection-color: {t.text}; }}
QListView[embedded="true"] {{ border: 0; background: transparent; }}
QHeaderView {{ background: {t.head}; border: 0; border-top-left-radius: {px(8) - 1}px;
  border-top-right-radius: {px(8) - 1}px; }}
QHeaderView::section {{ background: {t.head}; border: 0; border-bottom: 1px solid {t.line};
  padding: 0 {px(8)}px 0 {px(12)}px; font-size: {head}px; font-weight: 500; color: {t.text2}; }}
QTableView#planTable QHeaderView::section:first {{ padding-left: {px(40)}px; }}
QHeaderView::section:hover {{ color: {t.text}; }}
QHeaderView::section:first {{ border-top-left-radius: {px(8) - 1}px; }}
QHeaderView::section:last {{ border-top-right-radius: {px(8) - 1}px; }}
QHeaderView::section:only-one {{ border-top-left-radius: {px(8) - 1}px; border-top-right-radius: {px(8) - 1}px; }}
QHeaderView[barred="true"], QHeaderView[barred="true"]::section {{ border-top-right-radius: 0; }}
QHeaderView::up-arrow {{ image: url("{_file(f"control-up-{t.name}")}"); width: {px(12)}px; height: {px(12)}px; }}
QHeaderView::down-arrow {{ image: url("{_file(f"control-down-{t.name}")}"); width: {px(12)}px; height: {px(12)}px; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-origin: padding;
  subcontrol-position: right center; right: {px(6)}px; }}
"""


def _rest(t: Theme) -> str:
    return f"""
QProgressBar {{ border: 0; border-radius: {px(4)}px; background: {t.dis}; min-height: {px(8)}px;
  max-height: {px(8)}px; }}
QProgressBar::chunk {{ border-radius: {px(4)}px; background: {t.accent}; }}
QCalendarWidget QTableView {{ background: {t.base}; selection-background-color: {t.accent}; selection-color: {t.onaccent}; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {t.head}; border-bottom: 1px solid {t.line}; }}
QCalendarWidget QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {px(6)}px;
  color: {t.text}; font-weight: 500; padding: {px(4)}px {px(8)}px; }}
QCalendarWidget QToolButton:hover {{ background: {t.btn_hover}; }}
QCalendarWidget QToolButton:focus {{ border-color: {t.ring}; }}
QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ width: {px(12)}px; background: transparent; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.scroll}; border-radius: {px(3)}px; margin: {px(3)}px;
  min-height: {px(32)}px; }}
QScrollBar:horizontal {{ height: {px(12)}px; background: transparent; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.scroll}; border-radius: {px(3)}px; margin: {px(3)}px;
  min-width: {px(32)}px; }}
QScrollBar::handle:hover {{ background: {t.ctl}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ qproperty-textFormat: PlainText; background: {t.base}; color: {t.text}; border: 1px solid {t.line};
  padding: {px(4)}px {px(8)}px; }}
QMenu {{ background: {t.base}; color: {t.text}; border: 1px solid {t.line}; padding: {px(4)}px 0; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px {px(6)}px {px(16)}px; }}
QMenu::icon {{ padding-left: {px(12)}px; }}
QMenu::item:selected {{ background: {t.sel}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.distext}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)}px 0; }}
"""


def _file(name: str) -> str:
    return asset("icons", f"{name}.svg").as_posix()


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet selects by, and re-polish the widget."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # not polished yet: the style sheet will see the property
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def set_ink(widget: QWidget, ink: Ink) -> None:
    """Set the text colour of a label or check box to an ink of the theme; it changes with the theme."""
    set_property(widget, "ink", ink)
