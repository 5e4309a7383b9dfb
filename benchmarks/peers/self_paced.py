"""Fit a Self-Paced Ensemble to an array and ask it about another: ``python self_paced.py job.npz``, in its environment.

The job holds `X`, `y`, `asked` and `seed`; the probabilities of the second class are written beside it, to job.npy.

Liu et al. (2020). Self-paced ensemble for highly imbalanced massive data classification. ICDE.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from imbens.ensemble import SelfPacedEnsembleClassifier


def main() -> None:
    path = Path(sys.argv[1])
    job = np.load(path)
    model = SelfPacedEnsembleClassifier(random_state=int(job["seed"])).fit(job["X"], job["y"])
    np.save(path.with_suffix(".npy"), model.predict_proba(job["asked"])[:, 1])


if __name__ == "__main__":
    main()
