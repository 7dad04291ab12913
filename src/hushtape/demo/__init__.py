"""The demonstration: a small HTTPS job, recorded, shown and replayed on one machine.

Lives here: an embedded API server, an extractor that talks to it, and the story that runs both.
Must not: be imported by anything but the command line; import requests or trustme before it runs.
"""
