"""Tables that are larger than memory: read once, of which a share is kept to learn from."""
