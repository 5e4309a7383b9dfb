"""The metrics, in the order in which they are told; a new one is a module of its own and a line here."""

from __future__ import annotations

from .base import Figure, Metric
from .coverage import Coverage
from .detection import Detection
from .fidelity import Fidelity
from .likeness import Likeness, Recognition
from .privacy import Privacy
from .utility import Utility

METRICS: tuple[Metric, ...] = (Fidelity(), Detection(), Utility(), Coverage(), Privacy())
OF_IMAGES: tuple[Metric, ...] = (Likeness(), Recognition(), Detection(), Utility(), Coverage(), Privacy())
HEADINGS: dict[str, Figure] = {
    name: figure for metric in (*METRICS, *OF_IMAGES) for name, figure in metric.headings.items()
}
