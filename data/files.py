"""Files that survive a power cut: written whole, on disk, before they get their name. And those that nobody put where they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEFT_BY_FILE_MANAGERS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # in a folder that was only looked at
LEFT_BY_PROGRAMS = (".", "~$")  # what is hidden; what Office keeps beside a file that is open


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
