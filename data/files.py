"""Files that survive a power cut: written whole, on disk, before they get their name; what is said where none can be written; and which
files nobody put where they are."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import Unwritable, WrongUsage

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
LEFT_BY_FILE_MANAGERS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # in a folder that was only looked at
LEFT_BY_PROGRAMS = (".", "~$")  # what is hidden; what Office keeps beside a file that is open


@contextmanager
def saying_what_cannot_be_written(where: Callable[[], str]) -> Iterator[None]:
    """A full disk, and a place that may not be written, are said with what to do; any other error stays as it is. `where` tells
    where it was written, if the error does not name a file."""
    try:
        yield
    except Exception as error:
        number = _number(error)
        if number is None or number not in (*FULL, *CLOSED, errno.EISDIR):
            raise
        place, why = getattr(error, "filename", None) or where(), os.strerror(number)
        if number in FULL:
            raise Unwritable(
                f"{place}: cannot be written ({why}). Make room there, or give another place (--home DIR, --out), and run "
                "the same command again: what is in the home already is kept"
            ) from error
        if number in CLOSED:
            raise Unwritable(
                f"{place}: may not be written or opened ({why}). See to it that you may, or give another place (--home DIR, --out)"
            ) from error
        raise WrongUsage(f"{place} is a folder: name a file") from error


def _number(error: Exception) -> int | None:
    """What the system said. DuckDB, which has several classes of errors for it, tells it in words alone."""
    if isinstance(error, OSError):
        return error.errno
    if type(error).__module__ not in ("duckdb", "_duckdb"):
        return None
    return next((number for number in (*FULL, *CLOSED) if os.strerror(number) in str(error)), None)


@contextmanager
def gone_where_it_fails(*written: Path) -> Iterator[None]:
    """Of what fails in between no half of a file stays: where a disk is full it would fill it further."""
    try:
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def write_durably(path: Path, body: bytes) -> None:
    """Writes a file and waits until it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file, gone_where_it_fails(path):
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Waits until a file is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on disk. Windows cannot open folders and needs no such call."""
    if os.name == "posix":
        sync(folder)


def alive(pid: int) -> bool:
    """Whether a process of this machine still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def left_by_programs(name: str) -> bool:
    """Whether a file is of a program or a file manager, by its name, and of nobody who put it there."""
    return name.startswith(LEFT_BY_PROGRAMS) or name.lower() in map(str.lower, LEFT_BY_FILE_MANAGERS)
