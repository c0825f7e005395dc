# SPDX-License-Identifier: GPL-2.0
"""The environments: how launch.c makes each, and what the harness may miss there."""

from __future__ import annotations

from dataclasses import dataclass

DOCKER = ("134,135,156,163,167-169,172-180,212,246,248-250,253-255,272,279,280,"
          "298,304,308,312,313,320,321,323,425-427,428-433,442,155,161,165,166:1")
"""The calls that docker's default profile refuses to a container without capabilities."""


@dataclass(frozen=True)
class Environment:
    """A name, the steps of launch.c that make it, and what may be missing there."""

    name: str
    steps: str
    missing: str = ""
    """What cannot-run names where it does not in the normal environment: a pattern."""
    unable: str = ""
    """Nothing at all can be said: a pattern for the line that says why."""
    machine: bool = False
    """Tried in machines as well."""
    holds: bool = True
    """Promises are still seen to hold."""
    here: bool = True
    """Tried on this machine, too, which may be busy, and have control groups of its own."""


SECCOMP = "a seccomp filter"
OUTER = "Landlock layers are taken: an outer domain"
ROOT = "root privileges"
ALONE = "no namespaces: ports are everybody's"
PROGRAMS = "iproute2|user namespaces for ordinary users"


def env(name: str, steps: str = "", missing: str = "", unable: str = "", machine: bool = False,
        holds: bool = True) -> Environment:
    """Return an environment; its program can be executed by every user."""
    return Environment(name, steps, missing, unable, machine, holds)


