"""The settings of a model: its fields, how they are found and how they are checked."""
