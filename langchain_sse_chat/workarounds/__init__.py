"""Workarounds for faults of langchain-core, and nothing else.

Each file says what should happen, what happens instead, and when it can be deleted.
"""
