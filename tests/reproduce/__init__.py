# SPDX-License-Identifier: GPL-2.0
"""Tests of the stand-alone programs: each is compiled and run, and must show what its case does."""
