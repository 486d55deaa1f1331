"""How a command is ended before it is done: what it appended is kept, and what is half written is cleared away."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from data.errors import Terminated

STOPPED = 128  # and the number of the signal that ended a command before it was done, as shells have it


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the command as Ctrl+C does: with a word and a status, and what is half written is cleared away. In the middle of a
    question DuckDB makes an error of its own of either."""
    told: list[type[KeyboardInterrupt]] = []

    def end(number: int, frame: object) -> NoReturn:
        told.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
        raise told[-1]

    with _on_signals(lambda before: end):
        try:
            yield
        except Exception as error:
            if told:
                raise told[-1] from error
            raise


@contextmanager
def interrupting(interrupt: Callable[[], None]) -> Iterator[None]:
    """A signal tells DuckDB too. Its threads do not hear of an error that a handler raises: a long question would first go on to its
    end."""

    def telling(before: Mapping[int, Any]) -> Callable[[int, Any], None]:
        def tell(number: int, frame: object) -> None:
            interrupt()
            before[number](number, frame)

        return tell

    with _on_signals(telling):
        yield


@contextmanager
def going_on() -> Iterator[Any]:
    """Whether live work goes on: a signal ends it where it loses nothing."""
    from collectors.collecting import GoOn

    go_on = GoOn()
    with _on_signals(lambda before: go_on.stop):
        yield go_on


@contextmanager
def _on_signals(handler: Callable[[Mapping[int, Any]], Callable[[int, Any], object]]) -> Iterator[None]:
    """SIGTERM and SIGINT go to a handler that is made knowing those before it, which come back afterwards. Only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    chosen = handler(before)
    for number in before:
        signal.signal(number, chosen)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
