//! Background reading: one supervised task a device, on core's schedule.

mod learned;
mod reading;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use parabus_core::schedule::{BackOff, DeviceSchedule};
use parabus_core::time::Instant;
use parabus_core::value::Lang;
use parking_lot::RwLock;
use tokio::task::JoinHandle;

use crate::clock;
use crate::link::{Limits, Link, Links, Priority};
use crate::live::Live;
use crate::model::{Cell, Connection, Cycle, Device, DeviceId, Directory, Net, Param};
use crate::storage::Store;
use crate::words;
pub use learned::Learned;
pub use reading::{Manner, Wanted, read_cells};

/// What a device's next reading waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PollCode {
    Scheduled,
    Reading,
    Unreachable,
    Disabled,
    /// Nothing of it is read in the background.
    #[default]
    Never,
}

impl PollCode {
    pub const fn code(self) -> &'static str {
        match self {
            PollCode::Scheduled => "scheduled",
            PollCode::Reading => "reading",
            PollCode::Unreachable => "unreachable",
            PollCode::Disabled => "disabled",
            PollCode::Never => "never",
        }
    }

    /// The same for people.
    pub const fn message(self, lang: Lang) -> &'static str {
        let word = match self {
            PollCode::Scheduled => words::POLL_SCHEDULED,
            PollCode::Reading => words::POLL_READING,
            PollCode::Unreachable => words::POLL_UNREACHABLE,
            PollCode::Disabled => words::POLL_DISABLED,
            PollCode::Never => words::POLL_NEVER,
        };
        word.text(lang)
    }
}

/// State of one device's background reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PollStatus {
    pub last_read_on: Option<Instant>,
    pub next_read_on: Option<Instant>,
    pub code: PollCode,
    /// Monotonic milliseconds at which the reading was or is due.
    due_ms: Option<u64>,
}

impl PollStatus {
    pub const fn message(&self, lang: Lang) -> &'static str {
        self.code.message(lang)
    }
}

type Statuses = Arc<RwLock<HashMap<DeviceId, PollStatus>>>;

/// The background reading of every device.
#[derive(Clone, Default)]
pub struct Poller {
    statuses: Statuses,
}

/// Everything that decides how a device is read; a change of it restarts the device's task.
#[derive(Clone, PartialEq)]
struct Work {
    net: Net,
    device: Device,
    params: Vec<Param>,
    /// Its place among the devices of the connection.
    index: usize,
    count: usize,
}

/// Places between two devices of a network, where those of other networks fit in.
const PHASES: usize = 1024;

impl Work {
    /// Its place among all devices and how many there are, so that neither the devices of a network nor
    /// the networks are read all at the same instant.
    fn place(&self) -> (usize, usize) {
        // Consecutive multiples of the golden ratio lie as far apart as can be.
        let phase = self.net.id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
        (self.index * PHASES + usize::try_from(phase).unwrap_or(0), self.count * PHASES)
    }
}

impl Poller {
    /// State of a device's background reading.
    pub fn status(&self, device: DeviceId) -> PollStatus {
        self.statuses.read().get(&device).cloned().unwrap_or_default()
    }

    /// Milliseconds that the most overdue device waits for its reading to begin.
    pub fn oldest_overdue_ms(&self) -> u64 {
        let now = clock::monotonic_ms();
        let statuses = self.statuses.read();
        let waiting = statuses.values().filter(|status| status.code != PollCode::Reading);
        waiting.filter_map(|status| Some(now.saturating_sub(status.due_ms?))).max().unwrap_or(0)
    }

    /// Reads devices until the task is dropped, following every change of the configuration.
    pub async fn run(self, store: Store, links: Arc<Links>, live: Arc<Live>) {
        let mut directories = store.watch();
        let mut tasks: HashMap<DeviceId, (Work, Task)> = HashMap::new();
        // Connections of networks without devices have a state, too; it is lost with the last handle.
        let mut held: Vec<Link> = Vec::new();
        loop {
            let directory = directories.borrow_and_update().clone();
            let nets = directory.nets.values().filter(|net| net.disabled.is_none());
            let now_held = nets.map(|net| links.handle(&net.connection, Limits::of(net))).collect();
            drop(std::mem::replace(&mut held, now_held));
            let wanted = self.plan(&directory);
            tasks.retain(|id, (work, _)| wanted.get(id) == Some(work));
            for (id, work) in wanted {
                tasks.entry(id).or_insert_with(|| {
                    let link = links.handle(&work.net.connection, Limits::of(&work.net));
                    let task = supervise(work.clone(), link, live.clone(), self.statuses.clone());
                    (work, Task(tokio::spawn(task)))
                });
            }
            if directories.changed().await.is_err() {
                return;
            }
        }
    }

