# SPDX-License-Identifier: GPL-2.0
# From the bits of abi.h: an assertion that each is the system's, where that has it.
s/^\t((FS|NET)_[A-Z_]+)[[:space:]]*= 1 << .*/\1 LANDLOCK_ACCESS_\1/
s/^\t(SCOPE_[A-Z_]+)[[:space:]]*= 1 << .*/\1 LANDLOCK_\1/
s/^\t(CREATE)(_[A-Z_]+)[[:space:]]*= 1 << .*/\1\2 LANDLOCK_\1_RULESET\2/
s/^\t(ADD)(_[A-Z_]+)[[:space:]]*= 1 << .*/\1\2 LANDLOCK_\1_RULE\2/
s/^\t(RESTRICT)(_[A-Z_]+)[[:space:]]*= 1 << .*/\1\2 LANDLOCK_\1_SELF\2/
s/^([A-Z_]+) (LANDLOCK_[A-Z_]+)$/#ifdef \2\nSAME(\1, \2);\n#endif/p
