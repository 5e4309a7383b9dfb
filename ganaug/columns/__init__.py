"""Column types, how their values are coded, and what holds between columns."""
