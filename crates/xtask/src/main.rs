//! The habits of this project, as commands. `cargo xtask` lists them.

mod check;
mod interop;
mod run;
mod tidy;

use std::process::ExitCode;

use run::Outcome;

/// One habit.
struct Task {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        about: "install what the tests need, and run all of them",
        run: check::test,
    },
    Task {
        name: "ci",
        about: "format, lints, tidy, and all tests: what a change must pass",
        run: check::ci,
    },
    Task {
        name: "tidy",
        about: "check what lints cannot: layers, file lengths, module heads",
        run: tidy::tidy,
    },
    Task {
        name: "sanitize",
        about: "run the tests of unsafe code under AddressSanitizer",
        run: check::sanitize,
    },
    Task {
        name: "fuzz",
        about: "[target] [seconds]: feed the parsers what nobody thought of",
        run: check::fuzz,
    },
    Task {
        name: "differential",
        about: "[requests]: compare with a real redis-server",
        run: check::differential,
    },
    Task {
        name: "bench",
        about: "[name=program ...]: measure beside redis-server into docs/benchmarks.md",
        run: check::bench,
    },
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        run::say("cargo xtask <task>\n");
        for task in TASKS {
            run::say(&format!("  {:<14}{}", task.name, task.about));
        }
        return ExitCode::from(if name.is_empty() { 0 } else { 2 });
    };
    match (task.run)(&rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            run::say(&format!("xtask {name}: {reason}"));
            ExitCode::FAILURE
        }
    }
}
