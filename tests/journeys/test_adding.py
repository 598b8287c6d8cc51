"""Adding a risk factor, a measure or a rule set touches one file, and everything else follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pipelines
import schemas

RISK_FACTOR = """
[[column]]
name = "payment_demanded"
label = "Payment demanded"
definition = "Someone asked for money, goods or further imagery in exchange for not sharing."
source_step = "Local"
core = false
kind = "code"
list = "yes_no_not_known"
group = "consideration"
risk_factor = true
aliases = ["Payment asked for"]
sample_share = 0.4
"""
MEASURE = """
id = "payment_demanded_share"
title = "Payment demanded"
short_title = "payment demanded"
question = "In how many incidents was payment demanded?"
grain = "incident"
kind = "share"
unit = "share of incidents"
numerator = "incidents in which payment was demanded"
denominator = "incidents in which that is known"
counts_when = "payment_demanded == yes"
applies_when = "always"
how_to_read = "A share of incidents."
caveats = ["Invented for a test."]
source_step = "Local"

[example]
words = "One of two."
incidents = [{ payment_demanded = "yes" }, { payment_demanded = "no" }]
value = 0.5
count = 1
denominator = 2
"""
RULE_SET = """
id = "local-2027"
title = "A local rule set"
short_title = "Local 2027"
dated = 2027-01-01
source = "Invented for a test"
wording = "to be checked"
display_term = "nudes and semi-nudes"
note = "Payment demanded calls for the police."
called_for = "payment_demanded == yes"
answered_by = "police_contacted == yes"
answered_title = "Police told"

[[rule]]
id = "local-police"
step = "Local"
title = "Payment demanded: the police are told"
applies_when = "payment_demanded == yes"
met_when = "police_contacted == yes"
"""
ASK = """
import json
from pipelines.demo import fill
from pipelines.reference_pages import data_dictionary
from pipelines.reporting import Question, Reporting, Scope
from pipelines.sample import generate
from pipelines.warehouse.store import Warehouse
from schemas.measurement import measures
from schemas.rulesets import rule_sets

store = fill(Warehouse(None), generate(size="small"), key=b"k" * 32)
door, la = Reporting(store), Scope.parse("la:990")
factors = door.figures(la, Question("incidents", by=("risk_factor",))).rows
by_factor = {row.by["risk_factor"]: row.count for row in factors}
share = door.figures(la, Question("payment_demanded_share")).rows[0]
judged = door.figures(la, Question("escalated_when_called_for", rule_set="local-2027")).rows[0]
print(json.dumps({
    "by_factor": by_factor, "share": [share.count, share.denominator], "called_for": judged.denominator,
    "in_dictionary": "payment_demanded" in data_dictionary(),
}))
"""


@pytest.mark.journey
def test_a_risk_factor_a_measure_and_a_rule_set_are_one_file_each(tmp_path: Path) -> None:
    for package in (schemas, pipelines):
        source = Path(str(package.__file__)).parent
        shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "schemas" / "vocabulary" / "incidents.toml").open("a", encoding="utf-8") as file:
        file.write(RISK_FACTOR)
    (tmp_path / "schemas" / "measures" / "payment_demanded_share.toml").write_text(MEASURE, encoding="utf-8")
    (tmp_path / "schemas" / "guidance" / "local-2027.toml").write_text(RULE_SET, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["in_dictionary"]
    assert found["by_factor"]["payment_demanded"] == found["share"][0] > 0
    assert found["share"][1] > found["share"][0]
    assert 0 < found["called_for"] <= found["share"][0]
