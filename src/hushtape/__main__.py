"""`python -m hushtape`: the same command line as `hushtape`.

Lives here: the call. Must not: do anything when imported. Called by: the interpreter.
"""

from hushtape.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
