//! Who is trusted over TLS, and how we prove who we are.

use std::path::PathBuf;

/// What a client wants of TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// The name to ask for, and to find in the server's certificate; the host by default.
    pub server_name: Option<String>,
    /// A file of certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// A folder of files with certificates to trust.
    pub ca_directory: Option<PathBuf>,
    /// Whether to trust any certificate.
    pub insecure: bool,
    /// Our own certificate.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
    /// Ciphers for TLS 1.2 by their OpenSSL names, colons between.
    pub ciphers: Option<String>,
    /// Cipher suites for TLS 1.3, colons between.
    pub cipher_suites: Option<String>,
}

#[cfg(feature = "tls")]
pub use with_tls::TlsClient;
#[cfg(feature = "tls")]
pub(crate) use with_tls::explained;

#[cfg(feature = "tls")]
mod with_tls {
    use std::io;
    use std::path::Path;
    use std::sync::Arc;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
    use rustls::{
        CipherSuite, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore,
        SignatureScheme,
    };

    use super::TlsOptions;

    /// Where systems keep the certificates they trust.
    const SYSTEM_BUNDLES: [&str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    /// What OpenSSL calls the ciphers of TLS 1.2.
    const OPENSSL_NAMES: [(&str, CipherSuite); 6] = [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        (
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        ),
        ("ECDHE-RSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        ("ECDHE-RSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        ("ECDHE-RSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    ];
    /// And the cipher suites of TLS 1.3.
    const SUITE_NAMES: [(&str, CipherSuite); 3] = [
        ("TLS_AES_128_GCM_SHA256", CipherSuite::TLS13_AES_128_GCM_SHA256),
        ("TLS_AES_256_GCM_SHA384", CipherSuite::TLS13_AES_256_GCM_SHA384),
        ("TLS_CHACHA20_POLY1305_SHA256", CipherSuite::TLS13_CHACHA20_POLY1305_SHA256),
    ];

    fn failed(error: impl std::fmt::Display) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
    }

    /// Says what an error of TLS most probably means, and what to do about it.
    pub(crate) fn explained(error: io::Error) -> io::Error {
        use rustls::{AlertDescription, CertificateError, Error};
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
        let advice = match cause {
            Some(Error::AlertReceived(
                AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure,
            )) => "the server may want a certificate: --cert and --key",
            Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                "--cacert names who else is trusted, --insecure trusts everybody"
            }
            Some(Error::InvalidMessage(_)) => "the server does not seem to speak TLS on this port",
            _ => return error,
        };
        io::Error::new(error.kind(), format!("{error} ({advice})"))
    }

    /// How to speak TLS with one host. Certificates and keys are read once, for all connections.
    #[derive(Clone, Debug)]
    pub struct TlsClient {
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    }

    impl TlsClient {
        /// Prepares for connections to the host of the given name.
        pub fn new(host: &str, options: &TlsOptions) -> io::Result<Self> {
            let provider = Arc::new(provider(options)?);
            let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .map_err(failed)?;
            let builder = if options.insecure {
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(TrustAnybody(provider)))
            } else {
                builder.with_root_certificates(roots(options)?)
            };
            let config = match (&options.certificate, &options.key) {
                (Some(certificate), Some(key)) => {
                    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                        failed(format!("{}: no private key: {error}", key.display()))
                    })?;
                    builder
                        .with_client_auth_cert(certificates(certificate)?, key)
                        .map_err(failed)?
                }
                (None, None) => builder.with_no_client_auth(),
                _ => return Err(failed("a certificate needs its key, and a key its certificate")),
            };
            let name = options.server_name.as_deref().unwrap_or(host).to_owned();
            let name = ServerName::try_from(name).map_err(failed)?;
            Ok(Self { config: Arc::new(config), name })
        }

        /// Begins our side of one connection.
        pub fn session(&self) -> io::Result<ClientConnection> {
            ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(failed)
        }
    }

    /// Returns the ciphers to offer: the default ones, or those that were named, in that order.
    fn provider(options: &TlsOptions) -> io::Result<CryptoProvider> {
        let mut provider = ring::default_provider();
        for (list, names, modern) in [
            (&options.ciphers, OPENSSL_NAMES.as_slice(), false),
            (&options.cipher_suites, SUITE_NAMES.as_slice(), true),
        ] {
            let Some(list) = list else { continue };
            let known = ring::default_provider().cipher_suites;
            let mut wanted = Vec::new();
            for name in list.split(':') {
                let suite = names.iter().find(|(other, _)| *other == name).map(|(_, suite)| *suite);
                let found = known.iter().find(|known| Some(known.suite()) == suite);
                wanted.push(*found.ok_or_else(|| failed(format!("unknown cipher {name}")))?);
            }
            provider.cipher_suites.retain(|suite| suite.tls13().is_some() != modern);
            provider.cipher_suites.extend(wanted);
        }
        Ok(provider)
    }

    fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
        CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(|error| failed(format!("{}: {error}", file.display())))
    }

    fn roots(options: &TlsOptions) -> io::Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &options.ca_file {
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(failed)?;
            }
        }
        if let Some(directory) = &options.ca_directory {
            for entry in std::fs::read_dir(directory)? {
                // A folder of certificates may hold other things (indices, keys).
                roots.add_parsable_certificates(certificates(&entry?.path()).unwrap_or_default());
            }
        }
        if options.ca_file.is_none() && options.ca_directory.is_none() {
            let bundle = SYSTEM_BUNDLES.iter().find_map(|file| certificates(Path::new(file)).ok());
            roots.add_parsable_certificates(bundle.unwrap_or_default());
        }
        if roots.is_empty() { Err(failed("there is no certificate to trust")) } else { Ok(roots) }
    }

    /// Trusts any certificate, but checks that the server has its key.
    #[derive(Debug)]
    struct TrustAnybody(Arc<CryptoProvider>);

    impl ServerCertVerifier for TrustAnybody {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, rustls::Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls12_signature(
                message,
                certificate,
                signature,
                &self.0.signature_verification_algorithms,
            )
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls13_signature(
                message,
                certificate,
                signature,
                &self.0.signature_verification_algorithms,
            )
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.signature_verification_algorithms.supported_schemes()
        }
    }
}
