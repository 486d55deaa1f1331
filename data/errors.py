"""The errors a person can do something about.

Groundswell
├── Unwritable     1  a place is full or may not be written: make room, or name another
├── WrongUsage     2  the command or file asks for something that cannot be: change it
├── Blocked        3  a platform refuses: come back later; what came before is kept
└── Unreadable     4  the input cannot be read: look at the file named
"""


class GroundswellError(Exception):
    """Base of the errors whose text is shown to the user as it is."""

    exit_status = 1


class Unwritable(GroundswellError):
    """A disk is full, or a place may not be written."""


class WrongUsage(GroundswellError):
    """The command or a file asks for something that cannot be."""

    exit_status = 2


class Blocked(GroundswellError):
    """A platform refuses. What came before it is kept."""

    exit_status = 3


class Unreadable(GroundswellError):
    """The input cannot be read."""

    exit_status = 4


class Terminated(KeyboardInterrupt):
    """SIGTERM ends the program as Ctrl+C does."""
