# SPDX-License-Identifier: GPL-2.0
"""The result that the tests of the reports use."""

from tests.reports.conftest import result as result
