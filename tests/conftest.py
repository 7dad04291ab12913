"""What all tests share: no cache, comparisons told whole, examples that hypothesis tries.

Profiles, chosen by HYPOTHESIS_PROFILE: "default" keeps the suite within minutes; "thorough" is for
looking for trouble. Examples are derandomized: a test that passes on one machine passes on the next.

The collector of cycles rests until all tests are collected, and passes over what is there by then: thirteen
thousand tests are a million objects, and walking them, again and again, took a tenth of the suite's time.
"""

from __future__ import annotations

import gc
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from hushtape.sanitize import engine

pytest.register_assert_rewrite("tests.contract.ways")  # so that a comparison that fails shows both sides

gc.disable()
engine.FASTEST = (
    "growing"  # hyperscan takes 11 ms and more for each of the tests' rulesets, a tenth of all time
)
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `thinned(n)` every nth case stays in the suite, the others run in `make soak`."""
    numbers: Counter[str] = Counter()
    for item in items:
        if (mark := item.get_closest_marker("thinned")) is not None:
            name = item.nodeid.partition("[")[0]
            if numbers[name] % mark.args[0]:
                item.add_marker("soak")
            numbers[name] += 1


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()
