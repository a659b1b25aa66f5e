"""Define, find and check the settings of a model."""
