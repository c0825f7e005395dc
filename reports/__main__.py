# SPDX-License-Identifier: GPL-2.0
"""`python3 -m reports`: the subcommands on results without the rest of Landproof."""

from __future__ import annotations

import argparse
import os
import sys

from reports import commands
from reports.errors import UserError


def main() -> int:
    """Run one subcommand; 2, with one line, for anything that the user can put right."""
    parser = argparse.ArgumentParser(prog="landproof")
    commands.register(parser.add_subparsers(required=True, metavar="COMMAND"))
    args = parser.parse_args()
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except UserError as error:
        print(f"landproof: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read us has seen enough. Python would complain once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
