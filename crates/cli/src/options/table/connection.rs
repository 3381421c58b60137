//! Where the server is, and who asks.

use connector::Family;
use manual::Takes;

use super::{Row, one, path, row, text};
use crate::options::parse::{leading_integer, port, seconds};
use crate::options::uri;

pub(super) const ROWS: &[Row] = &[
    row!(["-h"], Takes::One("hostname"), "Server to connect to (default 127.0.0.1).", |o, v| {
        o.host = text(one(v));
        Ok(())
    }),
    row!(["-p"], Takes::One("port"), "Port of the server (default 6379).", |o, v| {
        o.port = port(one(v))?;
        Ok(())
    }),
    row!(
        ["-s"],
        Takes::One("socket"),
        "Unix socket of the server; goes before host and port.",
        |o, v| {
            o.socket = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["-4"], Takes::Nothing, "Use IPv4 only.", |o, _v| {
        o.family = Family::V4;
        Ok(())
    }),
    row!(["-6"], Takes::Nothing, "Use IPv6 only.", |o, _v| {
        o.family = Family::V6;
        Ok(())
    }),
    row!(
        ["-t"],
        Takes::One("seconds"),
        "Give up connecting after so many seconds (decimals allowed).",
        |o, v| {
            o.timeout = Some(seconds(one(v))).filter(|limit| !limit.is_zero());
            Ok(())
        }
    ),
    row!(
        ["-a", "--pass"],
        Takes::One("password"),
        "Password. The environment variable REDISCLI_AUTH is a safer place for it; this option goes first.",
        |o, v| {
            o.password = Some(one(v).to_vec());
            o.password_on_command_line = true;
            Ok(())
        }
    ),
    row!(
        ["--user"],
        Takes::One("username"),
        "User to authenticate as; needs a password.",
        |o, v| {
            o.user = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--askpass"],
        Takes::Nothing,
        "Ask for the password on the terminal; -a and REDISCLI_AUTH are not looked at.",
        |o, _v| {
            o.askpass = true;
            Ok(())
        }
    ),
    row!(
        ["--no-auth-warning"],
        Takes::Nothing,
        "Do not warn about a password on the command line.",
        |o, _v| {
            o.auth_warning = false;
            Ok(())
        }
    ),
    row!(
        ["-u"],
        Takes::One("uri"),
        "Server as a URI: redis://user:password@host:port/db, rediss:// for TLS, unix://path?db=n.",
        |o, v| { uri::apply(o, one(v)) }
    ),
    row!(["-n"], Takes::One("db"), "Database to select.", |o, v| {
        o.db = leading_integer(one(v));
        Ok(())
    }),
    row!(["-2"], Takes::Nothing, "Speak RESP2.", |o, _v| {
        o.resp2 = true;
        Ok(())
    }),
    row!(["-3"], Takes::Nothing, "Speak RESP3.", |o, _v| {
        o.resp3 = true;
        Ok(())
    }),
    row!(["-c"], Takes::Nothing, "Follow the redirections of a cluster.", |o, _v| {
        o.follow_redirections = true;
        Ok(())
    }),
    row!(["--tls"], Takes::Nothing, "Connect over TLS.", |o, _v| {
        o.tls = true;
        Ok(())
    }),
    row!(
        ["--sni"],
        Takes::One("host"),
        "Name to ask for, and to find in the server certificate.",
        |o, v| {
            o.tls_options.server_name = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(["--cacert"], Takes::One("file"), "Certificates to trust, in PEM.", |o, v| {
        o.tls_options.ca_file = Some(path(one(v)));
        Ok(())
    }),
    row!(
        ["--cacertdir"],
        Takes::One("dir"),
        "Folder of certificates to trust. Without these two options: those of the system.",
        |o, v| {
            o.tls_options.ca_directory = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["--insecure"], Takes::Nothing, "Trust any server certificate.", |o, _v| {
        o.tls_options.insecure = true;
        Ok(())
    }),
    row!(["--cert"], Takes::One("file"), "Certificate to show to the server, in PEM.", |o, v| {
        o.tls_options.certificate = Some(path(one(v)));
        Ok(())
    }),
    row!(["--key"], Takes::One("file"), "Private key of that certificate.", |o, v| {
        o.tls_options.key = Some(path(one(v)));
        Ok(())
    }),
    row!(
        ["--tls-ciphers"],
        Takes::One("list"),
        "Ciphers for TLS 1.2, best first, with colons between.",
        |o, v| {
            o.tls_options.ciphers = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--tls-ciphersuites"],
        Takes::One("list"),
        "Cipher suites for TLS 1.3, best first, with colons between.",
        |o, v| {
            o.tls_options.cipher_suites = Some(text(one(v)));
            Ok(())
        }
    ),
];
