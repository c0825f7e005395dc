# SPDX-License-Identifier: GPL-2.0
"""The tables of roads/, and the census that holds kernels against them."""
