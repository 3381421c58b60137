//! The scenario runner; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    benchmark::scenarios::main(std::env::args_os().skip(1))
}
