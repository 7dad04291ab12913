"""`hushtape demo`: a real HTTPS job on this machine, recorded and replayed before your eyes.

Lives here: the command's options. Must not: tell the story (hushtape.demo does).
Called by: the command line.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.errors import CassetteInUseError, CassetteWriteError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

EXAMPLE = "example: hushtape demo --keep ./look-at-this"


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "demo",
        description="Start an HTTPS API on loopback, run a small extractor against it bare, recorded and "
        "replayed with the server stopped, compare the outputs, and show time and memory of each run. "
        "Needs the extra 'demo': pip install 'hushtape[demo]'.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "--keep", metavar="DIR", type=Path, help="keep the cassette in this folder (default: keep nothing)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hushtape.demo.story import run_demo

    return run_demo(None if options.keep is None else free_folder(options.keep))


def free_folder(folder: Path) -> Path:
    """The folder, made if need be; refused while it holds anything, so that nothing is overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise CassetteWriteError(
            f"keep the demo's cassette in {folder}",
            error.strerror or "the folder can't be made",
            "Name a folder that you may write to.",
            path=str(folder),
        ) from None
    if taken:
        raise CassetteInUseError(
            f"keep the demo's cassette in {folder}",
            "the folder is not empty",
            "Name a new folder, or empty this one.",
            path=str(folder),
            owner=None,
        )
    return folder
