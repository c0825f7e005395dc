# SPDX-License-Identifier: GPL-2.0
"""Environments that are not normal, and what may be said of a kernel in them."""
