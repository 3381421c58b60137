use std::cell::RefCell;
use std::rc::Rc;

use config::{Concern, Config};
use stdx::sys::{CpuTimes, Whose};

use crate::{Crash, Engine, Machine, Session};

fn ask(engine: &mut Engine, session: &Session, words: &[&str]) -> String {
    let argv: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    String::from_utf8(engine.execute(session, &argv)).expect("text")
}

/// A machine that has every port but 7000, and tells what it was asked for.
#[derive(Debug, Default)]
struct Choosy(Rc<RefCell<Vec<String>>>);

impl Machine for Choosy {
    fn cpu_times(&self, _: Whose) -> CpuTimes {
        CpuTimes { user_us: 0, system_us: 0 }
    }

    fn total_memory(&self) -> u64 {
        0
    }

    fn apply(
        &mut self,
        concern: Concern,
        cause: &'static str,
        config: &mut Config,
    ) -> Result<(), String> {
        self.0.borrow_mut().push(format!("{concern:?} for {cause}: port {}", config.port));
        if concern == Concern::Listeners && config.port == 7000 {
            return Err("taken".to_owned());
        }
        Ok(())
    }

    fn read_config_file(&self) -> Result<Vec<u8>, String> {
        Ok(b"# mine\nport 1\n".to_vec())
    }

    fn write_config_file(&mut self, text: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().push(String::from_utf8_lossy(text).into_owned());
        Ok(())
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

#[test]
fn several_settings_are_read_and_written_at_once() {
    let mut engine = Engine::new();
    let session = engine.open();
    let set = ["config", "set", "maxmemory", "1kb", "HZ", "20"];
    assert_eq!(ask(&mut engine, &session, &set), "+OK\r\n");
    assert_eq!(
        ask(&mut engine, &session, &["config", "get", "maxmemor?", "hz", "nothing"]),
        "*4\r\n$9\r\nmaxmemory\r\n$4\r\n1024\r\n$2\r\nhz\r\n$2\r\n20\r\n"
    );
    let odd = ["config", "set", "maxmemory", "1", "hz"];
    assert_eq!(ask(&mut engine, &session, &odd), "-ERR syntax error\r\n");
}

#[test]
fn one_bad_value_changes_nothing() {
    let mut engine = Engine::new();
    let session = engine.open();
    let set = ["config", "set", "maxmemory", "1kb", "hz", "many"];
    assert_eq!(
        ask(&mut engine, &session, &set),
        "-ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed \
         into an integer\r\n"
    );
    assert_eq!(engine.node().config.maxmemory, 0);
}

#[test]
fn a_setting_that_the_machine_refuses_is_taken_back_with_all_others() {
    let mut engine = Engine::new();
    let session = engine.open();
    let asked = Rc::new(RefCell::new(Vec::new()));
    engine.node().attach(Box::new(Choosy(Rc::clone(&asked))));
    let set = ["config", "set", "loglevel", "debug", "port", "7000", "maxclients", "5"];
    assert_eq!(
        ask(&mut engine, &session, &set),
        "-ERR CONFIG SET failed (possibly related to argument 'port') - taken\r\n"
    );
    assert_eq!(
        asked.take(),
        [
            "Logging for loglevel: port 7000",
            "Listeners for port: port 7000",
            "Listeners for port: port 6379",
            "Logging for loglevel: port 6379",
        ]
    );
    assert_eq!(engine.node().config.port, 6379);
    assert_eq!(engine.node().config.maxclients, 10_000);
    assert_eq!(ask(&mut engine, &session, &["config", "set", "port", "7001"]), "+OK\r\n");
    assert_eq!(engine.node().config.port, 7001);
}

#[test]
fn rewriting_changes_the_file_and_keeps_comments() {
    let mut engine = Engine::new();
    let session = engine.open();
    assert_eq!(
        ask(&mut engine, &session, &["config", "rewrite"]),
        "-ERR The server is running without a config file\r\n"
    );
    let written = Rc::new(RefCell::new(Vec::new()));
    engine.node().attach(Box::new(Choosy(Rc::clone(&written))));
    engine.node().start.config_file = "/etc/sinter.conf".to_owned();
    assert_eq!(ask(&mut engine, &session, &["config", "rewrite"]), "+OK\r\n");
    assert_eq!(written.take(), ["# mine\nport 6379\n"]);
}

#[test]
fn statistics_start_anew() {
    let mut engine = Engine::new();
    let session = engine.open();
    ask(&mut engine, &session, &["config", "set", "nonsense", "1"]);
    assert_eq!(engine.node().stats.total_errors, 1);
    assert_eq!(ask(&mut engine, &session, &["config", "resetstat"]), "+OK\r\n");
    assert_eq!(engine.node().stats.total_errors, 0);
    assert_eq!(engine.node().stats.errors.len(), 0);
}

#[test]
fn what_is_not_there_cannot_be_switched_on() {
    let mut engine = Engine::new();
    let session = engine.open();
    let reply = ask(&mut engine, &session, &["config", "set", "activedefrag", "yes"]);
    assert!(reply.starts_with("-ERR CONFIG SET failed (possibly related to"), "{reply}");
    assert!(!engine.node().config.activedefrag);
}
