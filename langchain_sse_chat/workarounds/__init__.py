"""Workarounds for langchain-core, and nothing else.

Each file says what should happen, what happens instead, and what is lost without it.
"Workarounds" in CONTRIBUTING.md says how to add one, and when to delete it.
"""
