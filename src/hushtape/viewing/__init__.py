"""Cassettes for people's eyes: what is shown of an interaction, what differs between two, how much there is.

Lives here: the work behind `hushtape show`, `diff` and `stats`. Must not: print, parse arguments (cli does),
write files, hold a body. Called by: cli. Everything reads through CassetteReader, one interaction at a time,
so that it works with every format and memory stays flat.
"""
