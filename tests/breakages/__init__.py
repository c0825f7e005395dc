# SPDX-License-Identifier: GPL-2.0
"""The product, broken on purpose: each breakage must turn the tests red that it names."""
