//! Files that include others, lines that add up, and the command line.

mod common;

use common::{Files, parse, value};
use config::{CommandLine, Config, Directive, Host, LoadError, PrimaryAddress};

fn files(files: &[(&str, &str)]) -> Files {
    let files =
        files.iter().map(|(path, text)| (path.as_bytes().to_vec(), text.as_bytes().to_vec()));
    Files(files.collect())
}

#[test]
fn rules_to_save_add_up_and_an_empty_one_takes_them_back() {
    let check = |text: &str, expected: &str| {
        let config = parse(text).expect(text);
        assert_eq!(value(&config, "save"), expected, "{text:?}");
    };
    check("", "3600 1 300 100 60 10000");
    check("save", "");
    check("save \"\"", "");
    check("save ''", "");
    check("save 900 1", "900 1");
    check("save 900 1\nsave 300 10", "900 1 300 10");
    check("save 900 1 300 10", "900 1 300 10");
    check("save \"900 1 300 10\"", "900 1 300 10");
    check("save 900 1\nsave \"\"", "");
    check("save \"\"\nsave 900 1", "900 1");
    check("save 900 1\nsave \"\"\nsave 5 5", "5 5");
    check("save 900 1\nsave", "900 1");
    check("save 900 1\nsave 900 2", "900 1 900 2");
}

#[test]
fn buffer_limits_are_set_class_by_class() {
    let text = "client-output-buffer-limit normal 1 2 3 slave 1 1 1\n\
                client-output-buffer-limit pubsub 9kb 9 9";
    let config = parse(text).expect("a good configuration");
    let expected = "normal 1 2 3 slave 1 1 1 pubsub 9216 9 9";
    assert_eq!(value(&config, "client-output-buffer-limit"), expected);
}

#[test]
fn later_lines_override_earlier_ones_and_included_files_are_read_in_place() {
    let mut host = files(&[("a.conf", "hz 33\ninclude b.conf"), ("b.conf", "\nmaxmemory 1mb")]);
    let mut load = |text: &str| {
        let config = Config::parse(text.as_bytes(), &mut host).expect(text);
        (config.hz, config.maxmemory)
    };
    assert_eq!(load("hz 40\ninclude a.conf"), (33, 1 << 20));
    assert_eq!(load("include a.conf\nhz 40"), (40, 1 << 20));
    assert_eq!(load("INCLUDE \"a.conf\""), (33, 1 << 20));
    assert_eq!(load("include *.conf"), (33, 1 << 20));
    assert_eq!(load("include *.nowhere"), (10, 0));
}

#[test]
fn an_error_in_an_included_file_names_the_line_of_that_file() {
    let mut host = files(&[("a.conf", "\n  maxmemory x ")]);
    let error = Config::parse(b"hz 1\n\ninclude a.conf", &mut host).expect_err("a bad value");
    assert_eq!(
        error,
        LoadError::Line {
            file: Some(b"a.conf".to_vec()),
            number: 2,
            text: b"maxmemory x".to_vec(),
            reason: "argument must be a memory value".to_owned(),
        }
    );
    let error = Config::parse(b"include b.conf", &mut host).expect_err("a missing file");
    assert_eq!(
        error.to_string(),
        "Fatal error, can't open config file 'b.conf': No such file or directory"
    );
}

#[test]
fn files_that_include_themselves_are_refused() {
    let mut host = files(&[("a", "include a"), ("b", "include b\ninclude b"), ("c", "include *")]);
    for text in ["include a", "include b", "include c"] {
        let error = Config::parse(text.as_bytes(), &mut host).expect_err("an endless file");
        assert!(error.to_string().ends_with("or a file that includes itself"), "{error}");
    }
}

#[test]
fn the_host_has_the_last_word_on_a_line() {
    struct Picky(Vec<String>);
    impl Host for Picky {
        fn read(&mut self, _: &[u8]) -> Result<Vec<u8>, String> {
            Err("no files here".to_owned())
        }

        fn matching(&mut self, _: &[u8]) -> Vec<Vec<u8>> {
            Vec::new()
        }

        fn accept(&mut self, directive: &Directive, words: &[Vec<u8>]) -> Result<(), String> {
            self.0.push(format!("{} {}", directive.name, words.len()));
            if directive.name == "rename-command" && words[0] == b"nosuch" {
                return Err("No such command in rename-command".to_owned());
            }
            Ok(())
        }
    }

    let mut host = Picky(Vec::new());
    let text = "rename-command get \"\"\nslave-priority 7\nrename-command nosuch x\nhz 5";
    let error = Config::parse(text.as_bytes(), &mut host).expect_err("an unknown command");
    assert_eq!(
        error.to_string(),
        "Reading the configuration file, at line 3\n\
         >>> 'rename-command nosuch x'\n\
         No such command in rename-command"
    );
    assert_eq!(host.0, ["rename-command 2", "replica-priority 1", "rename-command 2"]);
}

#[test]
fn a_primary_is_a_host_and_a_port_or_nobody() {
    let check = |text: &str, expected: Option<(&str, u16)>| {
        let config = parse(text).expect(text);
        let expected =
            expected.map(|(host, port)| PrimaryAddress { host: host.as_bytes().to_vec(), port });
        assert_eq!(config.replicaof, expected, "{text:?}");
    };
    check("replicaof a 1", Some(("a", 1)));
    check("slaveof a 010", Some(("a", 10)));
    check("replicaof \"a 5\"", Some(("a", 5)));
    check("replicaof \"a b\" 5", Some(("a b", 5)));
    check("replicaof no 1", Some(("no", 1)));
    check("replicaof a 1\nreplicaof NO One", None);
}

