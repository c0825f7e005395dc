# SPDX-License-Identifier: GPL-2.0
"""What a run showed, and what follows from that: nothing here knows how a report looks."""
