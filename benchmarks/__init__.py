"""Measurements, run by hand and quoted in README.md. Never assertions in tests."""
