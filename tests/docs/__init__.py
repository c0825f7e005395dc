# SPDX-License-Identifier: GPL-2.0
"""Tests of the documents: what they list, count and tell to type is so."""
