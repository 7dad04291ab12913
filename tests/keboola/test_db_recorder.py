"""Database queries in the cassette: recorded, scrubbed, replayed without a driver's connection."""

from __future__ import annotations

import gc
import json
import math
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from hushtape.errors import MissingDependencyError, RecordingFailedError
from hushtape.keboola import OracleDBAdapter, VCRRecorder
from hushtape.keboola.databases import InteractionLog
from hushtape.keboola.db_recorder import UnmatchedQueryError, adapter_for
from hushtape.keboola.db_store import Store
from hushtape.keboola.db_values import encode, normalize_sql, params_hash, revived
from tests.adversarial.smuggling import reply, scripted
from tests.keboola.conftest import SECRET
from tests.support.routes import TOKEN
from tests.support.servers import Server

MOMENT = datetime(2024, 1, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as drivers give them
MIDNIGHT = datetime(2024, 1, 1)  # noqa: DTZ001 - as drivers give them
ROWS = [
    (1, "a", MOMENT, date(2024, 1, 1), Decimal("1.50"), b"\0\xff", None, 1.5),
    (2, SECRET, None, None, None, None, None, None),
]


class Cursor:
    arraysize = 100
    description: Any = None

    def execute(self, sql: str, parameters: Any = None, **keywords: Any) -> Cursor:
        self.rows = list(ROWS)
        self.description = [("ID", "NUMBER", 10, None, 5, 0, True), ("NAME", "TEXT", 1, 1, None, None, False)]
        return self

    def fetchone(self) -> Any:
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int = 100) -> Any:
        taken, self.rows = self.rows[:size], self.rows[size:]
        return taken

    def fetchall(self) -> Any:
        return self.fetchmany(len(self.rows))

    def __iter__(self) -> Any:
        while self.rows:
            yield self.rows.pop(0)

    def close(self) -> None:
        self.rows = []


class Connection:
    version = "23.1"
    open = 0

    def cursor(self) -> Cursor:
        return Cursor()

    def commit(self) -> None:
        """Nothing."""

    def close(self) -> None:
        Connection.open -= 1


