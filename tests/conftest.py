"""What all tests share: no cache, comparisons told whole, examples that hypothesis tries.

Profiles, chosen by HYPOTHESIS_PROFILE: "default" keeps the suite within minutes; "thorough" is for
looking for trouble. Examples are derandomized: a test that passes on one machine passes on the next.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.contract.ways")  # so that a comparison that fails shows both sides

os.environ["HUSHTAPE_CACHE"] = ""  # nothing of the tests stays in the user's cache folder

settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=2000, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
