//! The command line, files, and the first lines of the log.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use connector::Address;
use testkit::{Server, eventually};

use crate::{PROGRAM, ask, connect, run, server, setting, text};

#[test]
fn log_tells_the_process_before_it_says_that_the_server_is_ready() {
    let server = server("--always-show-logo yes");
    let log = server.log();
    let place = |words: &str| log.find(words).unwrap_or_else(|| panic!("no {words:?} in {log}"));
    let pid = place(&format!(" PID: {}\n", server.pid()));
    let initialized = place("Server initialized");
    let ready = place("Ready to accept connections tcp");
    assert!(pid < initialized && initialized < ready, "{log}");
    assert!(log.contains(&format!("Port: {}\n", server.port())), "{log}");
    // pid:role day month year time level text
    let line = log.lines().last().expect("a line");
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], format!("{}:M", server.pid()));
    assert_eq!(words[5], "*");
}

#[test]
fn without_a_logo_the_log_says_the_same_in_a_line() {
    let server = server("");
    assert!(server.log().contains(&format!("Running mode=standalone, port={}.", server.port())));
}

#[test]
fn taken_port_is_reported_and_nothing_starts() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let output = run(&["--port", &port, "--bind", "127.0.0.1"]);
    let log = text(&output.stdout);
    assert!(
        log.contains(&format!(
            "# Warning: Could not create server TCP listening socket 127.0.0.1:{port}: bind: Address \
             already in use\n"
        )),
        "{log}"
    );
    assert!(
        log.contains(&format!("# Failed listening on port {port} (tcp), aborting.\n")),
        "{log}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn wrong_settings_are_quoted_on_standard_error() {
    let check = |args: &[&str], expected: &str| {
        let output = run(args);
        let errors = text(&output.stderr);
        assert!(errors.starts_with("\n*** FATAL CONFIG FILE ERROR (Sinter "), "{errors}");
        assert!(errors.ends_with(expected), "{errors}");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), "");
    };
    check(
        &["--port", "--bla"],
        "Reading the configuration file, at line 2\n>>> 'port \"--bla\"'\n\
         argument couldn't be parsed into an integer\n",
    );
    check(
        &["--foo", "bar"],
        "Reading the configuration file, at line 2\n>>> 'foo \"bar\"'\n\
         Bad directive or wrong number of arguments\n",
    );
    check(&["--dir", "/nonexistent"], ">>> 'dir \"/nonexistent\"'\nNo such file or directory\n");
    check(&["--rename-command", "foo", "bar"], "\nNo such command in rename-command\n");
    check(&["--rename-command", "get", "set"], "\nTarget command name already exists\n");
    check(
        &["--logfile", "/nonexistent/log"],
        "\nCan't open the log file: No such file or directory\n",
    );
}

#[test]
fn missing_file_is_reported_in_the_log() {
    let output = run(&["/nonexistent.conf"]);
    let log = text(&output.stdout);
    let expected =
        "# Fatal error, can't open config file '/nonexistent.conf': No such file or directory\n";
    assert!(log.ends_with(expected), "{log}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn program_tells_its_version_and_how_to_use_it() {
    let output = run(&["--version"]);
    assert!(text(&output.stdout).starts_with("Sinter server v="), "{output:?}");
    assert!(text(&output.stdout).contains(" malloc=jemalloc-"), "{output:?}");
    assert_eq!(run(&["-v"]).stdout, output.stdout);
    let output = run(&["--help"]);
    assert!(text(&output.stdout).starts_with("Usage: sinter-server "), "{output:?}");
    assert!(output.status.success());
    assert_eq!(run(&["--test-memory", "10"]).status.code(), Some(1));
}

#[test]
fn name_decides_the_role_and_roles_that_do_not_exist_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = |name: &str, arg: &str| {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(PROGRAM, &link).expect("a link");
        Command::new(link).arg(arg).output().expect("the program can be run")
    };
    let output = call("redis-server", "-v");
    assert!(text(&output.stdout).starts_with("Redis server v=7.2."), "{output:?}");
    let output = call("redis-sentinel", "/x");
    assert_eq!(text(&output.stderr), "Sentinel is not part of this program yet\n");
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["--sentinel"]);
    assert_eq!(text(&output.stderr), "Sentinel is not part of this program yet\n");
}

