"""Find facts in the answers: one file for each group of facts."""
