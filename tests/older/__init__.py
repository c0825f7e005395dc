# SPDX-License-Identifier: GPL-2.0
"""Kernels older than those that Debian has: patches that make them, and what tries them."""
