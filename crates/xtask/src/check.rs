//! Tests and checks.

use std::fs;

use crate::interop;
use crate::run::{Outcome, command, host, must, root};
use crate::tidy;

/// Runs all tests, after installing what they need.
pub(crate) fn test(args: &[String]) -> Outcome {
    interop::install()?;
    must(command("cargo", &["test", "--workspace", "--locked"]).args(args))
}

/// What a change must pass.
pub(crate) fn ci(_: &[String]) -> Outcome {
    must(&mut command("cargo", &["fmt", "--all", "--check"]))?;
    tidy::tidy(&[])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    must(&mut command("cargo", &clippy))?;
    test(&[])?;
    // A few seconds each, to see that they work and that nothing breaks at once.
    compare("dev", "200000")?;
    fuzz(&["all".to_owned(), "5".to_owned()])
}

/// Runs the tests of the crates that lift the ban on unsafe code under AddressSanitizer.
pub(crate) fn sanitize(_: &[String]) -> Outcome {
    let target = host()?;
    let kept = root().join("fuzz/kept-for-good.txt");
    let args = ["test", "-p", "structs", "-p", "keyspace", "-p", "commands", "--target", &target];
    must(
        command("cargo", &args)
            .args(["--target-dir", "target/sanitize"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Zsanitizer=address")
            // What is kept for as long as the program runs is no leak.
            .env("LSAN_OPTIONS", format!("suppressions={}", kept.display())),
    )
}

/// The flags that make code tell a fuzzer where it has been, on the stable compiler.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// Runs one fuzz target, or each in turn, for some seconds.
pub(crate) fn fuzz(args: &[String]) -> Outcome {
    let folder = root().join("fuzz/targets");
    let seconds = args.get(1).map_or("30", String::as_str);
    let all = ["request", "config", "scan", "session"];
    let chosen: Vec<&str> = match args.first() {
        Some(name) if name != "all" => vec![name],
        _ => all.to_vec(),
    };
    // With the target named, the flags are not for build scripts, which have no fuzzer to link to.
    let target = host()?;
    must(
        command("cargo", &["build", "--release", "--target", &target])
            .current_dir(&folder)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", COVERAGE),
    )?;
    for name in chosen {
        let corpus = root().join("fuzz/corpus").join(name);
        fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
        let program = folder.join("target").join(&target).join("release").join(name);
        must(
            command(&program.to_string_lossy(), &[])
                .arg(format!("-max_total_time={seconds}"))
                .args(["-max_len=4096", "-timeout=10"])
                .arg(&corpus),
        )?;
    }
    Ok(())
}

/// Compares a release build with the redis-server in the path.
pub(crate) fn differential(args: &[String]) -> Outcome {
    compare("release", args.first().map_or("1000000", String::as_str))
}

/// Compares a build of the server with the redis-server in the path: replies in both protocols, and events.
fn compare(profile: &str, requests: &str) -> Outcome {
    let packages = ["-p", "sinter-server", "-p", "differential"];
    must(command("cargo", &["build", "--locked", "--profile", profile]).args(packages))?;
    let build = if profile == "dev" { "debug" } else { profile };
    let ours = format!("target/{build}/sinter-server");
    for protocol in [&[][..], &["--resp3"]] {
        let mut run = command(&format!("target/{build}/differential"), protocol);
        must(run.args(["--events", "--requests", requests, "--ours", &ours]))?;
    }
    Ok(())
}

/// Measures a release build beside the redis-server in the path, and whatever else is named as
/// `NAME=PROGRAM`, and records the figures.
pub(crate) fn bench(args: &[String]) -> Outcome {
    let packages = ["build", "--release", "-p", "sinter-server", "-p", "sinter-benchmark"];
    must(&mut command("cargo", &packages))?;
    let peers = ["redis=/usr/bin/redis-server", "sinter=target/release/sinter-server"];
    must(
        command("target/release/sinter-scenarios", &["--record", "docs/benchmarks.md"])
            .args(peers)
            .args(args),
    )
}
