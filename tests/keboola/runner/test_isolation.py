"""What a component's modules do as they are imported for its list of sanitizers: before any tape is open."""

from __future__ import annotations

import pytest

from tests.keboola.runner.conftest import Project
from tests.support.servers import Server

ASKS = """import urllib.request

def ask():
    with urllib.request.urlopen({url!r}, timeout=10) as answer:
        return answer.read().decode()

"""
PLAIN = "word = ask()\n"
CAREFUL = "try:\n    word = ask()\nexcept Exception:\n    word = 'helped'\n"


def with_list(project: Project, helper: str) -> None:
    project.script.write_text(
        project.script.read_text().replace("def main", "VCR_SANITIZERS = []\n\n\ndef main", 1)
    )
    project.script.with_name("helper.py").write_text(ASKS.format(url=project.url + "/number/7") + helper)


@pytest.mark.parametrize("mode", ["auto", "replay"])
def test_a_module_that_asks_before_a_tape_is_open_is_refused(
    mode: str, project: Project, server: Server
) -> None:
    with_list(project, PLAIN)
    data = project.case("first")
    [outcome] = project.run(mode=mode)
    [problem] = outcome.problems
    assert "asked as the script is imported" in problem.text and "sanitizers.py" in problem.text
    assert server.requests == [] and not (data / "cassettes").exists()


def test_one_that_goes_on_without_an_answer_asks_again_when_the_tape_is_open(
    project: Project, server: Server
) -> None:
    with_list(project, CAREFUL)
    project.case("first")
    [recorded] = project.run()
    assert (recorded.played, recorded.problems) == (3, ()) and len(server.requests) == 3
    [replayed] = project.run(mode="replay")
    assert (replayed.played, replayed.problems) == (3, ()) and len(server.requests) == 3


def test_without_a_list_a_module_asks_when_the_tape_is_open(project: Project, server: Server) -> None:
    with_list(project, PLAIN)
    project.script.write_text(project.script.read_text().replace("VCR_SANITIZERS = []", ""))
    project.case("first")
    assert [outcome.played for outcome in project.run()] == [3]
    assert project.kinds(mode="replay") == [] and len(server.requests) == 3
