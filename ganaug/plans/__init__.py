"""Samples that are drawn in parts: by one process after the other, or by many at once."""
