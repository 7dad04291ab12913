"""The benchmark: hushtape beside the bare client and the other recorders, in one run.

Parent process (needs only the standard library): `cli`, `rows`, `schedule`, `library`, `environments`,
`summary`, `table`, `readme`. Server process: `server`. Client processes, one a figure: `worker`, `jobs`,
`scrubbing`, `exports`, `planted`, `tools`, `floors`, `measure`. Nothing here is imported by hushtape or
shipped with it.
"""
