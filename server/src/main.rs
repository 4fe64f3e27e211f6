//! The `parabus` program: what its commands do.

mod cli;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use cli::{
    AlertVerb, ApplyOptions, Command, ConfigFile, ExportVerb, GatewayVerb, KeyVerb, OrgVerb, RelayKind, ReportVerb,
    TemplateVerb, UserVerb, Verb,
};
use parabus_core::gateway::Relay;
use parabus_server::admin;
use parabus_server::app::{App, StartError};
use parabus_server::clock;
use parabus_server::config::{Config, LogFormat};
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
