//! Encrypted connections.

use super::I32_MAX;
use crate::directive::{Concern, Directive, InEffect, Section};
use crate::field::field;

const ROW: Directive = Directive {
    concerns: Some(Concern::Tls),
    effect: InEffect::Later,
    default: "\"\"",
    ..super::ROW
};

pub(super) const SECTION: Section = Section {
    title: "TLS",
    doc: "Files are in PEM format. To replace a certificate, write the new files and set the path \
          again; connections that exist keep the old one.",
    directives: &[
        Directive {
            name: "tls-port",
            field: field!(integer tls_port, 0 to 65535),
            default: "0",
            concerns: Some(Concern::Listeners),
            doc: "Port for TLS, beside or instead of port. 0 means not to listen.",
            ..ROW
        },
        Directive {
            name: "tls-cert-file",
            field: field!(text tls_cert_file),
            doc: "The server's certificate, with the chain that clients may lack.",
            ..ROW
        },
        Directive {
            name: "tls-key-file",
            field: field!(text tls_key_file),
            doc: "The key of that certificate.",
            ..ROW
        },
        Directive {
            name: "tls-key-file-pass",
            field: field!(text tls_key_file_pass),
            sensitive: true,
            doc: "Password of the key, if it has one.",
            ..ROW
        },
        Directive {
            name: "tls-client-cert-file",
            field: field!(text tls_client_cert_file),
            doc: "Certificate to show where the server is the client: to its primary, and on the \
                  cluster bus. Without one, the server's own serves.",
            ..ROW
        },
        Directive {
            name: "tls-client-key-file",
            field: field!(text tls_client_key_file),
            doc: "The key of that certificate.",
            ..ROW
        },
        Directive {
            name: "tls-client-key-file-pass",
            field: field!(text tls_client_key_file_pass),
            sensitive: true,
            doc: "Password of that key, if it has one.",
            ..ROW
        },
        Directive {
            name: "tls-dh-params-file",
            field: field!(text tls_dh_params_file),
            doc: "Diffie-Hellman parameters, for ciphers that nobody should need any more.",
            ..ROW
        },
        Directive {
            name: "tls-ca-cert-file",
            field: field!(text tls_ca_cert_file),
            doc: "Certificates of the authorities that vouch for clients and peers.",
            ..ROW
        },
        Directive {
            name: "tls-ca-cert-dir",
            field: field!(text tls_ca_cert_dir),
            doc: "The same as a folder, with files named by hash.",
            ..ROW
        },
        Directive {
            name: "tls-auth-clients",
            field: field!(choice tls_auth_clients: TlsAuthClients),
            default: "yes",
            doc: "Whether clients must show a certificate. With optional, one that is shown must \
                  be good.",
            ..ROW
        },
        Directive {
            name: "tls-replication",
            field: field!(flag tls_replication),
            default: "no",
            doc: "Connect to the primary with TLS.",
            ..ROW
        },
        Directive {
            name: "tls-cluster",
            field: field!(flag tls_cluster),
            default: "no",
            doc: "Use TLS on the cluster bus.",
            ..ROW
        },
        Directive {
            name: "tls-protocols",
            field: field!(text tls_protocols),
            doc: "Versions to allow, such as \"TLSv1.2 TLSv1.3\". Empty is a sensible choice.",
            ..ROW
        },
        Directive {
            name: "tls-ciphers",
            field: field!(text tls_ciphers),
            doc: "Ciphers to allow up to TLS 1.2.",
            ..ROW
        },
        Directive {
            name: "tls-ciphersuites",
            field: field!(text tls_ciphersuites),
            doc: "Cipher suites to allow in TLS 1.3.",
            ..ROW
        },
        Directive {
            name: "tls-prefer-server-ciphers",
            field: field!(flag tls_prefer_server_ciphers),
            default: "no",
            doc: "Choose the cipher that comes first in our list rather than in the client's.",
            ..ROW
        },
        Directive {
            name: "tls-session-caching",
            field: field!(flag tls_session_caching),
            default: "yes",
            doc: "Let clients resume a session, which spares them and us the expensive part of \
                  the handshake.",
            ..ROW
        },
        Directive {
            name: "tls-session-cache-size",
            field: field!(integer tls_session_cache_size, 0 to I32_MAX),
            default: "20480",
            doc: "How many sessions to remember. 0 is no limit.",
            ..ROW
        },
        Directive {
            name: "tls-session-cache-timeout",
            field: field!(integer tls_session_cache_timeout, 0 to I32_MAX, Seconds),
            default: "300",
            doc: "How long a session can be resumed.",
            ..ROW
        },
    ],
};
