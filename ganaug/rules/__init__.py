"""Rules that every row of a table keeps: found, checked, and kept by construction."""
