"""Does augmentation help an estimator? Measured on held-out real rows, next to baselines that need no generator."""
