"""Rows of one class turned into rows of another."""
