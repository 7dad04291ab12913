"""How the benchmark's figures look, and how they come into the README."""

import pytest
from bench.figure import Figure, Point, bare
from bench.summary import Entry, Line, Spread
from bench.task import RECORD, Task

from bench import payload, readme, table

FIGURE = Figure("record", "recorded", "seconds", Point("", RECORD), bare(), "ratio", "x bare", 1.3)


def made(**entries: Entry) -> Line:
    return Line("speed", FIGURE, entries, "met", {"vcrpy": "ahead"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.481, "0.48"),
        (1.306, "1.31"),
        (97.94, "97.9"),
        (2_060.4, "2,060"),
        (-0.001, "0.00"),
        (-3.2, "-3.20"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert table.number(value) == text


def test_the_table_has_a_column_a_tool_and_a_line_a_figure() -> None:
    shown = made(
        bare=Entry(Spread(1, 1, 1, 1)),
        hushtape=Entry(Spread(1.18, 1.21, 1.26, 5)),
        vcrpy=Entry(reason="fails: a|b"),
    )
    assert table.markdown([shown], ("bare", "hushtape", "vcrpy")).splitlines() == [
        "| measured | unit | promise | no recorder | hushtape | vcrpy 9.4.2 |",
        "|---|---|---|---|---|---|",
        "| recorded | x bare | at most 1.3 (met) | 1.00 | 1.21 (1.18 to 1.26) | fails: a/b |",
    ]


def test_a_long_reason_is_cut_in_the_table_and_whole_on_the_terminal() -> None:
    reason = "fails: " + "x" * 200
    shown = made(hushtape=Entry(Spread(1, 1, 1, 1)), vcrpy=Entry(reason=reason))
    assert reason not in table.markdown([shown], ("hushtape", "vcrpy"))
    assert reason in table.block(shown)


def test_the_terminal_shows_verdict_and_standing() -> None:
    shown = table.block(made(hushtape=Entry(Spread(1, 1, 1, 1)), vcrpy=Entry(Spread(5, 5, 5, 1))))
    assert "MET: at most 1.3" in shown
    assert "hushtape is ahead" in shown


def test_the_closing_words_name_what_was_missed_and_who_is_not_behind() -> None:
    entries = {"hushtape": Entry(Spread(2, 2, 2, 1)), "cassetter": Entry(Spread(1, 1, 1, 1))}
    text = table.closing([Line("speed", FIGURE, entries, "missed", {"cassetter": "behind"})])
    assert "0 of 1 promises met" in text
    assert "missed: speed: recorded: 2.00, promised at most 1.3" in text
    assert "behind cassetter: speed: recorded" in text


def test_only_what_stands_between_the_marks_of_the_readme_is_replaced() -> None:
    text = f"before\n{readme.START}\nold\n{readme.END}\nafter\n"
    once = readme.replace_table(text, "new")
    assert once == f"before\n{readme.START}\nnew\n{readme.END}\nafter\n"
    assert readme.replace_table(once, "new") == once


@pytest.mark.parametrize("text", ["none", readme.START, f"{readme.END}{readme.START}"])
def test_a_readme_without_both_marks_in_order_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        readme.replace_table(text, "new")


@pytest.mark.parametrize("size", [200, 2_000, 100_000])
def test_bodies_have_the_size_asked_for_and_differ_by_number(size: int) -> None:
    one, other = payload.json_body(size, 1), payload.json_body(size, 19_999)
    assert len(one) == len(other) == size
    assert one != other


def test_a_body_too_small_for_one_row_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least"):
        payload.json_body(50, 0)


def test_a_task_survives_the_command_line() -> None:
    task = Task("growth", "vcrpy", RECORD, "https://localhost:1", "ca.pem", "here", {"count": 3}, {"a": True})
    assert Task.loads(task.dumps()) == task