#[test]
fn settings_come_from_file_and_standard_input_and_options_in_this_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("conf");
    let socket = folder.path().join("socket");
    let line = format!("port 0\nunixsocket {}\nhz 20\nmaxmemory 1mb\ntimeout 1", socket.display());
    fs::write(&file, line).expect("a file");
    let mut process = Command::new(PROGRAM)
        .arg(&file)
        .args(["--timeout", "3", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be run");
    let mut stdin = process.stdin.take().expect("a pipe");
    stdin.write_all(b"maxmemory 2mb\ntimeout 2\n").expect("it reads");
    drop(stdin);
    let address = Address::Unix(socket.clone());
    eventually("the server to be ready", || connect(&address).is_ok());
    let mut connection = connect(&address).expect("it is ready");
    let reply = connection.request(&["CONFIG", "GET", "hz", "maxmemory", "timeout"]);
    let reply = reply.expect("an answer");
    let value =
        |name: &str| text(reply.field(name).and_then(|value| value.as_bytes()).expect(name));
    assert_eq!((&*value("hz"), &*value("maxmemory"), &*value("timeout")), ("20", "2097152", "3"));
    // The connection ends without an answer.
    assert!(connection.request(&["SHUTDOWN"]).is_err());
    assert!(process.wait().expect("it ends").success());
    assert!(!socket.exists(), "the socket is removed");
}

#[test]
fn server_that_would_listen_nowhere_does_not_start() {
    let output = run(&["--port", "0"]);
    assert!(text(&output.stdout).ends_with("# Configured to not listen anywhere, exiting.\n"));
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["--port", "0", "--unixsocket", "/nonexistent/socket"]);
    let expected = "# Failed opening Unix socket: bind: No such file or directory\n";
    assert!(text(&output.stdout).ends_with(expected));
}

#[test]
fn only_addresses_that_may_be_missing_may_be_missing() {
    // Reserved for documentation: no machine has it.
    let lenient = server("--bind 127.0.0.1 -192.0.2.1");
    assert!(lenient.log().contains("bind: Cannot assign requested address"));
    assert_eq!(ask(&lenient, "PING"), "PONG");

    let output = run(&["--port", &lenient.port().to_string(), "--bind", "192.0.2.1"]);
    assert!(text(&output.stdout).ends_with("(tcp), aborting.\n"), "{output:?}");
}

#[test]
fn pid_file_is_there_as_long_as_the_server_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pid");
    let mut server = server(&format!("--pidfile {}", path.display()));
    let pid = fs::read_to_string(&path).expect("a pid file");
    assert_eq!(pid, format!("{}\n", server.pid()));
    server.signal("TERM").expect("a signal can be sent");
    assert!(server.wait().success());
    assert!(!path.exists());
    assert!(server.log().contains("* Removing the pid file.\n"));
}

#[test]
fn pid_file_that_cannot_be_written_is_only_logged() {
    let server = server("--pidfile /nonexistent/pid");
    let expected = "* Failed to write PID file: No such file or directory\n";
    assert!(server.log().contains(expected), "{}", server.log());
    assert_eq!(ask(&server, "PING"), "PONG");
}

#[test]
fn unix_socket_has_the_mode_that_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let mut server = server(&format!("--unixsocket {} --unixsocketperm 700", path.display()));
    eventually("the other socket", || server.log().contains("Ready to accept connections unix"));
    let mode = fs::metadata(&path).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let mut connection = connect(&Address::Unix(path.clone())).expect("a connection");
    assert_eq!(connection.request(&["PING"]).expect("an answer").as_str(), Some("PONG"));
    let reply = connection.request(&["CLIENT", "INFO"]).expect("an answer");
    let expected = format!("addr={}:0", path.display());
    assert!(text(reply.as_bytes().expect("text")).contains(&expected));

    server.signal("TERM").expect("a signal can be sent");
    assert!(server.wait().success());
    assert!(!path.exists());
    assert!(server.log().contains("* Removing the unix socket file.\n"));
}

