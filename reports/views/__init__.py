# SPDX-License-Identifier: GPL-2.0
"""What a reader asks of a result: a file for each question."""
