"""The corpus of planted secrets: values, the ways to write them down, the places where they may stand.

Lives here: generators that give the same vectors each time, and what they need. Must not: import hushtape
(the benchmark plants the same values for other recorders), or judge (`tests.adversarial.reading` does).
Called by: tests/sanitize/test_corpus*.py, bench.leaks.
"""
