"""Which of several generated rows to give back."""
