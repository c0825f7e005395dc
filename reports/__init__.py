# SPDX-License-Identifier: GPL-2.0
"""What a run found, and every way to look at it.

model    what ran and what it showed, verdicts, known issues, comparison
views    one question about a result each; a view returns a document (reports/document.py)
formats  one way to write any document each, and the formats of whole results

To add a view or a format, add one file: reports/document.py says what has to be in it.
"""
