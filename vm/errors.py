# SPDX-License-Identifier: GPL-2.0
"""The error that is the user's to mend."""


class UserError(Exception):
    """What happened, to what, and what to do, in one line; the launcher exits with 2."""


class BuildError(UserError):
    """Kernel sources cannot be built: theirs is the fault, and other sources may do."""
