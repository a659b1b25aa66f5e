"""Copies of kept answers in Redis, so that clients read on at any worker.

The worker that gives an answer keeps it in its memory, where its own readers get it
from, whether Redis works or not. Redis has a copy for the other workers.
"""
