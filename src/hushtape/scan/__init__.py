"""Scanning: is there a secret in these files?

Lives here: the room's public names. Must not: be imported by a recording, or print. Called by: cli.
The rules, decodings and shapes are the sanitizers' own; this room knows files, places, baselines and fixes.
"""

from hushtape.scan.baseline import Baseline
from hushtape.scan.finding import Finding
from hushtape.scan.run import Problem, Result, Run
from hushtape.scan.values import known_values

__all__ = ["Baseline", "Finding", "Problem", "Result", "Run", "known_values"]
