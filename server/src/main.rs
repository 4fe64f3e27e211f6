//! The `parabus` program: its commands and their options.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use parabus_server::app::{App, StartError};
use parabus_server::config::{Config, LogFormat};
use parabus_server::plant;
use parabus_server::run::{Listeners, run};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Exit code of `apply --dry-run --exit-code` where something would change.
const CHANGES: u8 = 2;

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
    Export {
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
        /// The image.
        #[arg(long, default_value = "gateway.bin")]
        output: PathBuf,
    },
}

fn main() -> ExitCode {
    let command = Command::parse();
    let result = match command.verb {
        Verb::Serve { config, until_stdin_closes } => serve(&config, until_stdin_closes),
        Verb::Apply { plant, config, options } => match apply(&plant, &config, &options) {
            Ok(true) if options.exit_code => return ExitCode::from(CHANGES),
            result => result.map(|_| ()),
        },
        Verb::Export { file, config, org, no_secrets } => {
            export(file.as_deref(), &config, plant::Selection { org: org.as_deref(), has_secrets: !no_secrets })
        }
        Verb::Simulate { plant, backward, until_stdin_closes } => simulate(&plant, &backward, until_stdin_closes),
        Verb::Template(TemplateVerb::Check { files }) => check_templates(&files),
        Verb::Template(TemplateVerb::Convert { from, to }) => convert_template(&from, &to),
        Verb::Template(TemplateVerb::List) => {
            plant::template::all_shipped().for_each(|template| println!("{}: {template}", template.id.text));
            Ok(())
        }
        Verb::Gateway(GatewayVerb::Pack { plant, network, baud, output }) => pack(&plant, &network, baud, &output),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parabus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start_logging(level: &str, format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PARABUS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

async fn listen(field: &str, address: std::net::SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("{field}: `{address}` cannot be opened: {error}").into())
}

fn serve(file: &Path, until_stdin_closes: bool) -> Result<(), StartError> {
    let config = Config::load(file)?;
    let level = format!("{:?}", config.log.level).to_lowercase();
    start_logging(&level, config.log.format);
    runtime()?.block_on(async {
        let http = listen("server.listen", config.server.listen).await?;
        let backward = match config.backward.listen {
            Some(address) => Some(listen("backward.listen", address).await?),
            None => None,
        };
        let app = App::new(config)?;
        tracing::info!(address = %http.local_addr()?, "listening");
        if let Some(backward) = &backward {
            tracing::info!(address = %backward.local_addr()?, "listening for controllers");
        }
        run(app, Listeners { http, backward }, stop_signal(until_stdin_closes)?).await;
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
    if !options.json {
        print!("{}", plan.changes());
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
    let Some(path) = file else {
        print!("{text}");
        return Ok(());
    };
    write_private(path, &text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// For its owner alone, because of the secrets.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

fn simulate(plant: &Path, server: &str, until_stdin_closes: bool) -> Result<(), StartError> {
    start_logging("info", LogFormat::Text);
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
    std::fs::write(to, text).map_err(|error| format!("{}: {error}", to.display()).into())
}

fn pack(plant: &Path, network: &str, baud: u32, output: &Path) -> Result<(), StartError> {
    let packed = plant::pack(&plant::File::load(plant)?, network, baud)?;
    std::fs::write(output, &packed.image).map_err(|error| format!("{}: {error}", output.display()))?;
    let (units, groups, bytes) = (packed.units, packed.groups, packed.image.len());
    println!("{}: {units} units, {groups} requests a round, {bytes} bytes", output.display());
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
