// SPDX-License-Identifier: GPL-2.0

// Starts a program with a policy that go-landlock enforces, as a program would call it.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

var rights = map[string]uint64{
	"execute": ll.AccessFSExecute, "write_file": ll.AccessFSWriteFile,
	"read_file": ll.AccessFSReadFile, "read_dir": ll.AccessFSReadDir,
	"remove_dir": ll.AccessFSRemoveDir, "remove_file": ll.AccessFSRemoveFile,
	"make_char": ll.AccessFSMakeChar, "make_dir": ll.AccessFSMakeDir,
	"make_reg": ll.AccessFSMakeReg, "make_sock": ll.AccessFSMakeSock,
	"make_fifo": ll.AccessFSMakeFifo, "make_block": ll.AccessFSMakeBlock,
	"make_sym": ll.AccessFSMakeSym, "refer": ll.AccessFSRefer,
	"truncate": ll.AccessFSTruncate, "ioctl_dev": ll.AccessFSIoctlDev,
	"resolve_unix": ll.AccessFSResolveUnix,
	"bind_tcp":     ll.AccessNetBindTCP, "connect_tcp": ll.AccessNetConnectTCP,
	"abstract_unix_socket": ll.ScopeAbstractUnixSocket, "signal": ll.ScopeSignal,
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "go-landlock:", what)
	os.Exit(125)
}

// bits returns the rights that a list joined by commas names.
func bits(names string) (set uint64) {
	for _, name := range strings.Split(names, ",") {
		bit, known := rights[name]
		if !known {
			fail("no right " + name)
		}
		set |= bit
	}
	return set
}

// ports returns a rule for each of the rights on a port.
func ports(names, text string) (rules []landlock.Rule) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		fail(err)
	}
	access := bits(names)
	if access&ll.AccessNetBindTCP != 0 {
		rules = append(rules, landlock.BindTCP(uint16(port)))
	}
	if access&ll.AccessNetConnectTCP != 0 {
		rules = append(rules, landlock.ConnectTCP(uint16(port)))
	}
	return rules
}

func main() {
	var handled []any
	var rules []landlock.Rule
	bestEffort := false
	args := os.Args[1:]

	for len(args) > 0 && args[0] != "--" {
		word, text, _ := strings.Cut(args[0], "=")
		names, object, _ := strings.Cut(text, ":")
		switch word {
		case "--best-effort":
			bestEffort = true
		case "--fs":
			handled = append(handled, landlock.AccessFSSet(bits(text)))
		case "--net":
			handled = append(handled, landlock.AccessNetSet(bits(text)))
		case "--scope":
			handled = append(handled, landlock.ScopedSet(bits(text)))
		case "--path":
			rules = append(rules,
				landlock.PathAccess(landlock.AccessFSSet(bits(names)), object))
		case "--port":
			rules = append(rules, ports(names, object)...)
		default:
			fail("no option " + word)
		}
		args = args[1:]
	}
	if len(args) < 2 {
		fail("[--best-effort] [--fs=RIGHTS] [--net=RIGHTS] [--scope=SCOPES]" +
			" [--path=RIGHTS:PATH]... [--port=RIGHTS:PORT]... -- PROGRAM")
	}
	if len(handled) > 0 {
		config, err := landlock.NewConfig(handled...)
		if err != nil {
			fail(err)
		}
		if bestEffort {
			*config = config.BestEffort()
		}
		if err := config.Restrict(rules...); err != nil {
			fail(err)
		}
	}
	fail(syscall.Exec(args[1], args[1:], os.Environ()))
}
