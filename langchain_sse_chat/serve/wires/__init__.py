"""Wires: the parts of an answer to bytes. No I/O, no clock, no random numbers."""
