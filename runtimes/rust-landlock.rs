// SPDX-License-Identifier: GPL-2.0

//! Starts a program with a policy that rust-landlock enforces, as a program would call it.

use std::error::Error;
use std::os::unix::process::CommandExt;
use std::process::{exit, Command};

use landlock::{
    AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, Scope,
};

const FS: [(&str, AccessFs); 17] = [
    ("execute", AccessFs::Execute),
    ("write_file", AccessFs::WriteFile),
    ("read_file", AccessFs::ReadFile),
    ("read_dir", AccessFs::ReadDir),
    ("remove_dir", AccessFs::RemoveDir),
    ("remove_file", AccessFs::RemoveFile),
    ("make_char", AccessFs::MakeChar),
    ("make_dir", AccessFs::MakeDir),
    ("make_reg", AccessFs::MakeReg),
    ("make_sock", AccessFs::MakeSock),
    ("make_fifo", AccessFs::MakeFifo),
    ("make_block", AccessFs::MakeBlock),
    ("make_sym", AccessFs::MakeSym),
    ("refer", AccessFs::Refer),
    ("truncate", AccessFs::Truncate),
    ("ioctl_dev", AccessFs::IoctlDev),
    ("resolve_unix", AccessFs::ResolveUnix),
];
const NET: [(&str, AccessNet); 2] = [
    ("bind_tcp", AccessNet::BindTcp),
    ("connect_tcp", AccessNet::ConnectTcp),
];
const SCOPES: [(&str, Scope); 2] = [
    ("abstract_unix_socket", Scope::AbstractUnixSocket),
    ("signal", Scope::Signal),
];

/// Returns the rights that a list joined by commas names.
fn bits<T>(known: &[(&str, T)], names: &str) -> Result<BitFlags<T>, Box<dyn Error>>
where
    T: landlock::Access,
{
    let mut set = BitFlags::empty();
    for name in names.split(',') {
        let found = known.iter().find(|one| one.0 == name);
        set |= found.ok_or(format!("no right {name}"))?.1;
    }
    Ok(set)
}

fn enforce(options: &[String]) -> Result<(), Box<dyn Error>> {
    let best_effort = options.iter().any(|one| one == "--best-effort");
    let mut ruleset = Ruleset::default().set_compatibility(if best_effort {
        CompatLevel::BestEffort
    } else {
        CompatLevel::HardRequirement
    });
    let said = |word: &str| -> Vec<String> {
        let start = format!("--{word}=");
        options
            .iter()
            .filter_map(|one| one.strip_prefix(&start).map(str::to_string))
            .collect()
    };
    for names in said("fs") {
        ruleset = ruleset.handle_access(bits(&FS, &names)?)?;
    }
    for names in said("net") {
        ruleset = ruleset.handle_access(bits(&NET, &names)?)?;
    }
    for names in said("scope") {
        ruleset = ruleset.scope(bits(&SCOPES, &names)?)?;
    }
    let mut created = ruleset.create()?;
    for rule in said("path") {
        let (names, path) = rule.split_once(':').ok_or("--path=RIGHTS:PATH")?;
        created = created.add_rule(PathBeneath::new(PathFd::new(path)?, bits(&FS, names)?))?;
    }
    for rule in said("port") {
        let (names, port) = rule.split_once(':').ok_or("--port=RIGHTS:PORT")?;
        created = created.add_rule(NetPort::new(port.parse()?, bits(&NET, names)?))?;
    }
    created.restrict_self()?;
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(end) = arguments.iter().position(|one| one == "--") else {
        eprintln!(
            "rust-landlock: [--best-effort] [--fs=RIGHTS] [--net=RIGHTS] [--scope=SCOPES] \
             [--path=RIGHTS:PATH]... [--port=RIGHTS:PORT]... -- PROGRAM"
        );
        exit(125);
    };
    let (options, program) = (&arguments[..end], &arguments[end + 1..]);
    // A ruleset that handles nothing cannot be created.
    if options.iter().any(|one| one != "--best-effort") {
        if let Err(error) = enforce(options) {
            eprintln!("rust-landlock: {error}");
            exit(125);
        }
    }
    let error = Command::new(&program[0]).args(&program[1..]).exec();
    eprintln!("rust-landlock: {error}");
    exit(125);
}
