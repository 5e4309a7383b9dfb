"""One folder for each kind of data, and what they have in common."""
