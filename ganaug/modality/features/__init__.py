"""Features that a frozen network makes of anything."""