#[test]
fn lines_for_others_are_kept_as_they_are() {
    let text = "user ann on \">pass word\" ~*\nuser bob off\n\
                rename-command get \"\"\nloadmodule /m.so a b";
    let config = parse(text).expect("a good configuration");
    let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
    let ann: Vec<Vec<u8>> = words(&["ann", "on", ">pass word", "~*"]);
    assert_eq!(config.user, [ann, words(&["bob", "off"])]);
    assert_eq!(config.rename_command, [words(&["get", ""])]);
    assert_eq!(config.loadmodule, [words(&["/m.so", "a", "b"])]);
}

fn command_line(args: &[&str]) -> CommandLine {
    let args: Vec<Vec<u8>> = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
    CommandLine::parse(&args)
}

/// The lines were recorded from the reference, which quotes them in its errors.
#[test]
fn options_become_lines() {
    let check = |args: &[&str], expected: &[&str]| {
        let options = String::from_utf8(command_line(args).options).expect("ASCII");
        let lines: Vec<&str> = options.lines().map(str::trim).collect();
        assert_eq!(lines, expected, "{args:?}");
    };
    check(&[], &[]);
    check(&["--hz", "20"], &["hz \"20\""]);
    check(&["--hz 20", "--maxmemory 1mb"], &["hz 20", "maxmemory 1mb"]);
    check(&["--hz 20 --maxmemory 1mb"], &["hz 20 --maxmemory 1mb"]);
    check(&["--hz", "20", "hz", "30"], &["hz \"20\" \"hz\" \"30\""]);
    check(&["--hz 20", "30"], &["hz 20 \"30\""]);
    check(&["--hz", "20\nmaxmemory 5"], &["hz \"20\\nmaxmemory 5\""]);
    check(&["-x", "20"], &["\"-x\" \"20\""]);
    // A value may begin like an option, if it is the first.
    check(&["--port", "--bla"], &["port \"--bla\""]);
    check(&["--hz", "--maxmemory", "1mb"], &["hz \"--maxmemory\" \"1mb\""]);
    check(&["--hz ", "--maxmemory", "1mb"], &["hz  \"--maxmemory\" \"1mb\""]);
    check(&["--hz  20 ", "--maxmemory", "1mb"], &["hz  20", "maxmemory \"1mb\""]);
    check(&["--hz \"20", "--maxmemory", "1mb"], &["hz \"20", "maxmemory \"1mb\""]);
    check(&["--port", "\"--bla\""], &["port \"\\\"--bla\\\"\""]);
    check(&["--", "--hz", "20"], &["\"--hz\" \"20\""]);
    check(&["--\t", "--hz", "20"], &["\"--hz\" \"20\""]);
    check(&["--bind", "127.0.0.1", "--hz"], &["bind \"127.0.0.1\"", "hz"]);
    // To save never is often said without a value.
    check(&["--save", "--hz", "20"], &["save \"\"", "hz \"20\""]);
    check(&["--SAVE"], &["SAVE \"\""]);
    check(&["--save", ""], &["save \"\""]);
    check(&["--save", "", " "], &["save \"\" \" \""]);
    check(&["--save", "60", "--1"], &["save \"60\"", "1"]);
    check(&["--save ", "--hz 20"], &["save  \"--hz 20\""]);
    check(&["--\"save\"", "--hz", "3"], &["\"save\" \"--hz\" \"3\""]);
    check(&["--save", "--save", "5 5"], &["save \"\"", "save \"5 5\""]);
    check(&["--sentinel", "--hz", "20"], &["hz \"20\""]);
}

#[test]
fn a_file_and_standard_input_come_before_the_options() {
    let check = |args: &[&str], file: Option<&str>, stdin: bool, options: &str| {
        let line = command_line(args);
        assert_eq!(line.file.as_deref(), file.map(str::as_bytes), "{args:?}");
        assert_eq!(line.stdin, stdin, "{args:?}");
        assert_eq!(String::from_utf8_lossy(&line.options).trim(), options, "{args:?}");
    };
    check(&["a.conf"], Some("a.conf"), false, "");
    check(&["a.conf", "hz", "30"], Some("a.conf"), false, "\"hz\" \"30\"");
    check(&["a.conf", "-"], Some("a.conf"), true, "");
    check(&["-"], None, true, "");
    check(&["-", "-"], None, true, "");
    check(&["-", "--hz", "22"], None, true, "hz \"22\"");
    check(&["--hz", "22", "-"], None, true, "hz \"22\"");
    check(&["--hz", "-", "--port", "1"], None, false, "hz \"-\" \nport \"1\"");
    check(&["", "--hz", "22"], None, false, "hz \"22\"");
    assert!(command_line(&["a.conf", "--sentinel"]).sentinel);
}

#[test]
fn errors_count_lines_through_file_and_options() {
    let number = |args: &[&str], file: &str, stdin: &str| {
        let text = command_line(args).text(file.as_bytes(), stdin.as_bytes());
        match parse(&text) {
            Err(LoadError::Line { number, .. }) => number,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(number(&["--hz", "abc"], "", ""), 2);
    assert_eq!(number(&["--port", "1", "--hz", "abc"], "", ""), 3);
    assert_eq!(number(&["f", "--hz", "abc"], "port 1\nhz 20\nsave 900 1", ""), 4);
    assert_eq!(number(&["f", "--hz", "abc"], "port 1\nhz 20\n", ""), 4);
    assert_eq!(number(&["f", "-"], "port 1", "hz abc"), 2);
}
