//! The `parabus` program: its commands and their options.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use parabus_core::aggregate::Unit;
use parabus_core::gateway::Relay;
use parabus_core::value::Lang;
use parabus_server::admin;
use parabus_server::alarm::message::Channel;
use parabus_server::app::{App, StartError};
use parabus_server::clock;
use parabus_server::config::{Config, LogFormat};
use parabus_server::model::Role;
use parabus_server::plant;
use parabus_server::run::{Listeners, run};
use parabus_server::storage::{self, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Exit code of `apply --dry-run --exit-code` where something would change.
const CHANGES: u8 = 2;

/// What `print!` does, but for a reader that has gone away: then nobody is left to tell.
macro_rules! print {
    ($($words:tt)*) => { tell(format_args!($($words)*)) };
}

/// The same with the end of a line.
macro_rules! println {
    ($($words:tt)*) => { tell(format_args!("{}\n", format_args!($($words)*))) };
}

fn tell(words: std::fmt::Arguments<'_>) {
    if std::io::stdout().write_fmt(words).is_err() {
        std::process::exit(0);
    }
}

/// Self-hosted telemetry of Modbus equipment.
#[derive(Parser)]
#[command(version, about)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the server: poll devices, keep readings, serve API and page.
    Serve {
        /// Configuration file.
        #[arg(long, default_value = "parabus.toml", env = "PARABUS_CONFIG")]
        config: PathBuf,
        /// Stop when standard input is closed: the program that started this one has ended.
        #[arg(long)]
        until_stdin_closes: bool,
    },
    /// Set up organizations, keys, networks, devices and parameters from a file; safe to repeat.
    Apply {
        /// Declarative file (YAML).
        plant: PathBuf,
        /// Configuration file.
        #[arg(long, default_value = "parabus.toml", env = "PARABUS_CONFIG")]
        config: PathBuf,
        #[command(flatten)]
        options: ApplyOptions,
    },
    /// Write the configuration as a plant file, which gives the same when it is applied to an empty store.
    #[command(args_conflicts_with_subcommands = true)]
    Export {
        #[command(subcommand)]
        what: Option<ExportVerb>,
        /// The file to write; standard output if none is named.
        file: Option<PathBuf>,
        /// Configuration file.
        #[arg(long, default_value = "parabus.toml", env = "PARABUS_CONFIG")]
        config: PathBuf,
        /// One organization alone, by its name.
        #[arg(long)]
        org: Option<String>,
        /// Leave out API keys and the passwords of devices.
        #[arg(long)]
        no_secrets: bool,
    },
    /// Print the JSON schema of the declarative file, for editors.
    Schema,
    /// Play the devices of a file, with believable signals: on TCP ports, on serial ports or pseudo-terminals.
    Simulate {
        /// Declarative file (YAML) with a `simulate` section.
        plant: PathBuf,
        /// Where controllers that dial in find the server.
        #[arg(long, default_value = "127.0.0.1:20502")]
        backward: String,
        /// Stop when standard input is closed: the program that started this one has ended.
        #[arg(long)]
        until_stdin_closes: bool,
    },
    /// Device templates: what there is to be read of a kind of device.
    #[command(subcommand)]
    Template(TemplateVerb),
    /// Gateways: controllers on a bus that poll it themselves.
    #[command(subcommand)]
    Gateway(GatewayVerb),
    /// API keys of users.
    #[command(subcommand)]
    Key(KeyVerb),
    /// Users and their roles.
    #[command(subcommand)]
    User(UserVerb),
    /// Organizations.
    #[command(subcommand)]
    Org(OrgVerb),
    /// Alerts and the messages that they send.
    #[command(subcommand)]
    Alert(AlertVerb),
    /// Reports, and whether they add up.
    #[command(subcommand)]
    Report(ReportVerb),
    /// Show who changed or wrote what, oldest first.
    Audit {
        /// Only of this organization.
        #[arg(long)]
        org: Option<String>,
        /// Only from this day or instant on: 2026-01-31, 2026-01-31T08:00:00Z.
        #[arg(long)]
        since: Option<String>,
        /// Newest lines, at most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Look at configuration, ports and store, and tell what to mend.
    Check {
        /// A declarative file to look at, too.
        #[arg(long)]
        plant: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Copy the store into one file, beside a running server.
    Backup {
        /// A new file, or a folder that gets one named by the time.
        target: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Put a backup in the place of the store; the server has to stand still.
    Restore {
        /// A file that `backup` made.
        backup: PathBuf,
        /// Also if some of its readings are damaged: these are then missing.
        #[arg(long)]
        damaged: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args)]
struct ConfigFile {
    /// Configuration file.
    #[arg(long, default_value = "parabus.toml", env = "PARABUS_CONFIG")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum ReportVerb {
    /// Show the reports of an organization.
    List {
        #[arg(long)]
        org: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Reckon a report anew: branches sum to the one above, segments to the counter's difference.
    Check {
        /// Name or identifier.
        report: String,
        #[arg(long)]
        org: String,
        /// IANA name of the time zone.
        #[arg(long, default_value = "UTC")]
        tz: String,
        /// First date: 2026-03-29.
        #[arg(long)]
        from: String,
        /// The date after the last.
        #[arg(long)]
        till: String,
        /// Length of a segment: half-hour, hour or day.
        #[arg(long, default_value = "hour", value_parser = unit)]
        by: Unit,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Subcommand)]
enum AlertVerb {
    /// Show alerts, and how their last events stand.
    List {
        /// Only of this organization.
        #[arg(long)]
        org: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Say that the last event of an alert was seen.
    Confirm {
        /// Number, name or slug.
        alert: String,
        /// Who has seen it.
        #[arg(long)]
        by: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Hold the messages of an alert back for a time; its events stand in the log.
    Shelve {
        /// Number, name or slug.
        alert: String,
        /// 1m to 30d: 90m, 2h, 3d.
        #[arg(long = "for")]
        time: String,
        /// Why: it stands in the log.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Take an alert away: an open event closes, its journal stays.
    Delete {
        /// Number, name or slug.
        alert: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Send the messages of an alert again.
    Unshelve {
        /// Number, name or slug.
        alert: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Send a test message, and show what the provider answers.
    Test {
        /// An e-mail address or a telephone number.
        #[arg(long)]
        to: String,
        /// email, sms, voice-call; without it, by the look of the recipient.
        #[arg(long, value_parser = channel)]
        channel: Option<Channel>,
        /// en, pl, ru, ua.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Lang,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Subcommand)]
enum KeyVerb {
    /// Make a key; its password is shown once.
    Create {
        user: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Take a key away; its sessions end at once.
    Revoke {
        key: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show keys and their users.
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Subcommand)]
enum UserVerb {
    /// Make a user.
    Create {
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Take a user away, with keys and roles.
    Delete {
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Give a role in an organization, or take it away.
    Role {
        user: String,
        org: String,
        /// owner, manager, technical-manager, operator, viewer, monitor-operator, monitor-viewer,
        /// monitor-no-params; or none.
        #[arg(value_parser = role)]
        role: RoleWord,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show users and their roles.
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Subcommand)]
enum OrgVerb {
    /// Make an organization.
    Create {
        name: String,
        /// en, pl, ru or ua.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Lang,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Set an organization's language.
    Language {
        name: String,
        /// en, pl, ru or ua.
        #[arg(value_parser = language)]
        language: Lang,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Set where an organization is told of alerts that name `-`; an empty text takes an address away.
    Contact {
        name: String,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        phone: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show organizations with languages and roles.
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
}

/// A role, or none of them.
#[derive(Clone, Copy)]
struct RoleWord(Option<Role>);

fn role(text: &str) -> Result<RoleWord, String> {
    if text == "none" {
        return Ok(RoleWord(None));
    }
    let known = || Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ");
    Role::from_code(text).map(|role| RoleWord(Some(role))).ok_or_else(|| format!("expected one of {}, none", known()))
}

fn channel(text: &str) -> Result<Channel, String> {
    let known = Channel::ALL.map(Channel::code).join(", ");
    Channel::from_code(text).ok_or_else(|| format!("expected one of {known}"))
}

fn language(text: &str) -> Result<Lang, String> {
    Lang::from_code(text).map_err(|error| error.to_string())
}

#[derive(Args)]
struct ApplyOptions {
    /// Show what would change and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: 2 if there are changes, 0 if there are none.
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Remove what the sections of the file no longer list. Organizations and sections that the file does
    /// not name are left alone.
    #[arg(long)]
    prune: bool,
    /// Remove without asking.
    #[arg(long)]
    yes: bool,
    /// Tell the changes as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum ExportVerb {
    /// Write readings, beside a running server or without one.
    Readings {
        /// The file to write: Parquet if its name ends with `.parquet`, else CSV; standard output if none is named.
        file: Option<PathBuf>,
        /// One organization alone, by its name.
        #[arg(long)]
        org: Option<String>,
        /// Only from this day or instant on: 2026-01-31, 2026-01-31T08:00:00Z.
        #[arg(long)]
        from: Option<String>,
        /// Only until this instant, or the beginning of this day.
        #[arg(long)]
        till: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Subcommand)]
enum TemplateVerb {
    /// Say what templates hold, or everything that is wrong with them.
    Check {
        /// YAML, JSON or Excel (.xlsx) files, or folders of such files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Turn a template into YAML.
    Convert {
        /// A YAML, JSON or Excel (.xlsx) file.
        from: PathBuf,
        /// The file to write, or `-` for standard output.
        to: PathBuf,
    },
    /// List the templates that are shipped with the program.
    List,
}

#[derive(Subcommand)]
enum GatewayVerb {
    /// Pack a network of a file into the image that a gateway reads from its flash.
    Pack {
        /// Declarative file (YAML).
        plant: PathBuf,
        /// Name of the network.
        #[arg(long)]
        network: String,
        /// Rate of the gateway's bus.
        #[arg(long, default_value_t = 19_200, value_parser = clap::value_parser!(u32).range(1..))]
        baud: u32,
        /// What the relay does while an alert of the network is on: `none`, `follows` it, or `latches` until somebody
        /// has seen it.
        #[arg(long, default_value = "follows", value_enum)]
        relay: RelayKind,
        /// The image.
        #[arg(long, default_value = "gateway.bin")]
        output: PathBuf,
    },
}

/// What a gateway's relay does for an alert.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RelayKind {
    None,
    Follows,
    Latches,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let result = match command.verb {
        Verb::Serve { config, until_stdin_closes } => serve(&config, until_stdin_closes),
        Verb::Apply { plant, config, options } => match apply(&plant, &config, &options) {
            Ok(true) if options.exit_code => return ExitCode::from(CHANGES),
            result => result.map(|_| ()),
        },
        Verb::Export { what: Some(ExportVerb::Readings { file, org, from, till, config }), .. } => {
            let wanted = admin::Wanted { org: org.as_deref(), from: from.as_deref(), till: till.as_deref() };
            export_readings(file.as_deref(), &config, wanted)
        }
        Verb::Export { what: None, file, config, org, no_secrets } => {
            export(file.as_deref(), &config, plant::Selection { org: org.as_deref(), has_secrets: !no_secrets })
        }
        Verb::Schema => {
            println!("{:#}", plant::schema());
            Ok(())
        }
        Verb::Simulate { plant, backward, until_stdin_closes } => simulate(&plant, &backward, until_stdin_closes),
        Verb::Key(verb) => key(verb),
        Verb::User(verb) => user(verb),
        Verb::Org(verb) => org(verb),
        Verb::Report(verb) => report(verb),
        Verb::Alert(verb) => alert(verb),
        Verb::Audit { org, since, limit, json, config } => {
            audit(&config, org.as_deref(), since.as_deref(), limit, json)
        }
        Verb::Check { plant, config } => {
            let (text, is_well) = admin::check(&config.config, plant.as_deref());
            print!("{text}");
            return if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Verb::Backup { target, config } => backup(&config, &target),
        Verb::Restore { backup, damaged, config } => {
            restore(&config, &backup, if damaged { storage::Damaged::Accept } else { storage::Damaged::Refuse })
        }
        Verb::Template(TemplateVerb::Check { files }) => check_templates(&files),
        Verb::Template(TemplateVerb::Convert { from, to }) => convert_template(&from, &to),
        Verb::Template(TemplateVerb::List) => {
            plant::template::all_shipped().for_each(|template| println!("{}: {template}", template.id.text));
            Ok(())
        }
        Verb::Gateway(GatewayVerb::Pack { plant, network, baud, relay, output }) => {
            pack(&plant, &network, baud, relay, &output)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parabus: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Changes the level of what is logged; `Err` says why not.
type SetLevel = Box<dyn Fn(&str) -> Result<(), String> + Send>;

fn filter(level: &str) -> EnvFilter {
    EnvFilter::try_from_env("PARABUS_LOG").unwrap_or_else(|_| EnvFilter::new(level))
}

fn start_logging(level: &str, format: LogFormat) -> SetLevel {
    let (filtering, handle) = tracing_subscriber::reload::Layer::new(filter(level));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry().with(lines).with(filtering).init();
    Box::new(move |level| handle.reload(filter(level)).map_err(|error| error.to_string()))
}

fn level_of(config: &Config) -> String {
    format!("{:?}", config.log.level).to_lowercase()
}

/// At SIGHUP the log's level and the certificate are read again; an error leaves all as it was.
fn reload_at_hangup(file: &Path, app: &Arc<App>, set_level: SetLevel) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    let (file, app) = (file.to_owned(), app.clone());
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match Config::load(&file) {
                Ok(config) => match set_level(&level_of(&config)) {
                    Ok(()) => tracing::info!(level = level_of(&config), "log level read again"),
                    Err(error) => tracing::warn!(error, "the log level stays"),
                },
                Err(error) => tracing::warn!(%error, "the configuration stays as it was"),
            }
            if let Some(Err(error)) = app.certificate.as_ref().map(|certificate| certificate.reload()) {
                tracing::warn!(%error, "the certificate stays as it was");
            }
        }
    });
    Ok(())
}

fn store_of(config: &ConfigFile) -> Result<Store, StartError> {
    let config = Config::load(&config.config)?;
    Ok(Store::open_configuration(&config.storage.path)?)
}

/// With the readings that the log holds.
fn readings_of(config: &ConfigFile) -> Result<Store, StartError> {
    let config = Config::load(&config.config)?;
    Ok(Store::open_readings(&config.storage.path)?)
}

fn key(verb: KeyVerb) -> Result<(), StartError> {
    match verb {
        KeyVerb::Create { user, config } => {
            let (key, password) = admin::create_key(&store_of(&config)?, &user)?;
            println!("apiKey:   {key}\npassword: {password}");
            eprintln!("The password is kept as a hash and cannot be shown again.");
        }
        KeyVerb::Revoke { key, config } => admin::revoke_key(&store_of(&config)?, &key)?,
        KeyVerb::List { config } => print!("{}", admin::list_keys(&store_of(&config)?)?),
    }
    Ok(())
}

fn user(verb: UserVerb) -> Result<(), StartError> {
    match verb {
        UserVerb::Create { name, config } => admin::create_user(&store_of(&config)?, &name)?,
        UserVerb::Delete { name, config } => admin::delete_user(&store_of(&config)?, &name)?,
        UserVerb::Role { user, org, role, config } => admin::set_role(&store_of(&config)?, &user, &org, role.0)?,
        UserVerb::List { config } => print!("{}", admin::list_users(&store_of(&config)?)),
    }
    Ok(())
}

fn org(verb: OrgVerb) -> Result<(), StartError> {
    match verb {
        OrgVerb::Create { name, language, config } => admin::create_org(&store_of(&config)?, &name, language)?,
        OrgVerb::Language { name, language, config } => admin::set_language(&store_of(&config)?, &name, language)?,
        OrgVerb::Contact { name, email, phone, config } => {
            admin::set_contact(&store_of(&config)?, &name, email.as_deref(), phone.as_deref())?;
        }
        OrgVerb::List { config } => print!("{}", admin::list_orgs(&store_of(&config)?)),
    }
    Ok(())
}

fn unit(code: &str) -> Result<Unit, String> {
    Unit::from_code(code).map_err(|_| format!("unknown `{code}`, expected half-hour, hour or day"))
}

fn report(verb: ReportVerb) -> Result<(), StartError> {
    match verb {
        ReportVerb::List { org, config } => print!("{}", admin::report::list(&store_of(&config)?, &org)?),
        ReportVerb::Check { report, org, tz, from, till, by, config } => {
            let range = admin::report::Range { zone: &tz, from: &from, till: &till, unit: by };
            let (text, is_right) = admin::report::check(&readings_of(&config)?, &org, &report, range)?;
            print!("{text}");
            if !is_right {
                return Err("the report does not add up".to_owned().into());
            }
        }
    }
    Ok(())
}

fn alert(verb: AlertVerb) -> Result<(), StartError> {
    match verb {
        AlertVerb::List { org, config } => print!("{}", admin::alert::list(&store_of(&config)?, org.as_deref())?),
        AlertVerb::Confirm { alert, by, config } => {
            print!("{}", admin::alert::confirm(&store_of(&config)?, &alert, by.as_deref())?);
        }
        AlertVerb::Shelve { alert, time, reason, config } => {
            print!("{}", admin::alert::shelve(&store_of(&config)?, &alert, &time, &reason)?);
        }
        AlertVerb::Delete { alert, config } => admin::alert::delete(&store_of(&config)?, &alert)?,
        AlertVerb::Unshelve { alert, config } => print!("{}", admin::alert::unshelve(&store_of(&config)?, &alert)?),
        AlertVerb::Test { to, channel, language, config } => {
            let config = Config::load(&config.config)?;
            let test = admin::alert::Test { to: &to, channel, lang: language };
            print!("{}", runtime()?.block_on(admin::alert::test(&config, &test))?);
        }
    }
    Ok(())
}

fn audit(
    config: &ConfigFile,
    org: Option<&str>,
    since: Option<&str>,
    limit: usize,
    json: bool,
) -> Result<(), StartError> {
    print!("{}", admin::show(&store_of(config)?, &admin::Show { org, since, limit, json })?);
    Ok(())
}

fn backup(config: &ConfigFile, target: &Path) -> Result<(), StartError> {
    let config = Config::load(&config.config)?;
    let file = if target.is_dir() {
        let now = clock::now().display_short().to_string().replace([':', '-'], "");
        target.join(format!("parabus-{now}.sqlite"))
    } else {
        target.to_owned()
    };
    let copied = storage::backup(&config.storage.path, &file)?;
    let size = std::fs::metadata(&file)?.len();
    println!("{}: {size} bytes, {} cycles from the log", file.display(), copied.logged);
    Ok(())
}

fn restore(config: &ConfigFile, backup: &Path, damaged: storage::Damaged) -> Result<(), StartError> {
    let config = Config::load(&config.config)?;
    match storage::restore(&config.storage.path, backup, damaged)? {
        Some(aside) => println!("restored; what was there is in {}", aside.display()),
        None => println!("restored"),
    }
    Ok(())
}

async fn listen(field: &str, address: std::net::SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("{field}: `{address}` cannot be opened: {error}").into())
}

fn serve(file: &Path, until_stdin_closes: bool) -> Result<(), StartError> {
    let config = Config::load(file)?;
    let set_level = start_logging(&level_of(&config), config.log.format);
    runtime()?.block_on(async {
        let http = listen("server.listen", config.server.listen).await?;
        let backward = match config.backward.listen {
            Some(address) => Some(listen("backward.listen", address).await?),
            None => None,
        };
        let app = App::new(config)?;
        reload_at_hangup(file, &app, set_level)?;
        if let Some(certificate) = &app.certificate {
            tracing::info!(sha256 = certificate.fingerprint(), "certificate");
        }
        tracing::info!(address = %http.local_addr()?, "listening");
        if let Some(backward) = &backward {
            tracing::info!(address = %backward.local_addr()?, "listening for controllers");
        }
        run(app, Listeners { http, backward }, stop_signal(until_stdin_closes)?).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Whether there were changes, or would be.
fn apply(plant: &Path, config: &Path, options: &ApplyOptions) -> Result<bool, StartError> {
    let config = Config::load(config)?;
    let file = plant::File::load(plant)?;
    let store = parabus_server::storage::Store::open_configuration(&config.storage.path)?;
    let rest = if options.prune { plant::Rest::Remove } else { plant::Rest::Keep };
    let plan = plant::plan(&store, &file, rest)?;
    if options.dry_run {
        print_report(&plan, options.json)?;
        return Ok(plan.has_changes());
    }
    match options.json {
        false => print!("{}", plan.changes()),
        // What is asked about has to be seen; the report alone goes to where scripts read.
        true if plan.removed() > 0 && !options.yes => eprint!("{}", plan.changes()),
        true => {}
    }
    if plan.removed() > 0 && !options.yes && !is_agreed(plan.removed())? {
        return Err("nothing was changed".into());
    }
    let report = plant::apply_plan(&store, &file, rest, &plan)?;
    if options.json {
        print_report(&report, true)?;
    } else {
        println!("{}", report.summary());
    }
    Ok(report.has_changes())
}

fn print_report(report: &plant::Report, as_json: bool) -> Result<(), StartError> {
    if as_json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}

/// Asks whether to remove; without anybody to ask, only `--yes` will do.
fn is_agreed(removed: usize) -> Result<bool, StartError> {
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(format!("{removed} would be removed: repeat with --yes, nothing was changed").into());
    }
    eprint!("{removed} would be removed. Apply all of this? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn export(file: Option<&Path>, config: &Path, selection: plant::Selection<'_>) -> Result<(), StartError> {
    let config = Config::load(config)?;
    let store = parabus_server::storage::Store::open_configuration(&config.storage.path)?;
    let (text, left_out) = plant::export(&store, selection)?;
    left_out.iter().for_each(|object| eprintln!("not written: {object}"));
    let Some(path) = file.filter(|path| !is_standard_output(path)) else {
        print!("{text}");
        return Ok(());
    };
    write_private(path, &text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn export_readings(file: Option<&Path>, config: &ConfigFile, wanted: admin::Wanted<'_>) -> Result<(), StartError> {
    let store = readings_of(config)?;
    let written = match file.filter(|path| !is_standard_output(path)) {
        Some(path) => {
            let is_parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
            let format = if is_parquet { admin::Format::Parquet } else { admin::Format::Csv };
            let file = std::fs::File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
            admin::write_readings(&store, wanted, format, std::io::BufWriter::new(file))?
        }
        None => admin::write_readings(&store, wanted, admin::Format::Csv, std::io::BufWriter::new(std::io::stdout()))?,
    };
    eprintln!("{written} readings");
    Ok(())
}

/// `-`, as everywhere on a command line.
fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-")
}

/// For its owner alone, because of the secrets.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    // A file that is there may be open to others, so another takes its place.
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    std::fs::remove_file(&beside).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

fn simulate(plant: &Path, server: &str, until_stdin_closes: bool) -> Result<(), StartError> {
    let _level = start_logging("info", LogFormat::Text);
    let file = plant::File::load(plant)?;
    runtime()?.block_on(async { Ok(plant::simulate(&file, server, stop_signal(until_stdin_closes)?).await?) })
}

/// Reads a template; what has no effect is told, a fault is an error.
fn read_template(path: &Path) -> Result<plant::template::Template, StartError> {
    let loaded = plant::template::load(path).map_err(|faults| faults.join("\n"))?;
    loaded.ignored.iter().for_each(|note| eprintln!("{note}"));
    Ok(loaded.template)
}

fn check_templates(files: &[PathBuf]) -> Result<(), StartError> {
    let mut wrong = 0;
    for path in plant::template::files(files)? {
        match read_template(&path) {
            Ok(template) => println!("{}: {template}", path.display()),
            Err(faults) => {
                eprintln!("{faults}");
                wrong += 1;
            }
        }
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of the templates cannot be used").into()) }
}

fn convert_template(from: &Path, to: &Path) -> Result<(), StartError> {
    let text = plant::template::print(&read_template(from)?)?;
    if to == Path::new("-") {
        print!("{text}");
        return Ok(());
    }
    if !to.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        let name = to.display();
        return Err(format!("{name}: templates are written as YAML, expected a name in .yaml or .yml, or `-`").into());
    }
    let file = std::fs::File::create_new(to).and_then(|mut file| file.write_all(text.as_bytes()));
    file.map_err(|error| format!("{}: {error}", to.display()).into())
}

fn pack(plant: &Path, network: &str, baud: u32, relay: RelayKind, output: &Path) -> Result<(), StartError> {
    let relay = match relay {
        RelayKind::None => Relay::None,
        RelayKind::Follows => Relay::Follows,
        RelayKind::Latches => Relay::Latches,
    };
    let packed = plant::pack(&plant::File::load(plant)?, network, baud, relay)?;
    std::fs::write(output, &packed.image).map_err(|error| format!("{}: {error}", output.display()))?;
    let (units, groups, bytes) = (packed.units, packed.groups, packed.image.len());
    println!("{}: {units} units, {groups} requests a round, {bytes} bytes", output.display());
    for (name, number) in packed.alerts.iter().zip(1..) {
        println!("alert {number}: {name}");
    }
    for name in &packed.left_out {
        eprintln!("left out: alert `{name}`, which looks beyond the network or at a disabled device");
    }
    Ok(())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Cancelled by Ctrl-C, by the service manager, or with the program that started this one.
fn stop_signal(until_stdin_closes: bool) -> std::io::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    if until_stdin_closes {
        let stopping = stop.clone();
        std::thread::spawn(move || {
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
            stopping.cancel();
        });
    }
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stopping.cancel();
    });
    Ok(stop)
}
