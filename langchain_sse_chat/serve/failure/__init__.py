"""Exceptions to what a client gets of them, without secrets; without I/O."""
