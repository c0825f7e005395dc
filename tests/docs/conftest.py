# SPDX-License-Identifier: GPL-2.0
"""The result that the tests of the reports use, too."""

from tests.reports import conftest

result = conftest.result
