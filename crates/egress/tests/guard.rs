//! Nothing in the workspace opens a connection by itself: `egress` is the only door out.

use std::{fs, path::Path};

const CONNECTORS: &[&str] = &[
    "TcpStream::connect",
    "TcpSocket::",
    "UdpSocket::",
    "UnixStream::connect",
    "lookup_host",
    "to_socket_addrs",
    "connect_tokio1",
    "SmtpTransport",
    "reqwest::",
    "ureq::",
    "hyper_util::client",
    "connect_async",
];

/// Parts that are no product code: harnesses, and the tests of a crate.
fn is_exempt(path: &Path) -> bool {
    let exempt = [
        "egress",
        "testkit",
        "testservers",
        "xtask",
        "accept",
        "benches",
        "fuzz",
        "tests",
        "target",
        "node_modules",
    ];
    path.components().any(|part| exempt.iter().any(|name| part.as_os_str() == *name))
        || path.file_name().is_some_and(|name| name == "tests.rs")
}

fn visit(root: &Path, directory: &Path, found: &mut Vec<String>, files: &mut usize) {
    for entry in fs::read_dir(directory).expect("a readable source tree").flatten() {
        let path = entry.path();
        if is_exempt(path.strip_prefix(root).unwrap_or(&path)) {
            continue;
        }
        if path.is_dir() {
            visit(root, &path, found, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *files += 1;
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            let hits = CONNECTORS.iter().filter(|pattern| text.contains(*pattern));
            found.extend(hits.map(|pattern| format!("{}: {pattern}", path.display())));
        }
    }
}

#[test]
fn no_other_crate_opens_a_connection() {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the tests lie");
    let crates = Path::new(&own).parent().expect("crates/egress has a parent");
    let (mut found, mut files) = (Vec::new(), 0);
    visit(crates, crates, &mut found, &mut files);
    assert!(files > 20, "the search saw only {files} files");
    assert!(found.is_empty(), "use egress::connect instead:\n{}", found.join("\n"));
}
