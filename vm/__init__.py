# SPDX-License-Identifier: GPL-2.0
"""Kernels, guest images and the machines that run them; knows nothing of verdicts."""
