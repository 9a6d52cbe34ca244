"""Golden values of tests/golden/aim_answers.csv: answers of the 190 AIM files of NSCLC-Radiogenomics (TCIA, CC BY 3.0).

    python tests/golden/make/aim_answers.py DATA/nsclc_radiogenomics/aim_v4_xml tests/golden/aim_answers.csv

A parse of its own by regular expressions on the text, line by line, without any XML reader: the files have one element
a line. One row a trait and answer: in how many files it is given. Calculations (numbers) are not counted.
"""

import csv
import html
import re
import sys
from collections import Counter
from pathlib import Path

counted = Counter()
for path in sorted(Path(sys.argv[1]).glob("*.xml")):
    said, codes = set(), []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if match := re.match(r'<typeCode code="([^"]*)"(?: codeSystem="([^"]*)")? codeSystemName="([^"]*)"', line):
            codes.append([match[1], (match[2] or "").strip(), match[3]])
        elif match := re.match(r'<iso:displayName value="([^"]*)"', line):
            if codes:
                codes[-1][1] = match[1].strip()
        elif match := re.match(r'<label value="([^"]*)"', line):
            if codes and codes[0][2] != "private" and all(meaning for _, meaning, _ in codes):
                ids, meanings, systems = zip(*codes, strict=True)
                said.add((match[1], html.unescape(", ".join(meanings)), "+".join(ids), "+".join(systems)))
            codes = []
        elif re.match(r"<(ImagingPhysicalEntity|ImagingObservation(Entity|Characteristic)|CalculationEntity)>", line):
            codes = []
    counted.update(said)

with open(sys.argv[2], "w", newline="", encoding="utf-8") as handle:
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(["trait", "value", "code", "code_system", "files"])
    writer.writerows([*key, n] for key, n in sorted(counted.items()))