    /// What is to be read, and the states of what is not.
    fn plan(&self, directory: &Directory) -> HashMap<DeviceId, Work> {
        let mut wanted = HashMap::new();
        let mut statuses = self.statuses.write();
        statuses.retain(|id, _| directory.devices.contains_key(id));
        for net in directory.nets.values() {
            let count = directory.devices_of(net.id).count();
            for (index, device) in directory.devices_of(net.id).enumerate() {
                let status = statuses.entry(device.id).or_default();
                let is_disabled = net.disabled.is_some() || device.disabled.is_some();
                match &device.group {
                    Some(group) if !is_disabled => {
                        let params = group.params.iter().filter_map(|id| directory.params.get(id).cloned());
                        let params = params.collect();
                        let work = Work { net: net.clone(), device: device.clone(), params, index, count };
                        wanted.insert(device.id, work);
                    }
                    _ => {
                        status.code = if is_disabled { PollCode::Disabled } else { PollCode::Never };
                        (status.next_read_on, status.due_ms) = (None, None);
                    }
                }
            }
        }
        wanted
    }
}

/// A task that ends when it is dropped.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Keeps one device's reading going whatever happens in it.
async fn supervise(work: Work, link: Link, live: Arc<Live>, statuses: Statuses) {
    loop {
        let reading = poll_device(&work, &link, &live, &statuses);
        if AssertUnwindSafe(reading).catch_unwind().await.is_err() {
            metrics::counter!("parabus_poll_restarts").increment(1);
            tracing::error!(device = work.device.id, "background reading failed and starts again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn poll_device(work: &Work, link: &Link, live: &Live, statuses: &Statuses) {
    let device = &work.device;
    let Some(group) = &device.group else { return };
    let wanted: Vec<Wanted> = work.params.iter().map(Wanted::from).collect();
    let period_ms = u64::from(device.update_period_sec) * 1000;
    let dials_in = matches!(work.net.connection, Connection::Backward(_));
    let (index, count) = work.place();
    let mut schedule = DeviceSchedule::staggered(period_ms, index, count, clock::monotonic_ms());
    let mut learned = Learned::default();
    let mut connections = link.connections();
    let set = |change: &dyn Fn(&mut PollStatus)| change(statuses.write().entry(device.id).or_default());
    loop {
        let due = schedule.due_at();
        let wait = due.saturating_sub(clock::monotonic_ms());
        let next = Instant::from_millis(clock::now().as_millis().saturating_add(i64::try_from(wait).unwrap_or(0)));
        let is_away = schedule.failures() > 0;
        let code = if is_away { PollCode::Unreachable } else { PollCode::Scheduled };
        set(&|status| (status.code, status.next_read_on, status.due_ms) = (code, Some(next), Some(due)));
        connections.borrow_and_update();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            // A controller that was away has dialled in: its devices need not wait out their back-off.
            Ok(()) = connections.changed(), if is_away && dials_in => {}
        }

        set(&|status| status.code = PollCode::Reading);
        let late = schedule.overdue_ms(clock::monotonic_ms());
        metrics::histogram!("parabus_poll_lateness_seconds").record(late as f64 / 1000.0);
        // A device that did not answer last time is asked once, not several times.
        let manner = Manner::of(device, Priority::Routine);
        let manner = Manner { retries: if is_away { 0 } else { manner.retries }, ..manner };
        let reading = read_cells(link, &manner, &wanted, &mut learned, Cell::read).await;
        let skipped = schedule.skipped();
        match reading.answered_at {
            Some(at) => {
                schedule.succeed(clock::monotonic_ms());
                set(&|status| status.last_read_on = Some(at));
            }
            None => {
                metrics::counter!("parabus_poll_failures").increment(1);
                schedule.fail(clock::monotonic_ms(), jitter(), &BackOff::default());
                // Who comes back may be another device.
                learned = Learned::default();
            }
        }
        metrics::counter!("parabus_poll_missed").increment(schedule.skipped().saturating_sub(skipped));
        let at = reading.answered_at.unwrap_or_else(clock::now);
        let cycle = Cycle { device: device.id, group: group.id, at, cells: reading.cells };
        if let Err(error) = live.accept(&cycle) {
            metrics::counter!("parabus_store_errors", "work" => "append").increment(1);
            tracing::error!(device = device.id, %error, "a reading could not be stored");
        }
    }
}

/// Any number, different each time.
fn jitter() -> u32 {
    getrandom::u32().unwrap_or(0)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_zoo;
