"""What an assessment shows and writes."""

from __future__ import annotations

import json
import pickle

from sklearn.neighbors import KNeighborsClassifier
from trials import quick, rolls_dice


@rolls_dice
class TestAssessment:
    def test_for_machines_and_notebooks(self, tmp_path):
        result = quick(KNeighborsClassifier())
        found = json.loads(result.to_json(tmp_path / "a.json"))
        assert found == json.loads((tmp_path / "a.json").read_text()) == result.to_dict()
        assert found["verdict"] == result.verdict
        assert found["choice"] == {"method": result.choice.method, "ratio": result.choice.ratio}
        assert [row["method"] for row in found["table"]] == result.table["method"].tolist()
        assert found["table"][1]["score"] is None
        html = result._repr_html_()
        assert result.verdict in html
        assert "takes neither class_weight" in html
        assert "nan" not in html.lower()
        assert result.verdict in repr(result)
        assert pickle.loads(pickle.dumps(result)).verdict == result.verdict