ENVIRONMENTS = (
    env("normal", machine=True),
    # Containers
    env("pid1-shared-mounts", "pidns", machine=True),
    env("pid1", "pidns mountns proc", machine=True),
    env("pid1-user", "userns=0:65534:1 pidns mountns proc", ALONE, machine=True),
    env("container", "ipcns netns=lo pidns mountns proc root=proc,dev,tmp caps=docker "
        f"no-clone-flags refuse=435:38 refuse={DOCKER}", SECCOMP, machine=True),
    env("docker-profile-user", f"mode=755 user=65534 no-clone-flags refuse=435:38 refuse={DOCKER}",
        SECCOMP, machine=True),
    # Other sandboxes
    env("landlock-files", "landlock=1:1fff:0:0", OUTER, machine=True),
    env("landlock-all", "landlock=1:ffff:3:0", OUTER),
    env("landlock-scopes", "landlock=1:0:0:3", OUTER),
    env("landlock-15-layers", "landlock=15:1fff:0:0", OUTER, machine=True),
    env("landlock-16-layers", "landlock=16:1fff:0:0", "restrict_self.2.: E2BIG, by an outer domain",
        machine=True, holds=False),
    env("landlock-user", "mode=755 user=65534 landlock=1:1fff:0:0", OUTER),
    env("seccomp-create-eperm", "refuse=444:1", "create_ruleset.2.: EPERM, by " + SECCOMP,
        holds=False),
    env("seccomp-create-enosys", "refuse=444:38", "create_ruleset.2.: ENOSYS, by " + SECCOMP,
        machine=True, holds=False),
    env("seccomp-create-eacces", "refuse=444:13", "create_ruleset.2.: EACCES, by " + SECCOMP,
        holds=False),
    env("seccomp-add-eperm", "refuse=445:1", "add_rule.2.: EPERM, by " + SECCOMP, machine=True,
        holds=False),
    env("seccomp-add-enosys", "refuse=445:38", "add_rule.2.: ENOSYS, by " + SECCOMP, holds=False),
    env("seccomp-restrict-eperm", "refuse=446:1", "restrict_self.2.: EPERM, by " + SECCOMP,
        machine=True, holds=False),
    env("seccomp-two-enosys", "refuse=445,446:38", "add_rule.2.: ENOSYS, by " + SECCOMP,
        holds=False),
    env("seccomp-all-eperm", "refuse=444-446:1", "create_ruleset.2.: EPERM, by " + SECCOMP,
        machine=True, holds=False),
    env("seccomp-clone3", "refuse=435:38", SECCOMP),
    env("seccomp-memfd", "refuse=319:1", SECCOMP, machine=True),
    env("seccomp-io_uring", "refuse=425-427:1", SECCOMP),
    env("seccomp-pidfd", "refuse=424,434,438:1", SECCOMP, machine=True),
    env("seccomp-keys", "refuse=248-250:1", SECCOMP),
    env("seccomp-namespaces", "no-clone-flags refuse=272,308:1", SECCOMP),
    env("seccomp-mount", "refuse=155,165,166,428-433,442:1", SECCOMP),
    env("seccomp-ptrace", "refuse=101,310,311:1", SECCOMP),
    env("seccomp-execveat", "refuse=322:38", SECCOMP, machine=True),
    env("seccomp-openat2", "refuse=437:38", SECCOMP),
    env("seccomp-prctl", "refuse=157:1", "prctl.2.: EPERM, by " + SECCOMP, holds=False),
    env("seccomp-clone", "refuse=56-58,435:11", "clone.2.: EAGAIN, by " + SECCOMP, holds=False),
    env("seccomp-wait", "refuse=61:1", "wait4.2.: EPERM, by " + SECCOMP, holds=False),
    env("seccomp-kills-landlock", "refuse=444-446:kill", unable="cannot start without "
        "landlock_create_ruleset.2., .*restrict_self.2.: a seccomp filter kills", machine=True),
    env("seccomp-kills-restrict", "refuse=446:kill", unable="landlock_restrict_self.2.: a seccomp"),
    env("seccomp-kills-memfd", "refuse=319:kill", unable="memfd_create.2.: a seccomp filter"),
    env("seccomp-kills-prctl", "refuse=157:kill", unable="prctl.2.: a seccomp filter kills"),
    env("seccomp-kills-some", "refuse=135,248-250,298,321,425-427:kill", SECCOMP, machine=True),
    env("seccomp-kills-ptrace", "refuse=101,310,311:kill", SECCOMP),
    # A call that only the worlds with a policy make
    env("seccomp-sendmsg", "refuse=46:1", SECCOMP),
    env("seccomp-inet", "no-family=2:97", SECCOMP),
    env("seccomp-inet6", "no-family=10:97", SECCOMP),
    env("seccomp-unix", "no-family=1:1", SECCOMP),
    env("seccomp-netlink", "no-family=16:1", SECCOMP),
    # Privileges
    env("nobody", "mode=755 user=65534", ROOT, machine=True),
    env("nobody-no-userns", "userns=0:0:4294967295 sysctl=user/max_user_namespaces:0 mode=755 "
        "user=65534", ALONE, machine=True),
    env("no-capabilities", "caps=none", ALONE, machine=True),
    env("empty-bounding-set", "caps=bounding", ALONE, machine=True),
    env("no-root", "caps=noroot", ALONE),
    env("userns-root", "userns=0:0:1", ROOT, machine=True),
    env("userns-user", "userns=65534:0:1", ROOT),
    env("userns-range", "userns=0:0:65536", ROOT),
    env("userns-all", "userns=0:0:4294967295", ROOT, machine=True),
    env("userns-no-ipc", "userns=0:0:4294967295 sysctl=user/max_ipc_namespaces:0",
        f"{ROOT}|namespaces .user.max_.*ENOSPC"),
    env("userns-none", "userns=none", ALONE, machine=True),
    env("groups", "groups=60000"),
    env("no-new-privs", "no-new-privs", "no_new_privs"),
    env("unreadable-program", "mode=711 user=65534", ROOT, machine=True),
    env("private-program", "mode=700", machine=True),
    env("ambient-capabilities", "mode=755 ambient=65534", ROOT),
    # Signals, limits, descriptors
    env("ignore-SIGCHLD", "ignore=17", machine=True),
    env("ignore-all", "ignore=0"),
    env("block-all", "block"),
    env("alarm", "alarm=1"),
    env("nofile-3", "mode=755 rlimit=NOFILE:3 user=65534",
        unable="a directory to work in: /tmp: Too many open files"),
    env("nofile-8", "mode=755 rlimit=NOFILE:8 user=65534", "RLIMIT_NOFILE 8"),
    env("nofile-16", "rlimit=NOFILE:16 user=65534", "RLIMIT_NOFILE 16"),
    # Nobody else is this user: other tests run beside these.
    env("nproc-1", "mode=755 rlimit=NPROC:1 user=65533", "RLIMIT_NPROC 1", holds=False),
    env("nproc-4", "mode=755 rlimit=NPROC:4 user=65533", "RLIMIT_NPROC 4"),
    Environment("pids-3", "mountns cgroup=pids.max:3", "pids.max 3", machine=True, here=False),
    Environment("pids-8", "mountns cgroup=pids.max:8", "pids.max 8", machine=True, here=False),
    env("as-32M", "mode=755 rlimit=AS:33554432 user=65534", ROOT),
    env("as-6M", "mode=755 rlimit=AS:6291456 user=65534", "RLIMIT_AS 6291456"),
    env("as-4M", "mode=755 rlimit=AS:4194304 user=65534",
        unable="cannot start without a higher RLIMIT_AS: 5767168 bytes, and not 4194304"),
    env("data-3M", "mode=755 rlimit=DATA:3145728 user=65534", "RLIMIT_DATA 3145728"),
    env("data-1M", "mode=755 rlimit=DATA:1048576 user=65534",
        unable="cannot start without a higher RLIMIT_DATA: 2621440 bytes, and not 1048576"),
    env("fsize-0", "mode=755 rlimit=FSIZE:0 user=65534", unable="^$"),
    env("stack-16k", "mode=755 rlimit=STACK:16384 user=65534",
        unable="cannot start without a higher RLIMIT_STACK"),
    env("stack-64k", "mode=755 rlimit=STACK:65536 user=65534", ROOT),
    env("memlock-0", "mode=755 rlimit=MEMLOCK:0 user=65534", "RLIMIT_MEMLOCK 0"),
    env("msgqueue-0", "mode=755 rlimit=MSGQUEUE:0 user=65534", "RLIMIT_MSGQUEUE 0"),
    env("no-more-keys", "mode=755 user=65532 keys", f"{ROOT}|EDQUOT"),
    env("sigpending-0", "mode=755 rlimit=SIGPENDING:0 user=65534", "RLIMIT_SIGPENDING 0"),
    env("no-stdin", "close=0"),
    env("no-stderr", "close=2"),
    env("descriptors", "extra=200"),
    env("umask-777", "umask=777", machine=True),
    env("umask-0", "umask=0"),
    env("inherited-child", "child", machine=True),
    # Files
    env("no-proc", "mountns root=dev,tmp,sys", unable="cannot start without /proc", machine=True),
    env("no-tmp", "mountns root=proc,dev,sys", PROGRAMS, machine=True),
    env("no-tmp-user", "mountns root=proc,dev user=65534", ALONE),
    env("no-dev", "mountns root=proc,tmp,sys",
        "iproute2|ENOENT|/dev/ptmx|loop devices|user namespaces"),
    env("nothing", "mountns root=none", unable="cannot start without /proc"),
    env("read-only-root", "mountns root=proc,dev,tmp readonly=/", PROGRAMS, machine=True),
    env("tmp-noexec-user", "mode=755 tmpfs=/tmp:noexec,mode=1777 user=65534", ROOT),
    env("tmp-nosuid-user", "mode=755 tmpfs=/tmp:nosuid,nodev,mode=1777 user=65534", ROOT),
    env("tmp-tiny", "mountns tmpfs=/tmp:size=4k,mode=1777", machine=True),
    env("tmp-full", "mountns tmpfs=/tmp:size=64k,mode=1777 fill=/tmp"),
    env("tmp-full-alone", "mode=755 tmpfs=/tmp:size=64k,mode=1777 fill=/tmp user=65534 "
        "no-clone-flags refuse=272:1", SECCOMP, machine=True),
    env("tmp-not-writable", "mode=755 tmpfs=/tmp:mode=755 user=65534", ROOT),
    env("tmp-overlay", "mode=755 tmpfs=/tmp:mode=1777 overlay=/tmp user=65534 no-clone-flags "
        "refuse=272:1", SECCOMP),
    env("proc-hidepid", "mode=755 proc=hidepid=2 user=65534", "hidepid"),
    env("proc-subset", "mountns proc=subset=pid", "subset=pid"),
    env("gone-directory", "gone"),
    env("closed-directory", "mode=755 tmpfs=/tmp:mode=1777 unsearchable user=65534", ROOT),
    env("tmp-read-only", "mode=755 tmpfs=/tmp:ro user=65534", ROOT),
    env("tmp-link", "mountns root=proc,dev,tmp,link", PROGRAMS),
    env("locale", "env=LC_ALL=tr_TR.UTF-8 env=LANGUAGE=tr env=TZ=Not/There+99"),
    env("no-environment", "noenv"),
    env("posix-options", "env=POSIXLY_CORRECT=1"),
    # Others
    env("no-loopback", "netns"),
    env("no-loopback-alone", "netns mode=755 user=65534 no-clone-flags refuse=272:1",
        "the loopback device is down"),
    env("no-ipv6-alone", "netns=lo sysctl=net/ipv6/conf/all/disable_ipv6:1 mode=755 user=65534 "
        "no-clone-flags refuse=272:1", "IPv6 is disabled"),
    env("time-namespace", "timens"),
    env("no-clock", "no-clock", machine=True),
    env("traced", "traced", "a tracer"),
    env("nice", "nice=19"),
    # Nor would it be scheduled here, beside other tests.
    Environment("idle", "idle", "without Landlock too", machine=True, here=False),
    env("loaded", "load=2 nice=2"),
    env("no-aslr", "personality=40000"),
    env("no-write-exec", "no-write-exec"),
    env("old-release", "personality=20000"),
    env("read-implies-exec", "personality=440000"),
    env("qemu-user", "through=/usr/bin/qemu-x86_64-static", "by an emulator of system calls",
        holds=False),
    env("proot", "through=/usr/bin/proot", "a tracer"),
)


