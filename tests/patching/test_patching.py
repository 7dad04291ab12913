"""What a patch set promises to the program whose classes it touches.

The targets are classes and modules made here, shaped like the clients' own: methods that are inherited,
static methods, properties, coroutines, and other tracers that wrap what they find.
"""

from __future__ import annotations

import functools
import gc
import inspect
import pickle
import threading
import types
import weakref
from typing import Any

import pytest

from hushtape.errors import UsageError
from hushtape.patching import PatchSet


class Base:
    def send(self, data: bytes, *, flag: int = 3) -> tuple[Any, ...]:
        """Sends data."""
        return ("base", self, data, flag)

    @staticmethod
    def static(value: int) -> int:
        return value

    @classmethod
    def make(cls, value: int) -> tuple[type, int]:
        return cls, value

    @property
    def state(self) -> str:
        """The state."""
        return "idle"

    async def go(self, value: int) -> int:
        return value


class Child(Base):
    pass


def doubling(original: Any) -> Any:
    def replacement(*args: Any, **kwargs: Any) -> Any:
        return ("ours", original(*args, **kwargs))

    return replacement


@pytest.fixture
def patches() -> Any:
    patches = PatchSet()
    yield patches
    patches.remove()


def test_a_method_is_replaced_and_comes_back_as_the_same_object(patches: PatchSet) -> None:
    before = Base.__dict__["send"]
    patches.replace(Base, "send", doubling)
    base = Base()
    assert base.send(b"x", flag=1) == ("ours", ("base", base, b"x", 1))
    patches.remove()
    assert Base.__dict__["send"] is before
    assert base.send(b"x") == ("base", base, b"x", 3)


def test_a_patched_method_keeps_name_doc_signature_and_pickles(patches: PatchSet) -> None:
    signature = inspect.signature(Base.send)
    patches.replace(Base, "send", doubling)
    assert Base.send.__name__ == "send"
    assert Base.send.__qualname__ == "Base.send"
    assert Base.send.__doc__ == "Sends data."
    assert inspect.signature(Base.send) == signature
    assert "Sends data" in inspect.getsource(Base.send)
    assert pickle.loads(pickle.dumps(Base.send)) is Base.send


def test_an_inherited_method_is_inherited_again_after_removal(patches: PatchSet) -> None:
    patches.replace(Child, "send", doubling)
    assert Child().send(b"")[0] == "ours"
    assert Base().send(b"")[0] == "base"
    patches.remove()
    assert "send" not in vars(Child)
    assert Child.send is Base.send


def test_static_and_class_methods_stay_what_they_are(patches: PatchSet) -> None:
    patches.replace(Base, "static", doubling)
    patches.replace(Base, "make", doubling)
    assert Base.static(2) == Base().static(2) == ("ours", 2)
    assert Child.make(1) == ("ours", (Child, 1))
    assert isinstance(Base.__dict__["static"], staticmethod)
    assert isinstance(Base.__dict__["make"], classmethod)


def test_a_property_is_replaced_by_a_property(patches: PatchSet) -> None:
    patches.replace(Base, "state", lambda old: property(lambda self: "ours " + old.fget(self)))
    assert Base().state == "ours idle"
    kept = Base.__dict__["state"]
    assert kept.__doc__ == "The state."
    patches.remove()
    assert Base().state == "idle"
    assert kept.fget(Base()) == "idle"


def test_a_coroutine_function_stays_one(patches: PatchSet) -> None:
    def make(original: Any) -> Any:
        async def replacement(self: Any, value: int) -> int:
            return await original(self, value) + 1

        return replacement

    patches.replace(Base, "go", make)
    assert inspect.iscoroutinefunction(Base.go)
    with pytest.raises(StopIteration) as stopped:
        Base().go(1).send(None)
    assert stopped.value.value == 2


def test_a_function_a_class_and_a_value_of_a_module_are_replaced(patches: PatchSet) -> None:
    module = types.ModuleType("some_client")
    module.call, module.Kind, module.limit = len, Base, 3  # type: ignore[attr-defined]
    patches.replace(module, "call", doubling)
    patches.replace(module, "Kind", lambda kind: Child)
    patches.replace(module, "limit", lambda limit: limit + 1)
    assert (module.call("abc"), module.Kind, module.limit) == (("ours", 3), Child, 4)
    patches.remove()
    assert (module.call, module.Kind, module.limit) == (len, Base, 3)


def test_a_method_of_one_instance_is_replaced_for_that_one_alone(patches: PatchSet) -> None:
    one, other = Base(), Base()
    patches.replace(one, "send", doubling)
    assert one.send(b"x") == ("ours", ("base", one, b"x", 3))
    assert other.send(b"x")[0] == "base"
    patches.remove()
    assert vars(one) == {}


def test_a_callable_that_does_not_bind_does_not_begin_to(patches: PatchSet) -> None:
    class Holder:
        measure = len

    patches.replace(Holder, "measure", doubling)
    assert Holder().measure("abc") == ("ours", 3)
    patches.remove()
    assert Holder().measure("abc") == 3


def test_a_tracer_that_wrapped_ours_survives_and_reaches_the_original(patches: PatchSet) -> None:
    class Client:
        def send(self, data: bytes) -> tuple[Any, ...]:
            return ("base", data)

    patches.replace(Client, "send", doubling)
    ours: Any = Client.send

    def traced(self: Any, data: bytes) -> Any:
        return ("traced", ours(self, data))

    Client.send = traced  # type: ignore[assignment, method-assign]
    assert Client().send(b"x") == ("traced", ("ours", ("base", b"x")))
    patches.remove()
    assert Client().send(b"x") == ("traced", ("base", b"x"))


