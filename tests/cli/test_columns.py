"""Columns of a terminal: an East Asian letter takes two cells, a combining mark none."""

import argparse

import pytest

from wizard.cli.columns import HelpFormatter, display_width, padded, shortened, wrapped

JAPANESE = (
    "グループを AWS IAM Identity Center にプロビジョニングします。コマンドを指定しないとウィンドウが開きます。"
)


@pytest.mark.parametrize(
    ("text", "cells"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("接続", 4), ("ｶﾅ", 2)]
)
def test_width_in_cells(text: str, cells: int) -> None:
    assert display_width(text) == cells
    assert padded(text, 6) == text + " " * (6 - cells)


def test_a_long_text_is_cut_to_its_cells() -> None:
    assert shortened("接続をテスト", 12) == "接続をテスト"
    assert shortened("接続をテスト", 8) == "接続を…"
    assert shortened("abc", 2) == "a…"


@pytest.mark.parametrize("width", [20, 31, 44, 80])
def test_lines_are_no_wider_than_asked_and_lose_nothing(width: int) -> None:
    lines = wrapped(JAPANESE, width)
    assert max(map(display_width, lines)) <= width
    assert "".join(lines).replace(" ", "") == JAPANESE.replace(" ", "")
    assert not any(line[0] in "。、ー" for line in lines)


def test_words_stay_whole_and_a_longer_one_is_broken() -> None:
    assert wrapped("one two  three\nfour", 9) == ["one two", "three", "four"]
    assert wrapped("a abcdefgh", 4) == ["a", "abcd", "efgh"]
    assert wrapped("jusqu’à\u00a0: demain", 9) == ["jusqu’à\u00a0:", "demain"]
    assert wrapped("", 10) == []


def test_help_stays_within_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    parser = argparse.ArgumentParser("program", description=JAPANESE, formatter_class=HelpFormatter)
    parser.add_argument("--option", help=JAPANESE)
    assert max(map(display_width, parser.format_help().splitlines())) <= 60


def test_usage_is_indented_by_the_cells_of_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(argparse, "_", lambda text: "使用法: " if text == "usage: " else text)
    parser = argparse.ArgumentParser("program", formatter_class=HelpFormatter)
    for name in ("first", "second", "third"):
        parser.add_argument(f"--{name}")
    first, *others = parser.format_usage().splitlines()
    assert first.startswith("使用法: program ")
    assert {len(line) - len(line.lstrip()) for line in others} == {display_width("使用法: program ")}
