"""The fixture of `fixtures.py`, for the tests here."""

from tests.platforms_server.fixtures import platforms

__all__ = ["platforms"]