def test_what_a_tracer_keeps_of_ours_keeps_nothing_of_ours_alive() -> None:
    class Client:
        def send(self) -> str:
            return "base"

    class Tape:
        pass

    tape = Tape()
    alive = weakref.ref(tape)
    patches = PatchSet()
    patches.replace(Client, "send", lambda original, tape=tape: lambda self: (tape, original(self)))
    kept = Client.send
    patches.remove()
    del tape, patches
    gc.collect()
    assert alive() is None
    assert kept(Client()) == "base"


def test_a_shim_that_a_tracer_put_back_is_not_wrapped_again() -> None:
    class Client:
        def send(self) -> str:
            return "base"

    original = Client.__dict__["send"]
    patches = PatchSet()
    patches.replace(Client, "send", doubling)
    ours = Client.__dict__["send"]
    Client.send = lambda self: "traced"  # type: ignore[method-assign]
    patches.remove()
    Client.send = ours  # type: ignore[method-assign]
    for _ in range(3):
        patches.replace(Client, "send", doubling)
        assert Client().send() == ("ours", "base")
        patches.remove()
        assert Client.__dict__["send"] is original


def test_a_tracer_that_is_a_descriptor_sees_the_instance(patches: PatchSet) -> None:
    class Tracer:
        """Binds as wrapt's FunctionWrapper does: called unbound, it does not know the instance."""

        def __init__(self, wrapped: Any, instance: Any = None) -> None:
            functools.update_wrapper(self, wrapped)
            self.wrapped, self.instance = wrapped, instance

        def __get__(self, instance: Any, owner: Any) -> Tracer:
            return Tracer(self.wrapped, instance)

        def __call__(self, *args: Any) -> Any:
            assert self.instance is not None
            return self.wrapped(self.instance, *args)

    class Client:
        @Tracer
        def send(self, data: bytes) -> tuple[Any, bytes]:
            return self, data

    patches.replace(Client, "send", doubling)
    client = Client()
    assert client.send(b"x") == ("ours", (client, b"x"))
    kept = Client.__dict__["send"]
    patches.remove()
    assert client.send(b"x") == kept(client, b"x") == (client, b"x")


def test_replacing_twice_in_a_set_does_nothing_the_second_time(patches: PatchSet) -> None:
    patches.replace(Base, "send", doubling)
    first = Base.send
    patches.replace(Base, "send", doubling)
    assert Base.send is first
    assert len(patches) == 1
    patches.remove()
    patches.remove()
    assert Base().send(b"")[0] == "base"


def test_two_sets_may_hold_the_same_attribute_and_go_in_any_order() -> None:
    first, second = PatchSet(), PatchSet()
    before = Base.__dict__["send"]
    first.replace(Base, "send", doubling)
    second.replace(Base, "send", doubling)
    first.remove()
    base = Base()
    assert base.send(b"") == ("ours", ("base", base, b"", 3))
    second.remove()
    assert base.send(b"") == ("base", base, b"", 3)
    third = PatchSet()
    third.replace(Base, "send", doubling)
    third.remove()
    assert Base.__dict__["send"] is before


@pytest.mark.parametrize(
    ("target", "name"), [(Base, "nothing"), (str, "upper"), (object(), "anything"), (object(), "__eq__")]
)
def test_what_cannot_be_patched_is_refused_by_name(patches: PatchSet, target: Any, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        patches.replace(target, name, doubling)
    assert len(patches) == 0


def test_a_failing_maker_leaves_everything_as_it_was(patches: PatchSet) -> None:
    before = Base.__dict__["send"]
    with pytest.raises(ZeroDivisionError):
        patches.replace(Base, "send", lambda original: 1 / 0)
    assert Base.__dict__["send"] is before
    assert len(patches) == 0


def test_thousands_of_cycles_leave_nothing_behind() -> None:
    def cycle(times: int) -> None:
        patches = PatchSet()
        for _ in range(times):
            for target, name in ((Base, "send"), (Child, "send"), (Base, "static"), (Base, "make")):
                patches.replace(target, name, doubling)
            patches.remove()

    before = dict(vars(Base)), dict(vars(Child))
    cycle(10)
    gc.collect()
    objects = len(gc.get_objects())
    cycle(2000)
    gc.collect()
    assert len(gc.get_objects()) - objects < 50
    assert (dict(vars(Base)), dict(vars(Child))) == before


def test_threads_that_install_and_remove_at_once_end_where_they_began() -> None:
    before = dict(vars(Base))
    failures: list[BaseException] = []
    stop = threading.Event()

    def call() -> None:
        base = Base()
        while not stop.is_set():
            try:
                result = base.send(b"")
                while result[0] == "ours":
                    result = result[1]
                assert result[0] == "base"
            except BaseException as error:
                failures.append(error)
                return

    def cycle() -> None:
        for _ in range(100):
            patches = PatchSet()
            patches.replace(Base, "send", doubling)
            patches.remove()

    caller = threading.Thread(target=call)
    caller.start()
    cyclers = [threading.Thread(target=cycle) for _ in range(4)]
    for thread in cyclers:
        thread.start()
    for thread in cyclers:
        thread.join()
    stop.set()
    caller.join()
    assert failures == []
    patches = PatchSet()
    patches.replace(Base, "send", doubling)
    patches.remove()
    assert Base.__dict__["send"] is before["send"]
