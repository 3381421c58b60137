//! What the tests against real servers and clients need, installed where it is missing.

use crate::run::{Outcome, command, must, root, succeeds};

/// Debian's packages, each with a program that tells whether it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("redis-server", "redis-server"),
    ("redis-cli", "redis-tools"),
    ("python3", "python3-venv"),
    ("npm", "npm"),
];

/// Installs what is missing. The clients of other languages go below `target/`, not into the system.
pub(crate) fn install() -> Outcome {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(program, _)| !succeeds(program, &["--version"]))
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        must(&mut command("apt-get", &["update", "-qq"]))?;
        let mut install = command("apt-get", &["install", "-y", "-qq"]);
        must(install.args(&missing).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    let python = root().join("target/interop/python");
    let pip = python.join("bin/pip");
    if !python.join("bin/python").exists() {
        must(command("python3", &["-m", "venv"]).arg(&python))?;
    }
    if !succeeds(&python.join("bin/python").to_string_lossy(), &["-c", "import redis"]) {
        must(
            command(&pip.to_string_lossy(), &["install", "-q"])
                .arg("redis")
                .env("PIP_REQUIRE_VIRTUALENV", "1"),
        )?;
    }
    let node = root().join("target/interop/node");
    if !node.join("node_modules/ioredis").exists() {
        std::fs::create_dir_all(&node).map_err(|error| format!("{}: {error}", node.display()))?;
        must(
            command("npm", &["install", "--silent", "--no-fund", "--no-audit", "--prefix"])
                .arg(&node)
                .arg("ioredis@5"),
        )?;
    }
    Ok(())
}
