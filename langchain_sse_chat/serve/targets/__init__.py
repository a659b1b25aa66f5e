"""The kinds of targets: models, chains, graphs and functions."""
