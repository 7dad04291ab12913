"""The options of `hushtape component test`, `scaffold`, `snapshot` and `alias`.

Lives here: a parser for each part, with its help. Must not: run anything, check what options mean together.
Called by: component.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def test(parts: Commands) -> argparse.ArgumentParser:
    parser = parts.add_parser(
        "test",
        help="run the cases of a tests' folder",
        description="Run each case: replay it where it has a cassette, record it where it has secrets "
        "(config.secrets.json), and compare what it writes with expected/. Ends with 0 if all passed, 1 if "
        "one did not or there is none.",
        epilog="example: hushtape component test tests/functional --tests 01_full_load --record",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=Path("tests/functional"))
    _component(parser)
    mode = parser.add_mutually_exclusive_group()
    for name, line in (
        ("record", "record every case anew"),
        ("replay", "replay only: a case without a cassette may make no request"),
        ("live", "run against the real API, without a tape"),
    ):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name, help=line)
    parser.add_argument(
        "--tests", metavar="NAME[,NAME]", default="", help="only these; * stands for any text"
    )
    parser.add_argument(
        "--update", action="store_true",
        help="record where there are secrets, else replay, and take what was written for expected/ and the "
        "snapshot",
    )  # fmt: skip
    parser.add_argument("--validate-snapshots", action="store_true", help="compare output_snapshot.json, too")
    parser.add_argument(
        "--freeze-time", metavar="ISO", default="auto",
        help="the time that components see; `disable`: as it goes on; default: as recorded",
    )  # fmt: skip
    parser.add_argument(
        "--real-pauses", action="store_true", help="a replay waits between requests as the component asks"
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--jobs", metavar="N", type=int, default=1, help="cases at a time, each in a process")
    ways.add_argument(
        "--in-process", action="store_true", help="all cases in this process, where a debugger reaches them"
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write JUnit XML there")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.add_argument("--verbose", "-v", action="store_true", help="show differences whole")
    parser.set_defaults(parser=parser, mode="auto")
    return parser


def scaffold(parts: Commands) -> argparse.ArgumentParser:
    parser = parts.add_parser(
        "scaffold",
        help="make test folders from configurations, and record them",
        description="Make a test folder for each definition, record it, and take its outputs for expected/. "
        "Real secrets are merged into a temporary copy alone.",
        epilog="example: hushtape component scaffold --definitions tests/setup/configs.json "
        "--secrets secrets.json",
    )
    parser.add_argument(
        "--definitions", metavar="FILE", type=Path, default=Path("tests/setup/configs.json"),
        help="JSON: definitions with name and config, or configurations",
    )  # fmt: skip
    parser.add_argument("--output", metavar="DIR", type=Path, default=Path("tests/functional"))
    _component(parser)
    parser.add_argument(
        "--input-files", metavar="DIR", type=Path, default=Path("tests/setup/input_files"),
        help="where the inputs stand that configurations name",
    )  # fmt: skip
    parser.add_argument("--no-record", action="store_true", help="make the folders only")
    parser.add_argument("--secrets", metavar="FILE", type=Path, help="JSON, merged in for the recording")
    parser.add_argument("--freeze-time", metavar="ISO", help="the time that components see; default: now")
    parser.add_argument(
        "--chain-state", action="store_true", help="each case's out/state.json is the next one's input"
    )
    parser.add_argument("--regenerate", action="store_true", help="record cases that have a cassette, too")
    parser.add_argument("--db-driver", choices=("auto", "oracledb", "none"), default="auto")
    parser.set_defaults(parser=parser)
    return parser


def snapshot(parts: Commands) -> argparse.ArgumentParser:
    parser = parts.add_parser(
        "snapshot",
        help="write output_snapshot.json of a case",
        description="Write the hashes and sizes of a case's expected outputs to its output_snapshot.json, "
        "which `test --validate-snapshots` compares.",
        epilog="example: hushtape component snapshot tests/functional/01_full_load",
    )
    parser.add_argument("folder", metavar="CASE", type=Path)
    parser.add_argument(
        "--output-subdir", metavar="NAME", help="a folder below source/data, instead of expected/"
    )
    parser.set_defaults(parser=parser)
    return parser


def alias(parts: Commands) -> argparse.ArgumentParser:
    parser = parts.add_parser(
        "alias",
        help="run a command in which keboola.vcr is hushtape.keboola",
        description="Run a command; in it, and in the processes that it starts, `import keboola.vcr` gives "
        "hushtape.keboola, whether keboola.vcr is installed or not. It works through PYTHONPATH, so not "
        "under `python -E` or `python -I`. The exit code is the command's.",
        epilog="example: hushtape component alias -- python -m pytest tests",
    )
    parser.add_argument(
        "--max-memory", metavar="SIZE",
        help="warn, with the figure, where a debug run in it takes more (512M, 2G): HUSHTAPE_MAX_MEMORY",
    )  # fmt: skip
    parser.add_argument("command_line", metavar="COMMAND", nargs=argparse.REMAINDER, help="after a --")
    parser.set_defaults(parser=parser)
    return parser


def _component(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--component", metavar="SCRIPT", type=Path, default=Path("src/component.py"),
        help="the component's script; default: src/component.py",
    )  # fmt: skip
