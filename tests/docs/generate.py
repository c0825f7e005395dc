# SPDX-License-Identifier: GPL-2.0
"""Fill in the generated parts of the documents; `make docs` runs it, and a test that none is stale.

A generated part is what a command prints, between two lines:

    <!-- generated: ./landproof list --coverage -->
    <!-- /generated -->

The command runs at the top of the tree. `generated as text:` puts its output in a code block.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PART = re.compile(
    r"^(<!-- generated(?P<text> as text)?: (?P<command>[^\n]+?) -->)\n"
    r"(?P<body>.*?)^<!-- /generated -->$",
    re.MULTILINE | re.DOTALL,
)


def documents() -> list[Path]:
    """Return every document of the project."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("kselftest/*.md")])


def output(command: str) -> str:
    """Return what a command prints; its failure is an error."""
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
                               "COLUMNS": "100"}, check=False)
    if done.returncode:
        raise SystemExit(f"docs: {command}: {done.stderr.strip() or done.returncode}")
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def regenerated(text: str) -> str:
    """Return the document with each generated part made anew."""

    def part(found: re.Match[str]) -> str:
        body = output(found["command"])
        if found["text"]:
            body = f"```\n{body}\n```"
        return f"{found[1]}\n{body}\n<!-- /generated -->"

    return PART.sub(part, text)


def stale(path: Path) -> bool:
    """Whether a document says something else than its commands do."""
    text = path.read_text(encoding="utf-8")
    return regenerated(text) != text


def main() -> int:
    """Write the documents, or with --check name those that are stale."""
    parser = argparse.ArgumentParser(description="Fill in the generated parts of the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    args = parser.parse_args()
    found = [path for path in documents() if stale(path)]
    for path in found:
        if not args.check:
            path.write_text(regenerated(path.read_text(encoding="utf-8")), encoding="utf-8")
        what = "is stale: make docs" if args.check else "written"
        print(f"docs: {path.relative_to(ROOT)} {what}")
    return 1 if found and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