@pytest.fixture(autouse=True)
def driver(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A stand-in for oracledb: only its `connect` is ours to replace."""
    module = ModuleType("oracledb")

    def connect(**given: Any) -> Connection:
        Connection.open += 1
        return Connection()

    module.connect = connect  # type: ignore[attr-defined]
    Connection.open = 0
    monkeypatch.setitem(sys.modules, "oracledb", module)
    return module


def queries(seen: list[Any]) -> Callable[[], None]:
    def run() -> None:
        import oracledb  # type: ignore[import-not-found]

        with oracledb.connect(user="u", password=SECRET) as connection:
            cursor = connection.cursor()
            seen.append(cursor.execute("SELECT *\n  from t where k = :1", [SECRET]).fetchall())
            seen.append([column[0] for column in cursor.description])
            cursor.execute("select 2 from t", {"day": MIDNIGHT})
            seen.append([cursor.fetchone(), cursor.fetchmany(5), cursor.fetchone()])
            with connection.cursor() as other:
                seen.append(list(other.execute("select 3")))
            connection.commit()

    return run


def recorder(data: Path) -> VCRRecorder:
    return VCRRecorder.from_test_dir(data, db_adapters=[OracleDBAdapter()])


def test_queries_are_recorded_as_they_end_without_secrets(data: Path, driver: ModuleType) -> None:
    genuine = driver.connect
    made = recorder(data)
    made.record(queries([]))
    found = json.loads(made.cassette_path.read_bytes())
    statements = [entry["sql_normalized"] for entry in found["db_interactions"]]
    assert statements == ["SELECT * FROM T WHERE K = :1", "SELECT 3", "SELECT 2 FROM T"]
    assert found["db_interactions"][0]["rows"][1][1] == "REDACTED"
    assert found["db_interactions"][0]["description"] == [["ID", "NUMBER"], ["NAME", "TEXT"]]
    assert found["_metadata"]["db_driver"] == "oracledb"
    assert SECRET not in made.cassette_path.read_text()
    assert params_hash([SECRET]) != found["db_interactions"][0]["params_hash"]
    assert driver.connect is genuine and Connection.open == 0


def test_a_replay_gives_what_was_recorded_and_connects_to_nothing(data: Path, driver: ModuleType) -> None:
    recorded: list[Any] = []
    recorder(data).record(queries(recorded))
    replayed: list[Any] = []
    (data / "config.secrets.json").unlink()

    def no_connection(**given: Any) -> Any:
        pytest.fail("it connected")

    driver.connect = no_connection  # type: ignore[attr-defined]
    recorder(data).replay(queries(replayed))
    hidden = json.loads(json.dumps(recorded, default=str).replace(SECRET, "REDACTED"))
    assert json.loads(json.dumps(replayed, default=str)) == hidden
    assert replayed[0][0] == ROWS[0]


def test_a_query_that_is_not_recorded_fails_the_case_even_if_survived(data: Path) -> None:
    recorder(data).record(lambda: None)

    def survive() -> None:
        import oracledb

        try:
            oracledb.connect().cursor().execute("select 9")
        except Exception as error:
            assert isinstance(error, UnmatchedQueryError)

    with pytest.raises(UnmatchedQueryError, match="SELECT 9"):
        recorder(data).replay(survive)


def test_the_error_of_a_query_shows_no_secret(data: Path) -> None:
    recorder(data).record(lambda: None)

    def ask() -> None:
        import oracledb

        oracledb.connect().cursor().execute(f"select 9 from t where token = '{SECRET}'")

    with pytest.raises(UnmatchedQueryError, match="SELECT 9 FROM T") as caught:
        recorder(data).replay(ask)
    shown = f"{caught.value!s} {caught.value.__dict__}".lower()
    assert "redacted" in shown and SECRET.lower() not in shown


def test_answers_are_given_once_and_parameters_choose_among_them(data: Path) -> None:
    (data / "cassettes").mkdir()
    entries = [
        {
            "sql_normalized": "SELECT 1",
            "params_hash": params_hash([value]),
            "description": None,
            "rows": [[value]],
        }
        for value in ("a", "b")
    ]
    document = {"version": 1, "interactions": [], "db_interactions": entries}
    (data / "cassettes" / "requests.json").write_text(json.dumps(document))
    seen: list[Any] = []

    def run() -> None:
        import oracledb

        cursor = oracledb.connect().cursor()
        seen.extend(cursor.execute("select  1", [value]).fetchone() for value in ("b", "other"))
        with pytest.raises(UnmatchedQueryError):
            oracledb.connect().cursor().execute("select 1", ["a"])

    with pytest.raises(UnmatchedQueryError):
        recorder(data).replay(run)
    assert seen == [("b",), ("a",)]


def test_a_secret_that_can_not_be_replaced_fails_the_recording_not_the_query(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = b64encode(b64encode(b"xx" + SECRET.encode() + b"yyy")).decode()
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (hidden,))
    seen: list[Any] = []

    def run() -> None:
        import oracledb

        seen.append(oracledb.connect().cursor().execute("select 1").fetchone())

    with pytest.raises(RecordingFailedError):
        recorder(data).record(run)
    assert seen == [(hidden,)]
    assert not (data / "cassettes" / "requests.json").exists()


def test_a_secret_that_http_teaches_later_is_taken_out_of_earlier_queries(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (TOKEN,))

    def run() -> None:
        import oracledb

        cursor = oracledb.connect().cursor()
        cursor.execute("select 1").fetchone()
        cursor.execute("select 2")
        requests.post(f"{server.url}/token", timeout=5)

    with Server() as server:
        made = recorder(data)
        made.record(run)
    found = json.loads(made.cassette_path.read_bytes())["db_interactions"]
    assert [entry["rows"] for entry in found] == [[["REDACTED"]], []]


def test_a_secret_inside_a_statement_is_hidden_and_the_statement_found_again(data: Path) -> None:
    def run() -> None:
        import oracledb

        oracledb.connect().cursor().execute(f"select * from t where token = '{SECRET}' and x = 1").fetchone()

    made = recorder(data)
    made.record(run)
    stored = made.cassette_path.read_text()
    assert SECRET not in stored and SECRET.upper() not in stored
    assert "TOKEN = 'REDACTED' AND X = 1" in stored
    recorder(data).replay(run)


def recorded_as(data: Path, secret: object, *entries: dict[str, Any]) -> list[Any]:
    """What is stored of entries that an adapter hands over."""
    (data / "config.secrets.json").write_text(json.dumps({"parameters": {"#key": secret}}))

    class Own(OracleDBAdapter):
        def patch_for_record(self, interaction_log: Any) -> None:
            for entry in entries:
                interaction_log.append({"params_hash": "x", **entry})

    made = VCRRecorder.from_test_dir(data, db_adapters=[Own()])
    made.record(lambda: None)
    found: list[Any] = json.loads(made.cassette_path.read_bytes())["db_interactions"]
    return found


@pytest.mark.parametrize("rows", [1, 5, 10, 300])
def test_a_number_that_is_a_secret_goes_from_rows_of_numbers(data: Path, rows: int) -> None:
    table = [[1000 + n, 184020931, n * 7, -0.5, None, True] for n in range(rows)]
    [entry] = recorded_as(data, "184020931", {"sql": "select a from t", "rows": table})
    assert entry["rows"] == [[1000 + n, "REDACTED", n * 7, -0.5, None, True] for n in range(rows)]


def test_a_value_in_capitals_goes_from_statements_and_rows(data: Path) -> None:
    """As Oracle gives back names of users and schemas."""
    entries = [
        {"sql": f"select * from APP_READER_01.{name}", "rows": [["APP_READER_01", name]]} for name in "ab"
    ]
    found = recorded_as(data, "app_reader_01", *entries)
    assert [one["sql_normalized"] for one in found] == [f"SELECT * FROM REDACTED.{name}" for name in "AB"]
    assert [one["rows"] for one in found] == [[["REDACTED", name]] for name in "ab"]


def test_a_statement_that_hides_a_secret_fails_the_recording(data: Path) -> None:
    with pytest.raises(RecordingFailedError, match="can't be replaced"):
        recorded_as(data, "Tq8mZ4/vR2xK9&pL7", {"sql": "select 'Tq8mZ4/vR2'||'xK9&pL7' from t", "rows": []})
    assert not list(data.rglob("requests.json"))


def test_a_row_that_can_not_be_scrubbed_leaves_no_other_unscrubbed(data: Path) -> None:
    coded = b64encode(b64encode(f"x{TOKEN}y".encode())).decode()
    entries = [{"sql": "a", "rows": [[text]]} for text in (f"before {TOKEN}", coded, f"behind {TOKEN}")]

    class Own(OracleDBAdapter):
        def patch_for_record(self, interaction_log: Any) -> None:
            for entry in entries:
                interaction_log.append({"params_hash": "x", **entry})

    body = json.dumps({"access_token": TOKEN}).encode()
    with (
        scripted(reply(body, "Content-Type: application/json")) as server,
        pytest.raises(RecordingFailedError),
    ):
        VCRRecorder.from_test_dir(data, db_adapters=[Own()]).record(
            lambda: requests.get(server.url, timeout=5)
        )
    left = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    assert any(b"before REDACTED" in text and b"behind REDACTED" in text for text in left)
    assert not any(TOKEN.encode() in text for text in left)


def stored(*statements: str) -> Store:
    return Store([{"sql_normalized": one, "rows": [[number]]} for number, one in enumerate(statements)])


def test_of_several_recorded_statements_the_one_that_says_most_answers() -> None:
    store = stored(
        "SELECT A FROM T WHERE B = 'REDACTED'",
        "SELECT A FROM T WHERE B = 'REDACTED' AND C = 'OPEN'",
        "SELECT A FROM T WHERE B = 'REDACTED'",
    )
    for statement, number in (("", 0), (" and c = 'open'", 1), ("", 2)):
        assert store.take(f"select a from t where b = 'dummy'{statement}", None)["rows"] == [[number]]
    with pytest.raises(UnmatchedQueryError):
        store.take("select a from t where b = 'dummy' and c = 'open'", None)


@pytest.mark.parametrize("asked", ["SELECT A", "SELECT 'x'", "SELECT '' , 'B'", "SELECT 'A', 'B' FROM T"])
def test_a_placeholder_stands_for_some_text_between_all_that_was_recorded(asked: str) -> None:
    with pytest.raises(UnmatchedQueryError):
        stored("SELECT 'REDACTED', 'REDACTED'").take(asked, None)


def test_any_placeholder_stands_for_some_text() -> None:
    entries = [{"sql_normalized": "SELECT * FROM T WHERE K='<<GONE>>' AND Y=2024", "rows": [[1]]}]
    store = Store(entries, placeholders=("<<gone>>", ""))
    assert store.take("select * from t where k='dummy' and y=2024", None)["rows"] == [[1]]


@pytest.mark.parametrize("placeholder", ["*", "X", "1", "?"])
def test_what_sql_says_itself_is_no_placeholder(placeholder: str) -> None:
    store = Store(
        [{"sql_normalized": f"SELECT MAX({placeholder}) FROM T", "rows": []}], placeholders=(placeholder,)
    )
    with pytest.raises(UnmatchedQueryError):
        store.take("select max(id) from t", None)


def test_parameters_are_compared_as_they_were_recorded() -> None:
    def clean(text: str) -> str:
        return text.replace("dummy", "REDACTED").replace(SECRET, "REDACTED")

    entries = [
        {
            "sql_normalized": "Q",
            "params_hash": params_hash({"i": number, "k": SECRET}, clean),
            "rows": [[number]],
        }
        for number in range(4)
    ]
    store = Store(entries, clean)
    found = [store.take("q", {"i": number, "k": "dummy"})["rows"] for number in (2, 1, 0, 3)]
    assert found == [[[2]], [[1]], [[0]], [[3]]]


def test_many_placeholders_cost_no_more_than_their_number() -> None:
    store = stored("INSERT ALL" + " INTO T VALUES ('REDACTED')" * 40 + " END")
    calls = 0

    def on_event(frame: object, event: str, arg: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        with pytest.raises(UnmatchedQueryError):
            store.take("insert all" + " into t values ('dummy')" * 80, None)
    finally:
        sys.setprofile(before)
    assert calls < 5_000


def test_an_adapter_that_normalises_itself_leaks_no_secret_in_capitals(data: Path) -> None:
    class Own(OracleDBAdapter):
        def patch_for_record(self, interaction_log: Any) -> None:
            statement = normalize_sql(f"select '{SECRET}'")
            interaction_log.append({"sql_normalized": statement, "params_hash": "x", "rows": []})

    made = VCRRecorder.from_test_dir(data, db_adapters=[Own()])
    made.record(lambda: None)
    assert "SELECT 'REDACTED'" in made.cassette_path.read_text()
    assert SECRET.upper() not in made.cassette_path.read_text()


def test_a_secret_in_capitals_that_holds_another_is_kept_in_no_part(data: Path) -> None:
    (data / "config.secrets.json").write_text(
        json.dumps({"parameters": {"#user": "reader", "#key": "reader/Zk93mP0qX7"}})
    )

    class Own(OracleDBAdapter):
        def patch_for_record(self, interaction_log: Any) -> None:
            statement = normalize_sql("select 'reader%2FZk93mP0qX7', 'of reader'")
            interaction_log.append({"sql_normalized": statement, "params_hash": "x", "rows": []})

    made = VCRRecorder.from_test_dir(data, db_adapters=[Own()])
    made.record(lambda: None)
    stored = made.cassette_path.read_text()
    assert "SELECT 'REDACTED', 'OF REDACTED'" in stored and "ZK93MP0QX7" not in stored


@pytest.mark.parametrize(
    ("text", "found"),
    [("import oracledb\n", True), ("  from oracledb import connect\n", True), ("# import oracledb\n", False)],
)
def test_the_adapter_of_the_driver_that_a_component_imports_is_found(
    tmp_path: Path, text: str, found: bool
) -> None:
    (tmp_path / "component.py").write_text("import client\n")
    (tmp_path / "client.py").write_text(text)
    assert isinstance(adapter_for(tmp_path / "component.py"), OracleDBAdapter) is found


def test_values_keep_their_types() -> None:
    value = {"a": [MIDNIGHT, date(2024, 1, 2), Decimal("1.0"), b"\0", None, 1, {"__type__": "x"}]}
    assert revived(json.loads(encode(value))) == value
    assert revived({"__type__": "date", "value": "never"}) == {"__type__": "date", "value": "never"}


ODD: list[Any] = ["a", "\ud800 half", float("inf"), float("-inf"), 10**30, 1e308, SECRET]


def test_rows_that_json_can_not_say_are_recorded_and_come_back(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (*ODD, float("nan")))
    seen: list[Any] = []

    def run() -> None:
        import oracledb

        seen.append(oracledb.connect().cursor().execute("select 1", [float("nan")]).fetchone())

    made = recorder(data)
    made.record(run)
    text = made.cassette_path.read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(name))
    recorder(data).replay(run)
    assert list(seen[1][:-1]) == [*ODD[:-1], "REDACTED"] and math.isnan(seen[1][-1])


def test_what_another_tool_wrote_as_nan_is_read(data: Path) -> None:
    (data / "cassettes").mkdir()
    entry = {
        "sql_normalized": "SELECT 1",
        "params_hash": params_hash(None),
        "rows": [[float("nan"), "\ud800"]],
    }
    document = {"version": 1, "interactions": [], "db_interactions": [entry]}
    (data / "cassettes" / "requests.json").write_text(json.dumps(document))
    seen: list[Any] = []

    def run() -> None:
        import oracledb

        seen.extend(oracledb.connect().cursor().execute("select 1").fetchone())

    recorder(data).replay(run)
    assert math.isnan(seen[0]) and seen[1] == "\ud800"


def test_statements_are_compared_without_white_space_and_case() -> None:
    assert normalize_sql("  select\n\t1 ") == normalize_sql("SELECT 1")


def test_the_hash_is_that_of_the_older_tool() -> None:
    assert params_hash(["x"]).startswith("cd65ea2c2ad9") and params_hash(None).startswith("74234e98afe7")
    assert params_hash({"a": MIDNIGHT}).startswith("e8e1e8efbbcd")


def test_a_driver_that_is_missing_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oracledb", None)
    with pytest.raises(MissingDependencyError, match="oracledb"):
        recorder(data).record(lambda: None)


def test_what_http_teaches_is_out_of_the_recording_before_its_exchange_ends(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed behind it leaves a journal, of which `recover` makes a cassette."""
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (f"note {TOKEN}",))
    left: list[bytes] = []

    def run() -> None:
        import oracledb

        cursor = oracledb.connect().cursor()
        cursor.execute(f"select * from t where a = '{TOKEN}'").fetchone()
        cursor.execute("select 2")  # the one before is over
        requests.post(f"{server.url}/token", timeout=5)
        left.extend(path.read_bytes() for path in data.rglob("*") if path.is_file())

    with Server() as server:
        made = recorder(data)
        made.record(run)
    left.append(made.cassette_path.read_bytes())
    assert any(b"NOTE REDACTED" in text.upper() for text in left[:-1])
    assert not any(TOKEN.upper().encode() in text.upper() for text in left)


