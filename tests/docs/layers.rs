//! Each layer calls only the layers below it. The test checks the imports of `src/` and of the crates `scim` and `oidc`.

use super::sources::{code, sources};
use std::path::Path;

/// The layers of `src/`, from the lowest. The command and the binaries use the library from outside.
const FLOORS: [&str; 8] =
    ["outbound", "model", "store", "directory", "delivery", "server", "app", "lambda"];

/// Pairs of layers: the first must not import the second, although the second is below it. `delivery` and `server` get
/// everything from `directory`. The server reaches the delivery by a trait of `directory`.
const APART: [(&str, &str); 3] =
    [("delivery", "store"), ("server", "store"), ("server", "delivery")];

/// The layers that may use `outbound`. `app` only passes the client on.
const CALLERS_OF_OUTBOUND: [&str; 4] = ["outbound", "directory", "delivery", "app"];

/// The files that may open a connection: calls to other hosts, the clients of the SDK, and the local servers.
const MAY_CONNECT: [&str; 7] = [
    "outbound",
    "store/dynamodb",
    "secrets",
    "cli/serve",
    "cli/demo",
    "cli/dynamodb",
    "cli/http_server",
];

/// Names that only a file with a connection of its own needs.
const CONNECTION_NAMES: [&str; 10] = [
    "aws_smithy_http_client",
    "hyper_util::client",
    "hyper::client",
    "TcpStream",
    "TcpListener",
    "TcpSocket",
    "UdpSocket",
    "UnixStream",
    "ToSocketAddrs",
    "lookup_host",
];

/// Parts of one layer that must not import each other.
const ROOMS: [&str; 3] = ["server/scim", "server/admin", "server/pages"];

/// Pairs of parts of one layer: the first must not import the second, which is above it.
const BELOW: [(&str, &str); 1] = [("directory/access", "directory/sso")];

/// Names of crates that a protocol must not use. `aws-lc-rs` only computes.
const NOT_PURE: [&str; 8] =
    ["aws-config", "aws-s", "axum", "http", "hyper", "lambda", "tokio", "tracing"];

/// Modules of the standard library that a protocol must not use.
const NOT_PURE_IN_STD: [&str; 6] = ["env", "fs", "net", "process", "thread", "time"];

/// Returns the paths into this crate that a file names, as segments: `["store", "members"]`. Comments may name any
/// path.
fn imports(file: &Path, module: &[String]) -> Vec<Vec<String>> {
    let code = code(file);
    assert!(!code.contains("crate::{"), "{}: name each import by itself", file.display());
    let mut found = Vec::new();
    for (start, word) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let before = code.get(..start).and_then(|before| before.chars().next_back());
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == ':' || letter == '_') {
            continue;
        }
        let path: String = code[start..]
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || "_:".contains(*letter))
            .collect();
        let segments: Vec<&str> = path.split("::").filter(|segment| !segment.is_empty()).collect();
        let ups = segments.iter().take_while(|segment| **segment == "super").count();
        let base = match word {
            "crate::" => &[],
            _ => &module[..module.len().saturating_sub(ups)],
        };
        let rest = segments.iter().skip(ups.max(1)).map(|segment| (*segment).to_owned());
        found.push(base.iter().cloned().chain(rest).collect());
    }
    found
}

#[test]
fn no_import_goes_up_or_sideways() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for file in sources(&root) {
        let below = file.strip_prefix(&root).expect("a file below").with_extension("");
        let mut module: Vec<String> =
            below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        module.pop_if(|part| part == "mod");
        let Some(floor) = FLOORS.iter().position(|floor| *floor == module[0]) else { continue };
        let room = ROOMS.iter().find(|room| below.starts_with(room));
        for import in imports(&file, &module) {
            let named = import.join("::");
            let place = file.display();
            if let Some(target) =
                FLOORS.iter().position(|floor| import.first().is_some_and(|name| name == floor))
            {
                assert!(target <= floor, "{place} reaches up to {named}");
                let is_apart = APART.contains(&(FLOORS[floor], FLOORS[target]));
                assert!(!is_apart, "{place} reaches around the directory to {named}");
            }
            let is_outbound = import.first().is_some_and(|name| name == "outbound");
            let may_call = CALLERS_OF_OUTBOUND.contains(&&*module[0]);
            assert!(!is_outbound || may_call, "{place} calls other hosts: {named}");
            let other = ROOMS.iter().find(|room| import.join("/").starts_with(*room));
            if let (Some(room), Some(other)) = (room, other) {
                assert_eq!(room, other, "{place} reaches sideways to {named}");
            }
            for (lower, upper) in BELOW {
                let reaches_up = below.starts_with(lower) && import.join("/").starts_with(upper);
                assert!(!reaches_up, "{place} reaches up to {named}");
            }
            checked += 1;
        }
    }
    assert!(checked > 500, "{checked} imports");
}

#[test]
fn connections_open_in_few_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut connecting = 0;
    for file in sources(&root) {
        let below = file.strip_prefix(&root).expect("a file below").with_extension("");
        let code = code(&file);
        let Some(name) = CONNECTION_NAMES.iter().find(|name| code.contains(**name)) else {
            continue;
        };
        let may_connect = MAY_CONNECT.iter().any(|place| below.starts_with(place));
        assert!(may_connect, "{} opens a connection: {name}", file.display());
        connecting += 1;
    }
    assert!(connecting >= 4, "{connecting} files");
}

/// Mistake 2 of single sign-on: `fastrand` can be guessed. Secrets come from `getrandom` or from `aws-lc-rs`.
#[test]
fn secrets_come_from_no_random_numbers_that_can_be_guessed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for folder in ["crates/oidc/src", "src/directory/sso", "src/directory/access", "src/outbound"] {
        for file in sources(&root.join(folder)) {
            assert!(!code(&file).contains("fastrand"), "{}", file.display());
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked} files");
}

#[test]
fn the_protocols_are_pure() {
    let mut checked = 0;
    for name in ["scim", "oidc"] {
        checked += check_purity(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name));
    }
    assert!(checked > 30, "{checked} paths into the standard library");
}

/// Checks the dependencies and the imports of a crate. Returns the number of its paths into the standard library.
fn check_purity(root: &Path) -> usize {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let (_, dependencies) = manifest.split_once("[dependencies]").expect("dependencies");
    let (dependencies, _) = dependencies.split_once("[dev-dependencies]").expect("an end");
    for name in dependencies.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name) {
        assert!(!NOT_PURE.iter().any(|part| name.starts_with(part)), "{name}");
    }
    let mut checked = 0;
    for file in sources(&root.join("src")) {
        for path in paths(&code(&file)) {
            let place = format!("{}: {}", file.display(), path.join("::"));
            let in_std = path.iter().skip_while(|segment| **segment != "std").nth(1);
            assert!(in_std.is_none_or(|name| !NOT_PURE_IN_STD.contains(name)), "{place}");
            let is_foreign = |segment: &&str| ["rollcall", "now_utc"].contains(segment);
            assert!(!path.iter().any(is_foreign), "{place}");
            checked += usize::from(in_std.is_some());
        }
    }
    checked
}

/// Returns the paths in a piece of code, as segments: `["std", "fmt", "Write"]`.
fn paths(code: &str) -> Vec<Vec<&str>> {
    assert!(!code.contains("std::{"), "name each import by itself");
    let words = code.split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter));
    let paths = words.map(|word| word.split("::").filter(|segment| !segment.is_empty()).collect());
    paths.filter(|path: &Vec<&str>| !path.is_empty()).collect()
}
