//! CONFIG, as far as sockets, files and the process are concerned.

use std::fs;
use std::net::TcpListener;

use connector::Address;
use testkit::{Server, eventually};

use crate::{PROGRAM, ask, connect, server, setting};

/// Returns a port that is taken for as long as the listener lives.
fn taken_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

#[test]
fn server_moves_to_another_port_and_keeps_its_clients() {
    let server = server("");
    let mut old = server.connect();
    let port = {
        let (_free_when_dropped, port) = taken_port();
        port
    };
    let set = format!("CONFIG SET port {port}");
    assert_eq!(ask(&server, &set), "OK");
    assert_eq!(old.request(&["PING"]).expect("an answer").as_str(), Some("PONG"));
    assert!(connect(&Address::tcp("127.0.0.1", server.port())).is_err());
    let mut new = connect(&Address::tcp("127.0.0.1", port)).expect("a connection");
    let reply = new.request(&["CONFIG", "GET", "port"]).expect("an answer");
    let value = reply.field("port").and_then(|value| value.as_str());
    assert_eq!(value, Some(&*port.to_string()));
}

#[test]
fn server_that_cannot_move_stays_where_it_is_with_all_its_settings() {
    let server = server("");
    let (_taken, port) = taken_port();
    assert_eq!(
        ask(&server, &format!("CONFIG SET maxmemory 5 port {port}")),
        "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this \
         port. Check server logs."
    );
    assert_eq!(
        ask(&server, "CONFIG SET bind 192.0.2.1"),
        "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified \
         addresses."
    );
    // Both answers came over connections of their own.
    assert_eq!(setting(&server, "port"), server.port().to_string());
    assert_eq!(setting(&server, "bind"), "127.0.0.1");
    assert_eq!(setting(&server, "maxmemory"), "0");
}

#[test]
fn rewritten_settings_hold_after_a_restart() {
    let mut server = Server::configured(PROGRAM, "# my own words\nmaxmemory 1mb\nsave \"\"");
    assert_eq!(ask(&server, "CONFIG SET maxmemory 2mb hz 50 requirepass 'a \"b'"), "OK");
    let mut connection = server.connect();
    let login = ["AUTH", "a \"b"];
    assert_eq!(connection.request(&login).expect("an answer").as_str(), Some("OK"));
    let reply = connection.request(&["CONFIG", "REWRITE"]).expect("an answer");
    assert_eq!(reply.as_str(), Some("OK"));
    let file = fs::read_to_string(server.file()).expect("a file");
    assert!(file.contains("# my own words\nmaxmemory 2mb\n"), "{file}");
    let expected = "* CONFIG REWRITE executed with success.\n";
    eventually("a line in the log", || server.log().contains(expected));

    server.restart();
    let mut connection = server.connect();
    assert!(connection.request(&["PING"]).expect("an answer").is_error());
    assert_eq!(connection.request(&login).expect("an answer").as_str(), Some("OK"));
    let reply = connection.request(&["CONFIG", "GET", "maxmemory", "hz"]).expect("an answer");
    let value = |name: &str| reply.field(name).and_then(|value| value.as_str());
    assert_eq!((value("maxmemory"), value("hz")), (Some("2097152"), Some("50")));
}

#[test]
fn there_is_nothing_to_rewrite_without_a_file() {
    let server = server("");
    assert_eq!(ask(&server, "CONFIG REWRITE"), "ERR The server is running without a config file");
}

#[test]
fn file_that_cannot_be_written_is_an_error() {
    let server = Server::configured(PROGRAM, "");
    fs::remove_file(server.file()).expect("it was there");
    // Not even the superuser replaces a folder with a file.
    fs::create_dir(server.file()).expect("a folder in its place");
    let reply = ask(&server, "CONFIG REWRITE");
    assert!(reply.starts_with("ERR Rewriting config file: "), "{reply}");
    eventually("a line in the log", || server.log().contains("# CONFIG REWRITE failed: "));
}