def test_what_a_row_says_is_a_credential_is_looked_for_elsewhere(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "n037KxJ8Qw2LmzTv9"
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (json.dumps({"access_token": value}),))

    def run() -> None:
        import oracledb

        requests.get(f"{server.url}/number/1?q={value}", timeout=5)
        oracledb.connect().cursor().execute("select 1").fetchone()
        requests.get(f"{server.url}/number/2?q={value}", timeout=5)

    with Server() as server:
        made = recorder(data)
        made.record(run)
    text = made.cassette_path.read_text()
    assert value not in text and text.count("?q=REDACTED") == 2


def test_the_error_of_a_query_shows_recorded_ones_scrubbed(data: Path) -> None:
    recorder(data).record(lambda: None)
    cassette = data / "cassettes" / "requests.json"
    stored = f"SELECT * FROM T WHERE A = '{SECRET.upper()}' OR B IDENTIFIED BY 'HQ8KD93LMZ7TT1P'"
    entry = {"sql_normalized": stored, "params_hash": "", "rows": []}
    cassette.write_text(json.dumps({**json.loads(cassette.read_text()), "db_interactions": [entry]}))

    def ask() -> None:
        import oracledb

        oracledb.connect().cursor().execute("select 9")

    with pytest.raises(UnmatchedQueryError, match="FROM T WHERE") as caught:
        recorder(data).replay(ask)
    shown = f"{caught.value!s} {caught.value.__dict__}"
    assert SECRET.upper() not in shown and "HQ8KD93LMZ7TT1P" not in shown


