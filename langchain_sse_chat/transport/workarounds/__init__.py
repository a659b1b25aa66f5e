"""Workarounds for faults of httpcore, httpx, aiohttp and asyncio, and nothing else.

Each file says what should happen, what happens instead, and when it can be deleted.
"""
