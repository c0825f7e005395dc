/* SPDX-License-Identifier: GPL-2.0 */
/* Programs of the BPF LSM, by bpf(2) alone: no compiler and no library. */
#ifndef LANDPROOF_MACHINE_BPF_LSM_H
#define LANDPROOF_MACHINE_BPF_LSM_H

/*
 * A program that returns -@error from the LSM hook @hook to processes called
 * @name (its first 8 letters; NULL: to all).  It stays as long as the
 * descriptor that this returns.  -ENOENT: the kernel tells of no such hook;
 * or another -errno.
 */
int bpf_lsm_attach(const char *hook, const char *name, int error);

#endif
