# SPDX-License-Identifier: GPL-2.0
"""What a run found: the result model and every way to look at it."""
