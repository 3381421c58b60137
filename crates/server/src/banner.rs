//! The greeting in the log.

use node::{REDIS_VERSION, VERSION};

/// Returns the logo with what an operator wants to know first.
pub(crate) fn logo(port: u16) -> String {
    let pid = std::process::id();
    let bits = usize::BITS;
    format!(
        r"
        .   .  * .    .
     .    *  \|/  .   *          Sinter {VERSION} {bits} bit
    *  .  ---(*)---  .           speaking Redis {REDIS_VERSION}
     .    .  /|\  *    .
   ___ ___ _/_|_\_ ___ ___       Running in standalone mode
  |___|___|___|___|___|___|      Port: {port}
    |___|___|___|___|___|        PID: {pid}
  |___|___|___|___|___|___|

"
    )
}
