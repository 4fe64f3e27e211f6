//! The Debian package of the server, and its try-out in an empty folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{Result, program, root, step, target};

/// Files of `server/dist` and where they go, with their modes.
const FILES: [(&str, &str, u32); 5] = [
    ("parabus.service", "usr/lib/systemd/system/parabus.service", 0o644),
    ("sysusers.conf", "usr/lib/sysusers.d/parabus.conf", 0o644),
    ("parabus.toml", "etc/parabus/parabus.toml", 0o644),
    ("postinst", "DEBIAN/postinst", 0o755),
    ("prerm", "DEBIAN/prerm", 0o755),
];

const MEND: &str = "look at the message; `dpkg-deb` is part of Debian's package `dpkg`";

/// Builds the package of a program into the folder.
pub fn build(parabus: &Path, dist: &Path) -> Result<PathBuf> {
    let tree = target().join("xtask/debian");
    fs::remove_dir_all(&tree).ok();
    put(parabus, &tree.join("usr/bin/parabus"), 0o755)?;
    for (from, to, mode) in FILES {
        put(&root().join("server/dist").join(from), &tree.join(to), mode)?;
    }
    let architecture = step("architecture", MEND, program("dpkg").arg("--print-architecture"))?;
    let (architecture, version) = (architecture.trim(), env!("CARGO_PKG_VERSION"));
    let control = format!(
        "Package: parabus\nVersion: {version}\nArchitecture: {architecture}\nSection: misc\nPriority: optional\n\
         Maintainer: The Parabus project <parabus@localhost>\nDepends: libc6 (>= 2.34)\n\
         Description: telemetry of Modbus equipment\n Polls meters, pumps and heat plants, keeps their readings, \
         shows them live.\n One program with an embedded store.\n"
    );
    write(&tree.join("DEBIAN/control"), &control)?;
    write(&tree.join("DEBIAN/conffiles"), "/etc/parabus/parabus.toml\n")?;
    let package = dist.join(format!("parabus_{version}_{architecture}.deb"));
    let mut build = program("dpkg-deb");
    build.args(["--build", "--root-owner-group"]).arg(&tree).arg(&package);
    step("Debian package", MEND, &mut build)?;
    Ok(package)
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn put(from: &Path, to: &Path, mode: u32) -> Result {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    fs::create_dir_all(to.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    fs::copy(from, to).map_err(failed)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).map_err(failed)
}

/// Takes the package apart and looks for what has to be in it; gives the unpacked folder.
fn unpack(package: &Path) -> Result<PathBuf> {
    let list = step("content of the package", MEND, program("dpkg-deb").arg("-c").arg(package))?;
    for (_, to, _) in FILES.iter().filter(|(_, to, _)| !to.starts_with("DEBIAN")) {
        if !list.lines().any(|line| line.ends_with(&format!("./{to}")) && line.contains("root/root")) {
            return Err(format!("{}: no file {to} of root", package.display()));
        }
    }
    let info = step("control of the package", MEND, program("dpkg-deb").arg("-I").arg(package))?;
    if !info.contains("Package: parabus") || !info.contains("conffiles") {
        return Err(format!("{}: no control file: {info}", package.display()));
    }
    let scratch = target().join("xtask/debian-unpacked");
    fs::remove_dir_all(&scratch).ok();
    step("unpacking", MEND, program("dpkg-deb").arg("-x").arg(package).arg(&scratch))?;
    Ok(scratch)
}

/// What systemd thinks of the unit, where it is at hand. It wants the program to be there.
fn check_unit(scratch: &Path) -> Result {
    let unit = scratch.join("usr/lib/systemd/system/parabus.service");
    let text = fs::read_to_string(&unit).map_err(|error| format!("{}: {error}", unit.display()))?;
    let here = scratch.join("parabus.service");
    write(&here, &text.replace("/usr/bin/parabus", &scratch.join("usr/bin/parabus").display().to_string()))?;
    let Ok(checked) = Command::new("systemd-analyze").arg("verify").arg(&here).output() else {
        println!("  no systemd-analyze: the unit is not looked at");
        return Ok(());
    };
    let told = String::from_utf8_lossy(&checked.stderr);
    // Of a line that it does not understand, it only warns.
    if checked.status.success() && told.trim().is_empty() {
        return Ok(());
    }
    Err(format!("{}: {}", unit.display(), told.trim()))
}

/// Unpacks the package into an empty folder and runs its program there.
pub fn try_out(package: &Path) -> Result {
    let scratch = unpack(package)?;
    let run = |words: &[&str]| {
        let mut command = Command::new(scratch.join("usr/bin/parabus"));
        command.args(words).current_dir(&scratch);
        command
    };
    let version = step("parabus --version", MEND, &mut run(&["--version"]))?;
    if !version.contains(env!("CARGO_PKG_VERSION")) {
        return Err(format!("the package's program says `{}`", version.trim()));
    }
    check_unit(&scratch)?;
    write(&scratch.join("parabus.toml"), "[server]\nlisten = \"127.0.0.1:0\"\n")?;
    step("parabus check", MEND, &mut run(&["check", "--config", "parabus.toml"])).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_holds_program_unit_and_configuration() {
        let dist = target().join("xtask/debian-test");
        fs::create_dir_all(&dist).unwrap();
        // Any program will do to look at the package.
        let package = build(&std::env::current_exe().unwrap(), &dist).unwrap();
        let scratch = unpack(&package).unwrap();
        let mode = fs::metadata(scratch.join("usr/bin/parabus")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        let unit = fs::read_to_string(scratch.join("usr/lib/systemd/system/parabus.service")).unwrap();
        let exec = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        assert!(exec.contains("/usr/bin/parabus serve --config /etc/parabus/parabus.toml"), "{exec}");
        check_unit(&scratch).unwrap();
        let wrong = unit.replace("WatchdogSec=30", "WatchdogSec=often");
        fs::write(scratch.join("usr/lib/systemd/system/parabus.service"), wrong).unwrap();
        let has_systemd = Command::new("systemd-analyze").arg("--version").output().is_ok();
        assert_eq!(check_unit(&scratch).is_err(), has_systemd);
        fs::remove_dir_all(dist).ok();
    }
}