#[test]
fn every_setting_can_be_written_out() {
    let mut server = Server::configured(PROGRAM, "enable-debug-command yes");
    assert_eq!(ask(&server, "DEBUG CONFIG-REWRITE-FORCE-ALL"), "OK");
    let file = fs::read_to_string(server.file()).expect("a file");
    assert!(file.contains("\nhash-max-listpack-entries 512\n"), "{file}");
    server.restart();
    assert_eq!(setting(&server, "hash-max-listpack-entries"), "512");
}

#[test]
fn log_file_can_be_moved_away_and_its_level_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let socket = folder.path().join("socket");
    let mut process = std::process::Command::new(PROGRAM)
        .args(["--port", "0", "--enable-debug-command", "yes"])
        .arg("--unixsocket")
        .arg(&socket)
        .arg("--logfile")
        .arg(&path)
        .spawn()
        .expect("the program can be run");
    let address = Address::Unix(socket);
    eventually("the server to be ready", || connect(&address).is_ok());
    let mut connection = connect(&address).expect("a connection");
    let mut ask = |words: &[&str]| {
        let reply = connection.request(words).expect("an answer");
        assert_eq!(reply.as_str(), Some("OK"), "{words:?}");
    };
    ask(&["DEBUG", "LOG", "before"]);
    eventually("the line", || fs::read_to_string(&path).is_ok_and(|log| log.contains("before")));
    fs::rename(&path, folder.path().join("old")).expect("it is there");
    ask(&["DEBUG", "LOG", "after"]);
    eventually("the line", || fs::read_to_string(&path).is_ok_and(|log| log.contains("after")));
    ask(&["CONFIG", "SET", "loglevel", "nothing"]);
    ask(&["DEBUG", "LOG", "unheard"]);
    ask(&["CONFIG", "SET", "loglevel", "notice"]);
    ask(&["DEBUG", "LOG", "heard"]);
    eventually("the line", || fs::read_to_string(&path).is_ok_and(|log| log.contains(" heard")));
    let log = fs::read_to_string(&path).expect("a log");
    assert!(!log.contains("before") && !log.contains("unheard"), "{log}");
    assert!(connection.request(&["SHUTDOWN"]).is_err());
    assert!(process.wait().expect("it ends").success());
}

#[test]
fn working_directory_is_shown_in_full_and_protected() {
    let server = server("");
    let folder = fs::canonicalize(server.folder()).expect("a folder");
    assert_eq!(setting(&server, "dir"), folder.display().to_string());
    assert_eq!(
        ask(&server, "CONFIG SET dir /"),
        "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config"
    );

    let open = self::server("--enable-protected-configs local");
    assert_eq!(ask(&open, "CONFIG SET dir /usr/../tmp"), "OK");
    let tmp = fs::canonicalize("/tmp").expect("a folder");
    assert_eq!(setting(&open, "dir"), tmp.display().to_string());
    assert_eq!(
        ask(&open, "CONFIG SET dir /nonexistent"),
        "ERR CONFIG SET failed (possibly related to argument 'dir') - No such file or directory"
    );
    assert_eq!(setting(&open, "dir"), tmp.display().to_string());
}

#[test]
fn killer_of_processes_is_told_whom_to_spare() {
    let server = server("");
    let score = || {
        let path = format!("/proc/{}/oom_score_adj", server.pid());
        fs::read_to_string(path).expect("a process").trim().parse::<i32>().expect("a number")
    };
    let original = score();
    // Only the superuser may lower it.
    let (one, more) = (original + 7, original + 11);
    let set = |words: &str| assert_eq!(ask(&server, &format!("CONFIG SET {words}")), "OK");
    set("oom-score-adj-values '7 1 1'");
    assert_eq!(score(), original, "nobody asked for it yet");
    set("oom-score-adj yes");
    assert_eq!(score(), one);
    set(&format!("oom-score-adj absolute oom-score-adj-values '{more} 1 1'"));
    assert_eq!(score(), more);
}

#[test]
fn dangerous_numbers_of_clients_are_refused() {
    let server = server("");
    let reply = ask(&server, "CONFIG SET maxclients 2000000000");
    let expected = "ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating \
                    system is not able to handle the specified number of clients, try with ";
    assert!(reply.starts_with(expected), "{reply}");
}
