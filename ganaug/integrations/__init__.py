"""ganaug inside other libraries."""
