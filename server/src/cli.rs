//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use parabus_core::aggregate::Unit;
use parabus_core::value::Lang;
use parabus_server::alarm::message::Channel;
use parabus_server::model::Role;

/// Self-hosted telemetry of Modbus equipment.
#[derive(Parser)]
#[command(version, about)]
pub struct Command {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand)]
pub enum Verb {
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
pub struct ConfigFile {
    /// Configuration file.
    #[arg(long, default_value = "parabus.toml", env = "PARABUS_CONFIG")]
    pub config: PathBuf,
}

#[derive(Subcommand)]
pub enum ReportVerb {
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
pub enum AlertVerb {
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
pub enum KeyVerb {
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
pub enum UserVerb {
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
pub enum OrgVerb {
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
pub struct RoleWord(pub Option<Role>);

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
pub struct ApplyOptions {
    /// Show what would change and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: 2 if there are changes, 0 if there are none.
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
    /// Remove what the sections of the file no longer list. Organizations and sections that the file does
    /// not name are left alone.
    #[arg(long)]
    pub prune: bool,
    /// Remove without asking.
    #[arg(long)]
    pub yes: bool,
    /// Tell the changes as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum ExportVerb {
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
pub enum TemplateVerb {
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
pub enum GatewayVerb {
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
pub enum RelayKind {
    None,
    Follows,
    Latches,
}

fn unit(code: &str) -> Result<Unit, String> {
    Unit::from_code(code).map_err(|_| format!("unknown `{code}`, expected half-hour, hour or day"))
}
