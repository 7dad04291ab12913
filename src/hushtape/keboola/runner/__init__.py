"""Runs a component's functional tests: a folder a case, recorded and replayed, outputs compared.

Lives here: what `hushtape component test` and the pytest options do. Must not: know the command line or
pytest. Called by: cli.component, keboola.pytest_plugin. `find_cases` and `run_case` are the two that matter.
"""

from hushtape.keboola.runner.comparing import files_in
from hushtape.keboola.runner.folders import SNAPSHOT, Case, find_cases
from hushtape.keboola.runner.many import IN_PROCESS, run_cases
from hushtape.keboola.runner.one import run_case
from hushtape.keboola.runner.outcome import Outcome, Problem
from hushtape.keboola.runner.settings import Settings

__all__ = [
    "IN_PROCESS",
    "SNAPSHOT",
    "Case",
    "Outcome",
    "Problem",
    "Settings",
    "files_in",
    "find_cases",
    "run_case",
    "run_cases",
]
