"""The version of the program, as runs and exports carry it."""

VERSION = "0.1.0"
