//! Connections over TLS to a real server, with certificates made for the occasion.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and uses real time"
)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Server, find, run};

/// Makes a certificate for localhost that trusts itself; the key lies beside it.
fn certificate(directory: &Path) -> Option<(String, String)> {
    let place = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (place("cert.pem"), place("key.pem"));
    let made = Command::new(find("openssl")?)
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=CA:FALSE"])
        .args(["-keyout", &key, "-out", &cert])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    made.success().then_some((cert, key))
}

#[test]
fn tls_is_spoken_with_whom_is_trusted_and_nobody_else() {
    let directory = tempfile::tempdir().unwrap();
    let Some((cert, key)) = certificate(directory.path()) else { return };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let tls = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        &cert,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &cert,
    ];
    let Some(server) = Server::start(&tls) else { return };
    let call = |args: &[&str], stdin: &str| {
        let program = Path::new(env!("CARGO_BIN_EXE_sinter-cli"));
        let all = [&["-p", &port, "--tls"], args].concat();
        run(program, &all, stdin.as_bytes(), &[], Duration::from_secs(20))
    };
    let identity = ["--cacert", &cert, "--cert", &cert, "--key", &key];
    let with = |more: &[&'static str]| [&identity[..], more].concat();
    assert_eq!(call(&with(&["ping"]), "").stdout, "PONG\n");
    assert_eq!(call(&with(&["--sni", "localhost", "ping"]), "").stdout, "PONG\n");
    assert_eq!(
        call(&with(&["--tls-ciphersuites", "TLS_AES_256_GCM_SHA384", "ping"]), "").stdout,
        "PONG\n"
    );
    assert!(
        call(&with(&["--tls-ciphers", "NULL", "ping"]), "").stderr.contains("unknown cipher NULL")
    );
    // The same server has a port without TLS, too.
    let plain = server.port.to_string();
    let program = Path::new(env!("CARGO_BIN_EXE_sinter-cli"));
    let limit = Duration::from_secs(20);
    assert_eq!(run(program, &["-p", &plain, "ping"], b"", &[], limit).stdout, "PONG\n");
    let large = "x".repeat(300_000);
    assert_eq!(call(&with(&["-x", "set", "large"]), &large).stdout, "OK\n");
    assert_eq!(call(&with(&["get", "large"]), "").stdout.trim_end(), large);
    let many = "*1\r\n$4\r\nPING\r\n".repeat(20_000);
    assert!(call(&with(&["--pipe"]), &many).stdout.contains("errors: 0, replies: 20000"));
    let wrong_name = call(&with(&["--sni", "elsewhere", "ping"]), "");
    assert!(wrong_name.stderr.contains("Could not connect"), "{wrong_name:?}");
    let stranger = call(&["--cert", &cert, "--key", &key, "ping"], "");
    assert_eq!(stranger.code, Some(1), "{stranger:?}");
    assert!(stranger.stderr.contains("--cacert names who else is trusted"), "{stranger:?}");
    let anybody = call(&["--insecure", "--cert", &cert, "--key", &key, "ping"], "");
    assert_eq!(anybody.stdout, "PONG\n");
    let unknown = call(&["--cacert", &cert, "ping"], "");
    assert_eq!(unknown.code, Some(1), "a client without a certificate: {unknown:?}");
    assert!(unknown.stderr.contains("may want a certificate"), "{unknown:?}");
}
