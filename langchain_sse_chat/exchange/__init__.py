"""Decide about one call: its attempts, its access tokens and its endpoints."""
