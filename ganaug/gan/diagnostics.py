"""How good generated rows are beside real ones: can they be told apart, and does a class lack, copy or miss something?

Nothing here knows tables: a row is a vector of features, alike in scale, with the code of its class. Every yardstick is
what real rows reach of themselves, so it holds for tables and images, few rows and many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plain import Float64Array, Int32Array
from ..selection.neighbours import nearest_rows
from ..selection.quick_boosting import area, taken_for, told

NEIGHBOURS = 5
FULL_COVERAGE = 1 - 0.5**NEIGHBOURS
CLASS_ROWS = 512
FEW_ROWS = 20
FEW_GENERATED = 64
"""Rows to generate of a class of few rows, to see for which class they are taken."""
Z = 1.96
BESIDE = 1 / 3
TINY = 1e-6


@dataclass(frozen=True)
class ClassDiagnosis:
    """Figures of one class.

    Parameters
    ----------
    rows : int
        Real rows there are.
    detection : float
        ROC AUC of telling the class's real rows from its generated ones: 0.5 if they cannot be told apart.
    coverage : float
        See :func:`coverage`.
    spread : float
        Mean distance of a generated row to the next generated one, over that between real rows.
    copied, copied_by_chance : float
        Share of generated rows that lie beside a real row, far nearer than other real rows do; and the share of rows
        that cannot have been memorised.
    recognised, recognisable : float
        Share of generated and of real rows that are taken for their class by boosting that learnt it of real rows.
    generated : int
        Rows that `recognised` was counted of; 0 for as many as `rows`.
    other : int or None
        The code of the other class that most generated rows are taken for.
    taken : float
        Share of generated rows that are taken for it.
    """

    rows: int
    detection: float
    coverage: float
    spread: float
    copied: float
    copied_by_chance: float
    recognised: float
    recognisable: float
    generated: int = 0
    other: int | None = None
    taken: float = 0.0

    @property
    def fault(self) -> str | None:
        """ "memorised", "collapsed", "not learnt", or None.

        Of fewer than twenty rows shares are looked at with the end of their 95 % interval that speaks for the class.
        """
        covered = self._at_most(self.coverage)
        if self._copies:
            return "memorised"
        if covered < 0.3 and self.spread < 0.5:
            return "collapsed"
        if (self.detection > 0.98 and covered < 0.5) or self._unlike:
            return "not learnt"
        return None

    @property
    def taken_for(self) -> int | None:
        """The code of the class that rows of a class that was not learnt come out as."""
        return self.other if self.fault == "not learnt" and self._unlike and self.taken > 0.5 else None

    @property
    def _copies(self) -> bool:
        chance = self._at_most(self.copied_by_chance)
        return self._at_least(self.copied) > max(0.5, chance + 0.4)

    @property
    def _unlike(self) -> bool:
        """Whether hardly any generated row is taken for its class."""
        recognised = self._at_most(self.recognised, self.generated)
        return recognised < 0.3 * self._at_least(self.recognisable) - 0.05

    def _at_least(self, share: float) -> float:
        return share if self.rows >= FEW_ROWS else _wilson(share, self.rows)[0]

    def _at_most(self, share: float, count: int = 0) -> float:
        return share if self.rows >= FEW_ROWS else _wilson(share, count or self.rows)[1]


def _wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many rows (Wilson 1927)."""
    middle = share + Z**2 / (2 * count)
    half = Z * ((share * (1 - share) + Z**2 / (4 * count)) / count) ** 0.5
    return (middle - half) / (1 + Z**2 / count), (middle + half) / (1 + Z**2 / count)


def coverage(real: Float64Array, fake: Float64Array) -> float:
    """Share of real rows with a generated row within the distance of their fifth nearest real neighbour.

    As many rows of the same distribution cover 97 % (``1 - 2**-5``).

    References
    ----------
    Naeem, Oh, Uh, Choi, Yoo (2020). Reliable fidelity and diversity metrics for generative models. ICML.
    """
    radius = nearest_rows(real, real, NEIGHBOURS + 1)[0][:, -1]
    return float((nearest_rows(fake, real)[0][:, 0] <= radius + TINY * radius.mean()).mean())


def examine(
    real: Float64Array, real_codes: Int32Array, fake: Float64Array, fake_codes: Int32Array, seed: int
) -> dict[int, ClassDiagnosis]:
    """Figures of each class that has two real and two generated rows.

    Parameters
    ----------
    real : ndarray of shape (n, d)
        All rows that training saw, or nearly so: a copy of one that is not here is not known for a copy.
    fake : ndarray of shape (m, d)
        A few hundred of each class are enough; of the real rows, no more than that are looked at one by one. Rows above
        the number of real ones only tell what they are taken for.
    real_codes, fake_codes : ndarray of shape (n,), (m,)
    """
    rng = np.random.default_rng(seed)
    found: dict[int, ClassDiagnosis] = {}
    codes = [code for code in np.unique(real_codes) if min((real_codes == code).sum(), (fake_codes == code).sum()) > 1]
    if not codes:
        return found
    everyone = {code: rng.permutation(np.flatnonzero(real_codes == code)) for code in codes}
    generated = {code: np.flatnonzero(fake_codes == code)[:CLASS_ROWS] for code in codes}
    alike = [generated[code][: len(everyone[code])] for code in codes]
    some, new = np.concatenate([rows[:CLASS_ROWS] for rows in everyone.values()]), np.concatenate(alike)
    truth, score = told(real[some], fake[new], seed)
    told_codes = np.concatenate([real_codes[some], fake_codes[new]])
    asked = np.concatenate(list(generated.values()))
    taken, takable = taken_for(real[some], real_codes[some], fake[asked], seed)
    for code in codes:
        mine, theirs, ours = told_codes == code, real_codes[some] == code, fake_codes[new] == code
        every, rows, made = real[everyone[code]], real[some][theirs], fake[new][ours]
        as_what = taken[fake_codes[asked] == code]
        others, counts = np.unique(as_what[as_what != code], return_counts=True)
        found[int(code)] = ClassDiagnosis(
            rows=len(every),
            detection=area(truth[mine], score[mine]),
            coverage=coverage(rows, made),
            spread=(_spread(made) + TINY) / (_spread(rows) + TINY),
            copied=_beside(made, every),
            copied_by_chance=max(_beside(rows, every, 1), _beside(rng.permuted(rows, axis=0), every)),
            recognised=float((as_what == code).mean()),
            recognisable=float((takable[theirs] == code).mean()),
            generated=len(as_what),
            other=int(others[counts.argmax()]) if len(others) else None,
            taken=float(counts.max(initial=0) / len(as_what)),
        )
    return found


def _beside(rows: Float64Array, real: Float64Array, itself: int = 0) -> float:
    """Share of `rows` far nearer to a real row than that one is to others; ``itself=1`` if they are the first of them.

    Duplicates are no copies: beside one of two equal rows is as far from it as the other.
    """
    distance, nearest = nearest_rows(real, rows, 1 + itself)
    distance, nearest = distance[:, itself], nearest[:, itself]
    others, who = nearest_rows(real, real[nearest], 2 + itself)
    to_other = others[:, -1]
    if itself:  # a row must not vouch for its neighbour
        to_other = np.where(who[:, 1] == np.arange(len(rows)), to_other, others[:, 1])
    return float((distance + TINY * to_other.mean() < BESIDE * to_other).mean())


def _spread(rows: Float64Array) -> float:
    return float(nearest_rows(rows, rows, 2)[0][:, -1].mean())
