# SPDX-License-Identifier: GPL-2.0
"""Tests of what jobs of GitHub and GitLab do."""
