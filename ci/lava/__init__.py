# SPDX-License-Identifier: GPL-2.0
"""Landproof in LAVA: a test definition, and a job for each architecture's QEMU (docs/ci.md)."""
