"""Estimators that fit another one to real and synthetic rows."""
