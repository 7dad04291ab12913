"""One contract for every client: run bare, recorded and replayed, and see no difference.

Cases know no client; drivers know one client each; `ways` runs a case three times and compares.
"""
