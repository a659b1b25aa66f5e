"""Implement `with_structured_output`: request the object, and parse it."""
