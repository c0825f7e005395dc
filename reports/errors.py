# SPDX-License-Identifier: GPL-2.0
"""The one exception that a user is meant to see."""


class UserError(Exception):
    """One line for the user: what is wrong, and what to do about it. Exit status 2."""
