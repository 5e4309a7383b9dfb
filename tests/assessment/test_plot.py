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
        named = [text.get_text() for text in ax.get_legend().get_texts()]
        assert {"doing nothing", "class weights", "SMOTE", "rare classes topped up"} <= set(named)
        _, own = plt.subplots()
        assert result.plot(own) is own
        drawn = own.containers[0].lines[0].get_ydata()
        scores = result.table[result.table["method"] == "balance"]["score"]
        np.testing.assert_allclose(drawn[1:].astype(float), scores)
        plt.close("all")
