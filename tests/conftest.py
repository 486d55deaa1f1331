"""What holds for every test: no outside home, and no test fails for being slow."""

from hypothesis import settings

settings.register_profile("groundswell", deadline=None)
settings.load_profile("groundswell")
