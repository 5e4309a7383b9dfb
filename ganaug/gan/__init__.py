"""Training: the losses, the loop, and what watches over it."""
