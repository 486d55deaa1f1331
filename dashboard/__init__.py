"""The pages that app.py lists, their charts and their words."""
