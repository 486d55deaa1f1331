"""Rows, log, published database and questions. Imports nothing of the project outside this folder."""
