# SPDX-License-Identifier: GPL-2.0
# Builds the harness; "make matrix" and "make check" do everything else.

# ARCH=arm64 builds the guest of another architecture (vm/machines.toml has them).
ARCH ?= amd64
ifeq ($(ARCH),amd64)
BUILD ?= build
STRIP := strip
else
BUILD ?= build/$(ARCH)
CROSS := $(shell /usr/bin/python3 -m vm.machines compiler $(ARCH))
$(if $(CROSS),,$(error ARCH=$(ARCH): see above))
CC := $(CROSS)-gcc
STRIP := $(CROSS)-strip
endif
CFLAGS ?= -Os -g
# A distribution's compiler and flags are not those of the developers: its packages set WERROR= .
WERROR ?= -Werror
WARNINGS := -Wall -Wextra $(WERROR) -Wno-missing-field-initializers
LANDPROOF_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Iharness -I. -I$(BUILD) -MMD -MP -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
GUEST := $(BUILD)/landproof-guest
OCI_PROBE := $(BUILD)/oci-probe
POWEROFF := $(BUILD)/poweroff
OCI_SHIM := $(BUILD)/oci-shim
# Debian's, which sees Debian's python3-* packages.
PYTHON := /usr/bin/python3

# CASES=cases/net/*.c builds a harness with only these.
CASES ?= cases/*/*.c
SOURCES := $(wildcard harness/*.c harness/*/*.c explore/*.c explore/*/*.c) $(wildcard $(CASES))
# EXTRA_CASES='DIR/*.c' adds cases from outside the tree, which no report that is shared shows.
EXTRA_CASES ?=
EXTRA := $(abspath $(wildcard $(EXTRA_CASES)))
$(if $(EXTRA_CASES),$(if $(EXTRA),,$(error EXTRA_CASES: $(EXTRA_CASES) matches no file)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(EXTRA:%.c=$(BUILD)/extra%.o)
ASAN_OBJECTS := $(SOURCES:%.c=$(BUILD)/asan/%.o)

.PHONY: runtimes mutants older-kernels reliability all kselftest-install matrix lab check fresh socket-proof bench setup setup-check clean

ifeq ($(ARCH),amd64)
all: $(GUEST) $(OCI_PROBE) $(POWEROFF)
else
all: cross-setup
	@$(MAKE) --no-print-directory $(GUEST)
endif

$(GUEST): $(OBJECTS) $(BUILD)/objects
	@echo "  LD    $@"
	@$(CC) -static -no-pie -Wl,--gc-sections -o $@.$$PPID $(OBJECTS) -pthread
	@$(STRIP) $@.$$PPID
	@mv $@.$$PPID $@

# What runs in the containers of `landproof oci`
$(OCI_PROBE): $(addprefix $(BUILD)/,oci/probe.o harness/landlock/layers.o harness/landlock/landlock.o harness/base/programs.o)
	@echo "  LD    $@"
	@$(CC) -static -no-pie -Wl,--gc-sections -s -o $@ $^ -pthread

# The init of a bare boot, which shows whether KVM works
$(POWEROFF): $(BUILD)/vm/poweroff.o
	@echo "  LD    $@"
	@$(CC) -static -no-pie -s -o $@ $<

# The OCI runtime that knows process.landlock (docs/oci.md)
.PHONY: oci-shim
oci-shim: $(OCI_SHIM)

$(OCI_SHIM): $(addprefix $(BUILD)/,tests/oci/shim.o tests/oci/policy.o harness/landlock/landlock.o)
	@echo "  LD    $@"
	@$(CC) -static -no-pie -Wl,--gc-sections -s -o $@ $^ -ljson-c

# Written again only when it differs, so that a new commit compiles the two files that include it.
$(BUILD)/version.h: FORCE
	@mkdir -p $(@D)
	@printf '/* The version of the suite: results carry it. */\n#define LANDPROOF_VERSION "%s"\n' \
		"$$(./version.sh)" >$@.$$PPID
	@cmp -s $@.$$PPID $@ && rm $@.$$PPID || mv $@.$$PPID $@

# Written again only when it differs, so that a case that is gone is gone from the harness too.
$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo $(OBJECTS) >$@.$$PPID
	@cmp -s $@.$$PPID $@ && rm $@.$$PPID || mv $@.$$PPID $@

.PHONY: FORCE
FORCE:

# The names of abi.h beside those of the system's linux/landlock.h, for abi_check.c.
$(BUILD)/abi_names.h: harness/landlock/abi.h harness/landlock/abi_names.sed
	@mkdir -p $(@D)
	@sed -nE -f harness/landlock/abi_names.sed $< >$@

$(BUILD)/%.o: %.c | $(BUILD)/version.h $(BUILD)/abi_names.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) $(LANDPROOF_CFLAGS) -fno-pie -c -o $@ $<

$(BUILD)/extra/%.o: /%.c | $(BUILD)/version.h $(BUILD)/abi_names.h
	@mkdir -p $(@D)
	@echo "  CC    /$*.c"
	@$(CC) $(CFLAGS) $(LANDPROOF_CFLAGS) -DLANDPROOF_PRIVATE=true -fno-pie -c -o $@ $<

$(BUILD)/explore/engine/corpus.o $(BUILD)/asan/explore/engine/corpus.o: $(wildcard explore/corpus/*.txt)

# The sanitizers cannot be linked statically: this one is for the host only.
$(BUILD)/landproof-asan: $(ASAN_OBJECTS)
	@echo "  LD    $@"
	@$(CC) -no-pie -fsanitize=address,undefined -o $@ $^ -pthread

$(BUILD)/asan/%.o: %.c | $(BUILD)/version.h $(BUILD)/abi_names.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) $(LANDPROOF_CFLAGS) -fno-pie \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-c -o $@ $<

# Deviations are what the matrix is for: they do not fail the target. The lab kernels that are
# built are part of it.
matrix: setup all
	@vm/setup.sh vm/packages-filesystems.txt
	./landproof run --filesystems --json $(BUILD)/matrix.json --html $(BUILD)/matrix.html \
		|| [ $$? -eq 1 ]

# The newest and the stable kernel of each architecture, beside the columns of the matrix. They
# are emulated, which takes ten minutes to an hour: an interrupted run goes on where it stopped.
.PHONY: architectures
architectures: setup all
	@for arch in $$($(PYTHON) -m vm.machines guests); do \
		$(MAKE) --no-print-directory ARCH=$$arch || exit; done
	[ -e $(BUILD)/matrix.json ] || $(MAKE) --no-print-directory matrix
	./landproof run --set architectures --records $(BUILD)/architectures --resume \
		--json $(BUILD)/architectures.json || [ $$? -eq 1 ]
	./landproof matrix $(BUILD)/matrix.json $(BUILD)/architectures.json \
		--html $(BUILD)/architectures.html >$(BUILD)/architectures.txt

# One kernel as packages of several distributions: do their columns say the same?
.PHONY: repacked
repacked: setup-check all
	$(PYTHON) -m tests.repacked

lab: setup all
	./landproof kernels build
	$(MAKE) matrix

# One more than there are processors: a test that waits for a machine to hang leaves one idle.
TESTERS := $(shell expr $$(nproc) + 1)

check: setup-check all
	@$(MAKE) --no-print-directory style
	./landproof kernels fetch
	$(PYTHON) -m tests.fetch_kunit
	$(PYTHON) -m pytest -q -n $(TESTERS) --dist loadgroup tests
	$(PYTHON) -m tests.breakages

# The product, broken on purpose in a copy: does each breakage turn its tests red?
.PHONY: check-mutants
check-mutants: setup-check all
	$(PYTHON) -m tests.breakages

# Builds kernels for it, one for each thing that can go wrong.
socket-proof: setup all
	$(PYTHON) -m tests.socket_proof

# Is a new system call, opcode or hook named?  Builds a kernel that has one of each.
.PHONY: census-proof
census-proof: setup all
	$(PYTHON) -m tests.roads.proof

# Does each check of OCI runtimes hold with a runtime that is right, and fail with one that is not?
.PHONY: oci
oci: setup-check all
	$(PYTHON) -m tests.oci.proof

# Kernels that are broken on purpose: which case finds which bug?
mutants: setup all
	$(PYTHON) -m tests.mutants

# A git repository of kernel sources, one commit with a bug: does `landproof bisect` find it?
.PHONY: bisect-proof
bisect-proof: setup all
	$(PYTHON) -m tests.bisect_proof

# Tools that enforce policies, on three kernels; their deviations are what it is for.
runtimes: setup all
	./landproof runtimes --kernel debian-6.1 --kernel debian-6.12 --kernel debian-7.3 \
		--json $(BUILD)/runtimes.json --html $(BUILD)/runtimes.html || [ $$? -eq 1 ]
	$(PYTHON) -m tests.runtimes.marks $(BUILD)/runtimes.json

# Stand-alone programs: on each kernel, does each say what its case says?  And those of the
# explorer's findings what the list says that they are of?
.PHONY: reproducers
reproducers: setup all
	$(PYTHON) -m tests.reproduce
	$(PYTHON) -m tests.explore.programs

# Kernels older than Debian's, made of lab-6.12: does the suite call them healthy?
older-kernels: setup all
	$(PYTHON) -m tests.older

# The same verdicts in twenty runs, and in any order?
# Each system call of this machine's kernel, refused alone.
.PHONY: refused-calls
refused-calls: setup all
	$(PYTHON) -m tests.environments.sweep

reliability: setup all
	$(PYTHON) -m tests.reliability lab-7.3
	$(PYTHON) -m tests.reliability --runs 3 --shuffle lab-7.3

# Fresh seeds, on this machine and on three kernels: differences are what it is for.
.PHONY: explore
EXPLORE_SECONDS ?= 60
explore: setup all
	./landproof explore --here --seconds $(EXPLORE_SECONDS) --programs $(BUILD)/explore || [ $$? -eq 1 ]
	./landproof explore --kernel debian-6.12 --kernel debian-6.18 --kernel debian-7.3 \
		--seconds $(EXPLORE_SECONDS) --programs $(BUILD)/explore || [ $$? -eq 1 ]

# What looks at the sources in seconds, and says the same on Debian 12 and 13.
.PHONY: style
style:
	$(PYTHON) -m mypy
	$(PYTHON) -m flake8 landproof ci cli vm oci reports tests
	$(PYTHON) -m tests.style
	shellcheck -e SC1091,SC2317 $$(git ls-files '*.sh' .ci/run)

# That, and cppcheck, each version of which takes other things for defects.
.PHONY: lint
lint: setup-check all style
	@vm/setup.sh vm/packages-lint.txt
	cppcheck -q --std=c11 -D_GNU_SOURCE -Iharness -I$(BUILD) --enable=warning,portability \
		--suppressions-list=.cppcheck --error-exitcode=1 harness cases

# The cases of files on every file system that vm/filesystems.toml describes: is each deviation
# explained?
.PHONY: filesystems
filesystems: setup all
	@vm/setup.sh vm/packages-filesystems.txt
	$(PYTHON) -m tests.filesystems

# A cluster of two nodes on this machine; one of them dies in the middle of a run.
.PHONY: fleet-check
fleet-check: setup all
	@vm/setup.sh vm/packages-fleet.txt
	./landproof kernels fetch debian-7.3
	$(PYTHON) -m tests.fleet

# Others' tools validate the files of GitHub and GitLab; they come from npm's registry.
.PHONY: ci-check
ci-check: setup-check all
	@command -v npm >/dev/null || vm/setup.sh vm/packages-ci.txt
	$(PYTHON) -m tests.ci.check

# Fills in the generated parts of the documents.
.PHONY: docs
docs: all
	$(PYTHON) -m tests.docs.generate

# Both commands of the README, in a new Debian 12 and a new Debian 13.
fresh:
	tests/fresh.sh

bench: setup all
	$(PYTHON) -m vm.bench
	$(PYTHON) -m vm.bench --runtimes quick
	$(PYTHON) -m vm.bench --runtimes whole
	$(PYTHON) -m vm.bench --lab

setup:
	@vm/setup.sh

# The compiler and the QEMU of another architecture
.PHONY: cross-setup
cross-setup:
	@mkdir -p $(BUILD)
	@$(PYTHON) -m vm.machines packages $(ARCH) >$(BUILD)/packages.txt
	@vm/setup.sh $(BUILD)/packages.txt

setup-check:
	@vm/setup.sh vm/packages.txt vm/packages-check.txt vm/packages-filesystems.txt

# A collection for the kernel's run_kselftest.sh.
kselftest-install: all
	@kselftest/install.sh $(GUEST) "$(INSTALL_PATH)"

# The tree keeps its shape below lib/landproof: the commands find their parts beside them.
PREFIX ?= /usr/local
HOME_DIR = $(PREFIX)/lib/landproof
TO = $(DESTDIR)$(HOME_DIR)
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: install uninstall
install: all
	@install -d $(TO)/build $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions
	@tar -c --exclude=__pycache__ landproof cli oci reports reproduce roads runtimes sets vm tests/patches COPYING | tar -x --no-same-owner -C $(TO)
	@install -m 755 $(GUEST) $(TO)/build/landproof-guest
	@install -m 755 $(OCI_PROBE) $(POWEROFF) $(TO)/build
	@printf '#!/bin/sh\necho %s\n' "$$(./version.sh)" >$(TO)/version.sh && chmod 755 $(TO)/version.sh
	@$(PYTHON) -m compileall -q -s $(DESTDIR) $(TO)
	@ln -sf ../lib/landproof/landproof $(DESTDIR)$(PREFIX)/bin/landproof
	@ln -sf ../lib/landproof/build/landproof-guest $(DESTDIR)$(PREFIX)/bin/landproof-guest
	@install -m 644 docs/landproof.1 docs/landproof-guest.1 $(SHARE)/man/man1
	@$(PYTHON) -c 'import argcomplete; print(argcomplete.shellcode(["landproof"]))' \
		>$(SHARE)/bash-completion/completions/landproof

uninstall:
	rm -rf $(TO) $(DESTDIR)$(PREFIX)/bin/landproof $(DESTDIR)$(PREFIX)/bin/landproof-guest \
		$(SHARE)/man/man1/landproof.1 $(SHARE)/man/man1/landproof-guest.1 \
		$(SHARE)/bash-completion/completions/landproof

# An archive of the last commit, which builds without git, and the Debian package of it.
.PHONY: dist deb deb-check autopkgtest
dist:
	@rm -rf $(BUILD)/dist && mkdir -p $(BUILD)/dist
	git archive --prefix=landproof-$$(./version.sh)/ -o $(BUILD)/dist/landproof-$$(./version.sh).tar.gz HEAD

# DEB_BUILD_PROFILES=pkg.landproof.nocross leaves out the guests of other architectures.
deb:
	@vm/setup.sh vm/packages-deb.txt
	$(if $(findstring nocross,$(DEB_BUILD_PROFILES)),,@for arch in $$($(PYTHON) -m vm.machines guests); do \
		$(MAKE) --no-print-directory ARCH=$$arch cross-setup || exit; done)
	@rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb
	git archive --prefix=landproof/ HEAD | tar -x -C $(BUILD)/deb
	cd $(BUILD)/deb/landproof && dpkg-buildpackage -us -uc -b
	lintian --fail-on error,warning $(BUILD)/deb/*.changes

# The packages and the archive, in a fresh Debian 12 and 13.
deb-check: deb dist
	$(PYTHON) -m tests.dist.debs

# debian/tests by autopkgtest, in fresh Debians.  RUNNERS="null qemu"
autopkgtest: deb
	$(PYTHON) -m tests.dist.autopkgtest $(RUNNERS)

# The jobs of ci/lava by LAVA's own dispatcher, in a fresh Debian 12.  ARCHES="amd64 s390x"
.PHONY: lava-check
lava-check: setup-check all
	@vm/setup.sh vm/packages-deb.txt
	@for arch in $(filter-out amd64,$(or $(ARCHES),arm64 riscv64)); do \
		$(MAKE) --no-print-directory ARCH=$$arch || exit; done
	$(PYTHON) -m tests.dist.lava $(ARCHES)

# The recipe of a container image, by buildah in a fresh Debian 12.
.PHONY: image-check
image-check:
	@vm/setup.sh vm/packages-deb.txt
	$(PYTHON) -m tests.dist.image

clean:
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/oci/*.d $(BUILD)/tests/oci/*.d) $(OBJECTS:.o=.d) $(ASAN_OBJECTS:.o=.d)
