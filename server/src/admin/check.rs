//! `parabus check`: whether a server could start with this configuration, and what to mend.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use crate::alarm::deliver::Providers;
use crate::config::Config;
use crate::plant;
use crate::storage::{StoreError, inspect};

/// What was looked at, one a line, and whether all is well.
#[derive(Default)]
struct Findings {
    text: String,
    faults: usize,
}

impl Findings {
    fn good(&mut self, what: &str) {
        writeln!(self.text, "ok     {what}").ok();
    }

    fn fault(&mut self, what: &str, mend: &str) {
        self.faults += 1;
        writeln!(self.text, "fault  {what}\n       {mend}").ok();
    }
}

/// Looks at configuration, store, ports and a plant file; changes nothing. The text, and whether all is well.
pub fn check(config: &Path, plant: Option<&Path>) -> (String, bool) {
    let mut findings = Findings::default();
    match Config::load(config) {
        Ok(config) => {
            findings.good("configuration");
            check_store(&config, &mut findings);
            check_ports(&config, &mut findings);
            check_certificate(&config, &mut findings);
            check_delivery(&config, &mut findings);
        }
        Err(error) => {
            findings.fault(&format!("configuration: {error}"), "mend this line, or name the file by --config")
        }
    }
    if let Some(plant) = plant {
        match plant::File::load(plant) {
            Ok(_) => findings.good("plant file"),
            Err(error) => findings.fault(&format!("plant file: {error}"), "mend these lines"),
        }
    }
    (findings.text, findings.faults == 0)
}

fn check_store(config: &Config, findings: &mut Findings) {
    let folder = &config.storage.path;
    match inspect(folder) {
        Ok(found) => {
            let torn =
                if found.torn > 0 { format!(", {} bytes of an unfinished record", found.torn) } else { String::new() };
            findings.good(&format!("store: schema {}, {} cycles in the log{torn}", found.schema, found.logged));
        }
        Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            findings.good("store: none yet, the first start makes it");
        }
        Err(error @ StoreError::Newer { .. }) => findings.fault(&format!("store: {error}"), "start the newer version"),
        Err(error) => {
            let mend = "see that the server's user may read the folder; a damaged store: parabus restore <backup>";
            findings.fault(&format!("store: {error}"), mend);
        }
    }
    if let Some(existing) = folder.ancestors().find(|folder| folder.exists())
        && let Err(error) = tempfile_in(existing)
    {
        let what = format!("store: {}: nothing can be written: {error}", existing.display());
        findings.fault(&what, "give the folder to the server's user, or free space");
    }
}

/// Writes a file and takes it away.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".parabus-check-{}", std::process::id()));
    std::fs::write(&path, b"check")?;
    std::fs::remove_file(path)
}

fn check_ports(config: &Config, findings: &mut Findings) {
    let is_served = is_served(&config.storage.path);
    let mut port = |field: &str, address: SocketAddr| match TcpListener::bind(address) {
        Ok(_) => findings.good(&format!("{field}: {address} is free")),
        Err(error) if is_served && error.kind() == std::io::ErrorKind::AddrInUse => {
            findings.good(&format!("{field}: {address} is in use, a server is running on this store"));
        }
        Err(error) => {
            let mend = "stop what listens there, choose another port, or, below 1024, let systemd grant it";
            findings.fault(&format!("{field}: {address} cannot be opened: {error}"), mend);
        }
    };
    port("server.listen", config.server.listen);
    if let Some(address) = config.backward.listen {
        port("backward.listen", address);
    }
}

/// Whether a server holds the store.
fn is_served(folder: &Path) -> bool {
    let lock = std::fs::File::open(folder.join("server.lock"));
    lock.is_ok_and(|lock| lock.try_lock_shared().is_err())
}

fn check_certificate(config: &Config, findings: &mut Findings) {
    match crate::web::tls::Certificate::check(config) {
        Ok(Some(what)) => findings.good(&format!("server.tls: {what}")),
        Ok(None) => {}
        Err(error) => findings.fault(&error.to_string(), "name a PEM certificate chain and its private key"),
    }
}

/// Logs in at the mail server and connects to the other providers; sends nothing.
fn check_delivery(config: &Config, findings: &mut Findings) {
    let providers = match Providers::open(config) {
        Ok(providers) => providers,
        Err(error) => return findings.fault(&error, "mend this field of the configuration"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let found = match runtime {
        Ok(runtime) => runtime.block_on(providers.check()),
        Err(error) => return findings.fault(&format!("delivery: {error}"), "free memory or file handles"),
    };
    for (field, result) in found {
        let mend = match field {
            "email" => {
                "see host, port and security (`starttls` on 587, `tls` on 465), user and password; firewalls often shut port 25"
            }
            _ => "see the address and the firewall; what [access] refuses has to be allowed there",
        };
        match result {
            Ok(what) => findings.good(&format!("{field}: {what}")),
            Err(error) => findings.fault(&format!("{field}: {error}"), mend),
        }
    }
}