def test_an_answer_that_is_cut_when_the_tape_closes_teaches_the_queries_too(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "n037KxJ8Qw2LmzTv9"
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (f"note {value}",))
    held: list[requests.Response] = []

    def run() -> None:
        import oracledb

        oracledb.connect().cursor().execute("select 1").fetchone()
        held.append(requests.get(server.url, stream=True, timeout=5))
        held[0].raw.read(4_000)

    body = json.dumps({"access_token": value, "pad": "x" * 100_000}).encode()
    with scripted(reply(body, "Content-Type: application/json")) as server:
        made = recorder(data)
        made.record(run)
        held[0].close()
    assert value not in made.cassette_path.read_text()


def test_a_search_that_begins_within_another_or_within_a_query_is_left_to_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the garbage collector ends a response that teaches."""
    done: list[str] = []
    search, write = InteractionLog._scrub_again, InteractionLog._write

    def searching(log: InteractionLog) -> None:
        done.append("search")
        if done.count("search") < 3:
            log.search()
        search(log)

    def writing(log: InteractionLog, entry: dict[str, Any]) -> None:
        done.append("write")
        log.search()
        write(log, entry)

    monkeypatch.setattr(InteractionLog, "_scrub_again", searching)
    monkeypatch.setattr(InteractionLog, "_write", writing)
    made = recorder(data)
    made.record(queries([]))
    assert done[:4] == ["write", "search", "search", "search"]
    assert len(json.loads(made.cassette_path.read_bytes())["db_interactions"]) == 3


def test_threads_that_query_and_learn_wait_for_no_one_for_ever(data: Path) -> None:
    def run() -> None:
        import oracledb

        def ask(number: int) -> None:
            for _ in range(20):
                oracledb.connect().cursor().execute(f"select {number}").fetchall()

        def learn(number: int) -> None:
            for _ in range(5):
                left: Any = requests.post(f"{server.url}/token", stream=True, timeout=5)
                left.itself = left  # the garbage collector ends it, wherever it comes
                requests.get(f"{server.url}/number/{number}?token=q{number}Zk93mP0qX7vL", timeout=5)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: (ask, learn)[number % 2](number), range(4)))
        gc.collect()

    with Server() as server:
        made = recorder(data)
        made.record(run)
    assert len(json.loads(made.cassette_path.read_bytes())["db_interactions"]) == 40


def test_rows_that_teach_something_new_each_cost_no_more_than_their_number(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = iter(f"n{number:03d}KxJ8Qw2Lm{number * 7919:06x}" for number in range(1_000))
    monkeypatch.setattr(Cursor, "fetchone", lambda cursor: (json.dumps({"access_token": next(values)}),))

    def run() -> None:
        import oracledb

        cursor = oracledb.connect().cursor()
        for number in range(150):
            cursor.execute(f"select {number}").fetchone()

    made, begin = recorder(data), time.thread_time()
    made.record(run)
    assert time.thread_time() - begin < 20  # it took minutes
    assert "KxJ8Qw2Lm" not in made.cassette_path.read_text()