# Refused by what is around the harness: an error that could be taken for Landlock's.
WITNESSES = (
    env("normal"),
    env("bind", "refuse=49:1", SECCOMP),
    env("kill", "refuse=62:1", SECCOMP),
)


@dataclass(frozen=True)
class Neighbours:
    """A machine that starts with more security modules than Landlock, and the environments in it.

    The first environment is the one that the others are compared with.
    """

    name: str
    environments: tuple[Environment, ...]
    lsm: str = ""
    """The list of modules; "": the kernel's own."""


def _beside(name: str, steps: str = "", missing: str = "", holds: bool = True) -> Environment:
    """Return an environment of machines with more security modules."""
    return Environment(name, steps, missing, holds=holds)


PROFILE = "AppArmor profile "
REFUSED = "system_u:system_r:refused_t:s0"
"""Of selinux.cil: what may do less than the others."""
NEIGHBOURS = (
    Neighbours("apparmor", (
        _beside("normal"),
        # It answers a bad address with an error of its own.
        _beside("allow", "apparmor=allow", PROFILE + "allow .*EAFNOSUPPORT"),
        _beside("allow-connected", "apparmor=allow-connected", PROFILE + "allow-connected"),
        # The parser of AppArmor 4 has a rule for user namespaces, which the profile does not.
        _beside("allow-user", "mode=755 user=65534 apparmor=allow",
                f"{PROFILE}allow .*EAFNOSUPPORT|{ROOT}|{PROFILE}allow .*{ALONE}"),
        _beside("complain", "apparmor=complain", PROFILE + "complain.*complain."),
        _beside("deny-capabilities", "apparmor=deny-capabilities", PROFILE + "deny-capabilities"),
        _beside("deny-files", "apparmor=deny-files", PROFILE + "deny-files"),
        _beside("deny-mounts", "apparmor=deny-mounts", PROFILE + "deny-mounts"),
        _beside("deny-network", "apparmor=deny-network", PROFILE + "deny-network"),
        _beside("deny-processes", "apparmor=deny-processes", PROFILE + "deny-processes"),
    )),
    Neighbours("yama", (
        _beside("normal"),
        _beside("scope-1", "sysctl=kernel/yama/ptrace_scope:1"),
        # The processes that are traced let everybody do it (PR_SET_PTRACER_ANY).
        _beside("scope-1-user", "mode=755 user=65534", ROOT),
        _beside("scope-2", "sysctl=kernel/yama/ptrace_scope:2", "ptrace_scope 2"),
        _beside("scope-2-user", "mode=755 user=65534", f"ptrace_scope 2|{ROOT}"),
        # Not to be taken back: the last ones.
        _beside("scope-3", "sysctl=kernel/yama/ptrace_scope:3", "ptrace_scope 3"),
        _beside("scope-3-user", "mode=755 user=65534", f"ptrace_scope 3|{ROOT}"),
    ), lsm="landlock,yama"),
    Neighbours("selinux", (
        _beside("normal"),
        _beside("permissive", f"selinux=0 context={REFUSED}"),
        _beside("enforcing", "selinux=1"),
        _beside("refused", f"selinux=1 context={REFUSED}", f"SELinux context {REFUSED}"),
    ), lsm="landlock,yama,selinux"),
    Neighbours("bpf", (
        _beside("normal"),
        _beside("nothing", "bpf=file_open:0"),
        _beside("ptrace", "bpf=ptrace_access_check:1", "BPF LSM programs: 1"),
        _beside("connect", "bpf=socket_connect:1", "BPF LSM programs: 1"),
        _beside("link", "bpf=path_link:1", "BPF LSM programs: 1"),
        # Only root sees what programs there are.
        _beside("link-user", "mode=755 bpf=path_link:1 user=65534",
                f"without Landlock too: EPERM|{ROOT}"),
    )),
)
