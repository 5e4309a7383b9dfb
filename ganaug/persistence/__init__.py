"""Files of fitted models."""
