//! The benchmark tool; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    benchmark::tool::main(std::env::args_os())
}
