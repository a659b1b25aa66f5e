"""List the constructor arguments of other packages, with their meaning here."""
