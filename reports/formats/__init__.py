# SPDX-License-Identifier: GPL-2.0
"""How an answer is written down: a file for each format."""
