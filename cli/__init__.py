# SPDX-License-Identifier: GPL-2.0
"""The command line: it joins the machines (vm/) with the reports (reports/), a file a command."""
