# SPDX-License-Identifier: GPL-2.0
"""What is handed out: packages, archives, images, jobs, each tried in systems that have nothing."""
