//! TLS by rustls: a certificate from files, which is read again when they change, or one that the
//! server makes itself for trials.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::Config;

/// Files of the server's own certificate, in the data folder.
const OWN: [&str; 2] = ["tls-certificate.pem", "tls-key.pem"];

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("server.tls: {}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("server.tls: the key does not fit the certificate: {0}")]
    Pair(rustls::Error),
    #[error("server.tls: {0}")]
    Own(String),
}

fn file_error(path: &Path) -> impl FnOnce(&dyn fmt::Display) -> TlsError {
    move |error| TlsError::File { path: path.to_owned(), reason: error.to_string() }
}

/// The certificate in use; handshakes take whichever is there.
#[derive(Debug)]
pub struct Certificate {
    files: [PathBuf; 2],
    present: RwLock<Present>,
}

#[derive(Debug)]
struct Present {
    key: Arc<CertifiedKey>,
    changed: [Option<SystemTime>; 2],
}

impl Certificate {
    /// The configured certificate; `None` where TLS is not configured.
    pub fn open(config: &Config) -> Result<Option<Arc<Certificate>>, TlsError> {
        let Some(tls) = &config.server.tls else { return Ok(None) };
        let files = match (&tls.certificate, &tls.key) {
            (Some(certificate), Some(key)) => [certificate.clone(), key.clone()],
            _ => own(&config.storage.path)?,
        };
        let present = RwLock::new(load(&files)?);
        Ok(Some(Arc::new(Certificate { files, present })))
    }

    /// What a start would find; makes nothing.
    pub fn check(config: &Config) -> Result<Option<String>, TlsError> {
        let Some(tls) = &config.server.tls else { return Ok(None) };
        if tls.certificate.is_none() && !config.storage.path.join(OWN[0]).exists() {
            return Ok(Some("a certificate of its own, made by the first start".to_owned()));
        }
        Ok(Certificate::open(config)?.map(|certificate| format!("SHA-256 {}", certificate.fingerprint())))
    }

    /// SHA-256 of the certificate as browsers show it.
    pub fn fingerprint(&self) -> String {
        let present = self.present.read();
        let digest = Sha256::digest(present.key.cert.first().map_or(&[][..], |certificate| certificate.as_ref()));
        digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// Reads the files again if they have changed. On an error the certificate in use stays.
    pub fn reload(&self) -> Result<bool, TlsError> {
        if self.files.each_ref().map(|path| modified(path)) == self.present.read().changed {
            return Ok(false);
        }
        let fresh = load(&self.files)?;
        *self.present.write() = fresh;
        Ok(true)
    }

    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Own(error.to_string()))?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.present.read().key.clone())
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

fn load(files: &[PathBuf; 2]) -> Result<Present, TlsError> {
    let changed = files.each_ref().map(|path| modified(path));
    let [certificate, key] = files;
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(|error| file_error(certificate)(&error))?;
    if chain.is_empty() {
        return Err(file_error(certificate)(&"holds no certificate, expected PEM"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| file_error(key)(&error))?;
    let signer = ring::sign::any_supported_type(&private).map_err(|error| file_error(key)(&error))?;
    let pair = CertifiedKey::new(chain, signer);
    match pair.keys_match() {
        // Of some kinds of keys it cannot be told.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
        Err(error) => return Err(TlsError::Pair(error)),
    }
    Ok(Present { key: Arc::new(pair), changed })
}

/// The server's own certificate, made at the first start and kept, so that its fingerprint stays.
fn own(folder: &Path) -> Result<[PathBuf; 2], TlsError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let files = OWN.map(|name| folder.join(name));
    if files.iter().all(|path| path.exists()) {
        return Ok(files);
    }
    let own = |error: &dyn fmt::Display| TlsError::Own(format!("no certificate could be made: {error}"));
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| own(&error))?;
    std::fs::create_dir_all(folder).map_err(|error| own(&error))?;
    for (path, text) in files.iter().zip([made.cert.pem(), made.signing_key.serialize_pem()]) {
        let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| file_error(path)(&error))?;
    }
    Ok(files)
}
