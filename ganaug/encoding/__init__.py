"""Tables and targets as codes and positions. NumPy and pandas only."""
