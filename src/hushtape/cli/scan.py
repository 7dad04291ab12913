"""`hushtape scan PATH...`: is there a secret in what is about to be committed?

Lives here: the command's options and what it prints. Must not: look for anything (scan does), or
take a secret from the command line. Called by: the command line. Exit codes: 0 clean, 1 findings, 2 wrong
usage or a file that can't be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hushtape.cli import failed
from hushtape.cli.output import as_json, count, safe
from hushtape.cli.progress import Bar
from hushtape.errors import HushtapeError, OptionError

if TYPE_CHECKING:
    from hushtape.scan import Finding, Result, Run

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands) -> None:
    parser = commands.add_parser(
        "scan",
        description="Look for secrets in files and folders: cassettes of hushtape, vcrpy and keboola.vcr, "
        "HAR, body files, journals, any text. Known values never come from the command line. Ends with 0 if "
        "there is none, 1 if there is one, 2 if something could not be read.",
        epilog="example: hushtape scan tests/cassettes --values-env 'KBC_SECRET_*'",
    )
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a file or a folder")
    known = parser.add_argument_group("known values")
    known.add_argument(
        "--values-file", metavar="FILE", type=Path, action="append", default=[],
        help="a value on each line, NAME=value lines, or JSON whose texts are all secret",
    )  # fmt: skip
    known.add_argument(
        "--values-env", metavar="NAME[,NAME]", action="append", default=[],
        help="environment variables that hold secrets; * stands for any text",
    )  # fmt: skip
    known.add_argument(
        "--config", metavar="FILE", type=Path, action="append", default=[],
        help="a configuration whose values under # keys are secret (config.json, config.secrets.json)",
    )  # fmt: skip
    parser.add_argument("--fix", action="store_true", help="redact in place what can be redacted")
    parser.add_argument("--baseline", metavar="FILE", type=Path, help="accepted findings, which are not told")
    parser.add_argument(
        "--update-baseline", action="store_true", help="accept what is found now: write it to the baseline"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    parser.set_defaults(run=run, gathers="paths")


def run(options: argparse.Namespace) -> int:
    try:
        return scan(options)
    except HushtapeError as error:
        return failed(error, 2)


def scan(options: argparse.Namespace) -> int:
    from hushtape.scan import Baseline, Run, known_values

    if options.update_baseline and (options.baseline is None or options.fix):
        found = "it goes with --baseline FILE, and not with --fix"
        raise OptionError(
            "use --update-baseline", found, "Change the options.", option="update_baseline", value=True
        )
    names = [name for names in options.values_env for name in names.split(",") if name]
    known, notes = known_values(options.values_file, names, options.config)
    baseline = None
    if options.baseline is not None:
        baseline = Baseline.load(options.baseline, new=options.update_baseline)
    bar = Bar("scanning", lambda: total_size(options.paths))
    sources = [*options.values_file, *options.config]
    task = Run(known, baseline, redact=options.fix, passed=bar.passed, spared=sources)
    kept = [f"{path} is not scanned: known values come from it" for path in sources]
    for note in (*notes, *task.scanner.notes, *kept):
        print(f"hushtape: note: {safe(note)}", file=sys.stderr)
    with bar:
        result = task.over(options.paths)
    if baseline is not None and options.update_baseline:
        accepted = baseline.update(_all(result, task), result.scanned)
        print(f"{options.baseline}: {count(accepted, 'accepted finding')}", file=sys.stderr)
        result.findings.clear()
    show(result, as_json=options.json)
    return result.code


def _all(result: Result, task: Run) -> list[Finding]:
    """What stands, and what was accepted before and is still there."""
    return [*result.findings, *task.known]


def show(result: Result, *, as_json: bool) -> None:
    """Findings on standard output; all else on the error output."""
    if as_json:
        print(document(result))
        return
    for finding in result.findings:
        print(line_of(finding))
    for text in told(result):
        print(text, file=sys.stderr)


def line_of(finding: Finding) -> str:
    """`file:line: rule: sample /pointer (under base64)`."""
    pointer = f" {finding.pointer}" if finding.pointer else ""
    how = f" (under {finding.how})" if finding.how else ""
    return safe(f"{finding.file}:{finding.line}: {finding.rule}: {finding.sample}{pointer}{how}")


def told(result: Result) -> Iterator[str]:
    """What the reader should know beside the findings."""
    from hushtape.scan.values import shown_path

    for problem in result.unreadable:
        yield safe(f"hushtape: can't read {shown_path(Path(problem.file))}: {problem.reason}")
    for problem in result.unfixed:
        yield safe(f"hushtape: can't redact {problem.file}: {problem.reason}")
    if result.fixed:
        yield f"{count(result.fixed, 'finding')} redacted; review the change before you commit it"
    stuck = sum(not finding.fixable for finding in result.findings)
    if stuck:
        yield f"{count(stuck, 'finding')} can't be redacted in place (compressed, archived, cut): record anew"
    accepted = f", {result.accepted:,} accepted" if result.accepted else ""
    yield f"{count(len(result.findings), 'finding')}{accepted} in {count(result.files, 'file')}"


def document(result: Result) -> str:
    """The result as JSON; its keys are stable. ASCII: a file's name may be no text."""
    findings = [
        {
            "file": one.file,
            "line": one.line,
            "pointer": one.pointer,
            "rule": one.rule,
            "sample": one.sample,
            "decoded": one.how,
            "fixable": one.fixable,
        }
        for one in result.findings
    ]
    from hushtape.scan.values import shown_path

    whole = {
        "version": 1,
        "findings": findings,
        "accepted": result.accepted,
        "fixed": result.fixed,
        "unreadable": [
            {"file": shown_path(Path(one.file)), "reason": one.reason} for one in result.unreadable
        ],
        "unfixed": [{"file": one.file, "reason": one.reason} for one in result.unfixed],
        "files": result.files,
        "bytes": result.size,
    }
    return as_json(whole)


def total_size(paths: list[Path]) -> int:
    """Bytes of all files; what can't be looked at counts as none."""
    from hushtape.scan.walk import files

    total = 0
    for item in files(paths):
        if isinstance(item, Path):
            try:
                total += item.stat().st_size
            except OSError:
                continue
    return total