#[test]
fn daemon_lives_on_when_its_parent_has_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let args = format!(
        "--daemonize yes --port 0 --unixsocket {} --pidfile {} --logfile {}",
        path("socket"),
        path("pid"),
        path("log")
    );
    let args: Vec<&str> = args.split(' ').collect();
    let output = run(&args);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "");
    let address = Address::Unix(folder.path().join("socket"));
    eventually("the daemon to be ready", || connect(&address).is_ok());
    let mut connection = connect(&address).expect("a connection");
    let reply = connection.request(&["INFO", "server"]).expect("an answer");
    let pid = fs::read_to_string(path("pid")).expect("a pid file");
    let expected = format!("process_id:{}\r\n", pid.trim());
    assert!(text(reply.as_bytes().expect("text")).contains(&expected));
    // A session of its own: nobody's terminal takes it down.
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).expect("a process");
    let session = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(3));
    assert_eq!(session, Some(pid.trim()));
    assert!(connection.request(&["SHUTDOWN"]).is_err());
    eventually("the daemon to end", || !Path::new(&path("pid")).exists());
}

#[test]
fn title_of_the_process_follows_the_settings() {
    let server = server("");
    let title = || {
        let shown = fs::read(format!("/proc/{}/cmdline", server.pid())).expect("a process");
        text(&shown).trim_end_matches('\0').to_owned()
    };
    assert_eq!(title(), format!("{PROGRAM} 127.0.0.1:{}", server.port()));
    let template = "TEST {title} {listen-addr} {port} {tls-port} {unixsocket} {config-file}";
    assert_eq!(ask(&server, &format!("CONFIG SET proc-title-template '{template}'")), "OK");
    let port = server.port();
    assert_eq!(title(), format!("TEST {PROGRAM} 127.0.0.1:{port} {port} 0"));
}

#[test]
fn environment_survives_the_title() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&socket).expect("a socket");
    let mut process = Command::new(PROGRAM)
        .args(["--port", "0", "--supervised", "auto", "--unixsocket"])
        .arg(folder.path().join("socket"))
        .env("NOTIFY_SOCKET", &socket)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be run");
    let mut buffer = [0; 200];
    let mut hear = || {
        let length = manager.recv(&mut buffer).expect("a message");
        text(&buffer[..length])
    };
    assert_eq!(hear(), "STATUS=Sinter is loading...\n");
    assert_eq!(hear(), "STATUS=Ready to accept connections\nREADY=1\n");
    let mut connection =
        connect(&Address::Unix(folder.path().join("socket"))).expect("a connection");
    let reply = connection.request(&["INFO", "server"]).expect("an answer");
    assert!(text(reply.as_bytes().expect("text")).contains("process_supervised:systemd\r\n"));
    assert!(connection.request(&["SHUTDOWN"]).is_err());
    assert_eq!(hear(), "STOPPING=1\n");
    assert!(process.wait().expect("it ends").success());
}

#[test]
fn modules_and_settings_without_effect_are_not_passed_over_in_silence() {
    let output = run(&["--port", "0", "--loadmodule", "/x.so"]);
    assert!(text(&output.stdout).ends_with("# Can't load module from /x.so: server aborting\n"));
    assert_eq!(output.status.code(), Some(1));

    let server = server("--replica-priority 7");
    assert!(server.log().contains("# 'replica-priority' is set, but has no effect yet\n"));
    assert!(!server.log().contains("nothing is saved yet"), "nobody wants anything to be saved");
    let hopeful = self::server("--appendonly yes");
    assert!(hopeful.log().contains("# WARNING: nothing is saved yet. "));
    assert_eq!(setting(&server, "slave-priority"), "7");
}

#[test]
fn who_relies_on_users_gets_no_server_that_is_open_to_all() {
    let refused = [
        &["--port", "0", "--aclfile", "/etc/users.acl"][..],
        &["--port", "0", "--user", "ann on >secret ~cache:* +@read"],
        &["--port", "0", "--user", "default off"],
    ];
    for args in refused {
        let output = run(args);
        assert!(text(&output.stdout).contains("no access control lists"), "{args:?}");
        assert_eq!(output.status.code(), Some(1));
    }
    let server = Server::configured(PROGRAM, "user default on nopass ~* &* +@all");
    assert_eq!(ask(&server, "PING"), "PONG");
}

#[test]
fn inline_ping_is_answered_before_login() {
    let server = Server::configured(PROGRAM, "requirepass secret");
    let mut connection = server.connect();
    connection.write_raw(b"PING\r\n\r\n").expect("it takes bytes");
    let reply = connection.reply().expect("an answer");
    assert!(reply.is_error(), "{reply:?}");
    let reply = connection.request(&["AUTH", "secret"]).expect("an answer");
    assert_eq!(reply.as_str(), Some("OK"));
    assert_eq!(connection.request(&["PING"]).expect("an answer").as_str(), Some("PONG"));
}
