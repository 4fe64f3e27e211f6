//! The controllers that are connected.

use std::collections::HashMap;
use std::net::SocketAddr;

use parabus_core::modbus::{Identity, UnitId};
use parabus_core::time::Instant;
use parking_lot::RwLock;

use crate::model::Mac;

/// A controller that has dialled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    pub mac: Mac,
    /// The unit that the controller itself is.
    pub unit: UnitId,
    pub identity: Identity,
    pub peer: SocketAddr,
    pub since: Instant,
    /// The activation code that it shows; none where a network is bound to it.
    pub code: Option<u32>,
}

/// Which visit an entry belongs to: a controller that dials in again has a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit(u64);

#[derive(Default)]
struct Entries {
    visits: u64,
    by_mac: HashMap<Mac, (Visit, Controller)>,
}

/// All controllers that are connected, each once.
#[derive(Default)]
pub struct Controllers {
    entries: RwLock<Entries>,
}

impl Controllers {
    /// The next visit.
    pub(super) fn visit(&self) -> Visit {
        let mut entries = self.entries.write();
        entries.visits += 1;
        Visit(entries.visits)
    }

    /// Notes a controller in place of its older connection; a newer one stays.
    pub(super) fn enter(&self, visit: Visit, controller: Controller) {
        let mut entries = self.entries.write();
        if entries.by_mac.get(&controller.mac).is_none_or(|(present, _)| *present < visit) {
            entries.by_mac.insert(controller.mac, (visit, controller));
        }
    }

    /// Strikes a controller off, unless it has dialled in again meanwhile.
    pub(super) fn leave(&self, mac: Mac, visit: Visit) {
        let mut entries = self.entries.write();
        if entries.by_mac.get(&mac).is_some_and(|(present, _)| *present == visit) {
            entries.by_mac.remove(&mac);
        }
    }

    /// Gives a controller an activation code, `wish` if no other has it; `None` if it is gone.
    pub(super) fn assign_code(&self, mac: Mac, wish: impl Iterator<Item = u32>) -> Option<u32> {
        let mut entries = self.entries.write();
        let taken: Vec<u32> =
            entries.by_mac.values().filter(|(_, other)| other.mac != mac).filter_map(|(_, other)| other.code).collect();
        let code = wish.into_iter().find(|code| !taken.contains(code))?;
        let (_, controller) = entries.by_mac.get_mut(&mac)?;
        controller.code = Some(code);
        Some(code)
    }

    /// Takes a controller's code back.
    pub(super) fn withdraw_code(&self, mac: Mac) {
        if let Some((_, controller)) = self.entries.write().by_mac.get_mut(&mac) {
            controller.code = None;
        }
    }

    /// The controller of this address.
    pub fn find(&self, mac: Mac) -> Option<Controller> {
        self.entries.read().by_mac.get(&mac).map(|(_, controller)| controller.clone())
    }

    /// The controller that shows this activation code.
    pub fn find_code(&self, code: u32) -> Option<Controller> {
        let entries = self.entries.read();
        entries.by_mac.values().map(|(_, controller)| controller).find(|each| each.code == Some(code)).cloned()
    }
}
