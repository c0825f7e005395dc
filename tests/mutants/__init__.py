# SPDX-License-Identifier: GPL-2.0
"""Kernels that are broken on purpose: which case finds each of the bugs?"""
