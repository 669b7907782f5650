"""Counts skipped tests, and fails where one is skipped that should have run.

    python .ci/skips.py LEG REPORT.xml

A skipped test looks like a passed one. So what may be skipped, and how often, is written down here.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

# Leg → (what the reason says, how many skips of it at most in one run of pytest).
EXPECTED: dict[str, list[tuple[str, int]]] = {
    "oldest": [
        (r"a file system of a size can't be mounted here", 1),  # as root it can, in most containers too
        (r"EMBEDLAB_FASTTEXT names no interpreter", 1),  # a peer, with an environment of its own
        (r"ray is not installed", 1),  # extras of half a gigabyte, one test file each
        (r"wandb is an extra", 1),
    ],
    "newest": [
        (r"a file system of a size can't be mounted here", 1),
        (r"torch is not installed", 2),  # the peer of two test files; installed in the other leg
        (r"EMBEDLAB_SENTENCE_TRANSFORMERS names no interpreter", 1),  # a peer, with an environment of its own
    ],
}


def skips(report: str) -> Counter[str]:
    """Reason → number of tests (or whole files) skipped for it."""
    cases = ET.parse(report).getroot().iter("testcase")
    # xfail is written as a skip too, of another type: a failure that is expected was run.
    found = (skip for case in cases for skip in case.iter("skipped") if skip.get("type") != "pytest.xfail")
    return Counter(reason(skip) for skip in found)


def reason(skip: ET.Element) -> str:
    """The reason given; of a whole file's skip pytest keeps it in the text: ('file', line, 'Skipped: …')."""
    text = skip.get("message") or ""
    if text == "collection skipped":
        text = (skip.text or "").strip()
    return re.sub(r"^\(.*?, \d+, ['\"]Skipped: (.*)['\"]\)$", r"\1", text, flags=re.DOTALL)


def surplus(found: Counter[str], expected: list[tuple[str, int]]) -> list[str]:
    """What is skipped without being expected, or more often than expected."""
    faults = [
        f"skipped {count} ×, not expected at all: {text}"
        for text, count in found.items()
        if not any(re.search(pattern, text) for pattern, _ in expected)
    ]
    for pattern, most in expected:
        count = sum(n for text, n in found.items() if re.search(pattern, text))
        if count > most:
            faults.append(f"skipped {count} ×, expected at most {most}: {pattern}")
    return faults


def main() -> int:
    leg, report = sys.argv[1:]
    if not Path(report).is_file():
        print(f"FAIL: no {report}: pytest did not come to its end", file=sys.stderr)
        return 1
    found = skips(report)
    print(f"{found.total()} skipped in {report}")
    for text, count in found.most_common():
        print(f"  {count} × {text}")
    faults = surplus(found, EXPECTED[leg])
    for fault in faults:
        print(f"FAIL: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
