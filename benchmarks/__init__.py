"""What ganaug is worth, measured by hand: fidelity, rebalancing and speed, next to other generators.

Every measurement is one command (``python -m benchmarks.fidelity`` and so on) that writes its figures to
``benchmarks/results``; ``python -m benchmarks.report`` makes ``docs/benchmarks.md`` of them.
"""
