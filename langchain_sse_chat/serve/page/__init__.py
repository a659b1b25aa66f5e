"""The chat page: its files, and Markdown as a tree of elements."""
