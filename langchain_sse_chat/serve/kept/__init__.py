"""Answers that are kept, so that a reader who lost the connection can come back."""
