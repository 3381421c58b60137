//! The process and the machine around the node, as far as a command has to ask or to tell them at once.
//!
//! What can wait until the end of the loop's turn is an [`crate::Action`]. What is here cannot: CONFIG SET has to know whether the new port could be had before it answers, and takes everything back if not.

use config::{Concern, Config};
use stdx::sys::{CpuTimes, Whose};

/// How DEBUG makes the server crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crash {
    /// By an access to memory that is not there.
    Segfault,
    /// By a fact that does not hold.
    Assertion,
    /// By giving up.
    Panic,
    /// By asking for more memory than there can be.
    OutOfMemory,
}

/// What is around the node.
pub trait Machine {
    /// Returns the CPU time used so far.
    fn cpu_times(&self, whose: Whose) -> CpuTimes;

    /// Returns the memory of the machine, in bytes.
    fn total_memory(&self) -> u64;

    /// Puts a changed setting into effect as far as the node cannot; fails with the reason.
    ///
    /// `cause` is the directive that changed. The settings may be put into the form in which they are in effect (a folder becomes an absolute path).
    fn apply(
        &mut self,
        concern: Concern,
        cause: &'static str,
        config: &mut Config,
    ) -> Result<(), String>;

    /// Reads the configuration file that the server was started with; fails with the reason.
    fn read_config_file(&self) -> Result<Vec<u8>, String>;

    /// Replaces that file, as a whole or not at all; fails with the reason.
    fn write_config_file(&mut self, text: &[u8]) -> Result<(), String>;

    /// Reads one of the allocator's values by name, and sets it if there is a new value. Returns the old one; `None` if there is no such number.
    fn allocator_value(&mut self, name: &str, new: Option<i64>) -> Option<i64>;

    /// Reads one of the allocator's texts by name.
    fn allocator_text(&self, name: &str) -> Option<String>;

    /// Lets time pass in which nothing happens.
    fn stall(&mut self, micros: u64);

    /// Ends the process the hard way.
    fn crash(&mut self, how: Crash);
}

/// Nothing is around the node: it is part of another program, which nobody may change or stop from inside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Machine for Nowhere {
    fn cpu_times(&self, _: Whose) -> CpuTimes {
        CpuTimes { user_us: 0, system_us: 0 }
    }

    fn total_memory(&self) -> u64 {
        0
    }

    fn apply(&mut self, _: Concern, _: &'static str, _: &mut Config) -> Result<(), String> {
        Ok(())
    }

    fn read_config_file(&self) -> Result<Vec<u8>, String> {
        Err("there are no files".to_owned())
    }

    fn write_config_file(&mut self, _: &[u8]) -> Result<(), String> {
        Err("there are no files".to_owned())
    }

    fn allocator_value(&mut self, _: &str, _: Option<i64>) -> Option<i64> {
        None
    }

    fn allocator_text(&self, _: &str) -> Option<String> {
        None
    }

    fn stall(&mut self, _: u64) {}

    fn crash(&mut self, _: Crash) {}
}
