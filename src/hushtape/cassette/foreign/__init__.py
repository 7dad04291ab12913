"""Cassettes of other tools: vcrpy's JSON and YAML, keboola.vcr's, HAR.

Lives here: finding and reading their interactions, and writing them in those formats. Must not: execute
anything a file names, import a class by a name from a file, scrub. Called by: reader, seal, convert.
`opening.open_foreign` tells them apart by their content.
"""
