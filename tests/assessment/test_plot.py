"""The plot of an assessment."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from trials import quick, rolls_dice


@rolls_dice
class TestPlot:
    def test_the_plot_shows_ratios_and_baselines(self):
        mpl.use("agg")
        import matplotlib.pyplot as plt

        result = quick()
        ax = result.plot()
        named = [text.get_text() for text in ax.get_yticklabels()][::-1]
        table = result.table[result.table["score"].notna()]
        told = table[(table["method"] != "threshold") | (table["difference"] != 0)]
        assert named[0] == "doing nothing"
        assert len(set(named)) == len(named) == len(told)
        assert {"class weights", "SMOTE", "rare classes topped up, ratio 1"} <= set(named)
        _, own = plt.subplots()
        assert result.plot(own) is own
        bars = own.containers[::-1]
        np.testing.assert_allclose([float(bar.lines[0].get_xdata()[0]) for bar in bars], told["score"])
        for bar, low, high in zip(bars, told["low"], told["high"], strict=True):
            [ends] = bar.lines[2][0].get_segments()
            base = table["score"].iloc[0]
            np.testing.assert_allclose(ends[:, 0], [base + low, base + high])
        line, star = own.get_lines()[0], own.get_lines()[-1]
        assert float(line.get_xdata()[0]) == base
        assert float(star.get_xdata()[0]) == told["score"].max()
        plt.close("all")
