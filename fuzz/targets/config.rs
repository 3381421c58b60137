//! No file is too odd to be read: a configuration is understood, or refused with a reason. What was understood survives being rewritten.

#![no_main]

use config::{Config, Host, Rewrite};
use libfuzzer_sys::fuzz_target;

/// A world without other files.
struct Alone;

impl Host for Alone {
    fn read(&mut self, _: &[u8]) -> Result<Vec<u8>, String> {
        Err("No such file or directory".to_owned())
    }

    fn matching(&mut self, _: &[u8]) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn accept(&mut self, _: &config::Directive, _: &[Vec<u8>]) -> Result<(), String> {
        Ok(())
    }
}

fuzz_target!(|text: &[u8]| {
    let Ok(config) = Config::parse(text, &mut Alone) else { return };
    let rewritten = config::rewrite(text, &config, Rewrite::default());
    let again = Config::parse(&rewritten, &mut Alone).expect("what we write, we read");
    assert_eq!(again, config);
});
