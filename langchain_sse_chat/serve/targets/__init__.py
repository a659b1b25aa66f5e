"""What can be served: models, chains, graphs and functions."""
