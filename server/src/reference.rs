//! References to the objects of one organization: core decides what they name, the snapshot is asked.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use parabus_core::reference::{self, Address, ParamPlace};

use crate::model::{Connection, DeviceId, Directory, Mac, Net, NetId, OrgId, Param, ParamId};

type BySlug<Id> = HashMap<String, Vec<Id>>;

/// Objects by what references say of them. Made once for a snapshot, when the first reference comes: a
/// list of a thousand would otherwise pass over all parameters a thousand times.
#[derive(Clone, Debug, Default)]
pub struct Index {
    devices_by_slug: HashMap<OrgId, BySlug<DeviceId>>,
    devices_by_unit: HashMap<(NetId, u8), Vec<DeviceId>>,
    params_by_slug: HashMap<OrgId, BySlug<ParamId>>,
    params_by_device: HashMap<DeviceId, Vec<ParamId>>,
}

impl Index {
    fn new(directory: &Directory) -> Self {
        let mut index = Index::default();
        for device in directory.devices.values() {
            let Some(org) = directory.org_of_net(device.net_id) else { continue };
            index.devices_by_unit.entry((device.net_id, device.unit_id.0)).or_default().push(device.id);
            let slugs = index.devices_by_slug.entry(org).or_default();
            slugs.entry(device.slug.clone()).or_default().push(device.id);
        }
        for param in directory.params.values() {
            let Some(org) = directory.org_of_device(param.device_id) else { continue };
            index.params_by_device.entry(param.device_id).or_default().push(param.id);
            let slugs = index.params_by_slug.entry(org).or_default();
            slugs.entry(param.slug.clone()).or_default().push(param.id);
        }
        index
    }
}

impl Directory {
    /// What references of an organization are matched against.
    pub fn references(&self, org: OrgId) -> References<'_> {
        References { directory: self, org, index: self.index.get_or_init(|| Index::new(self)) }
    }
}

/// The objects of one organization, as references name them.
#[derive(Clone, Copy)]
pub struct References<'d> {
    directory: &'d Directory,
    org: OrgId,
    index: &'d Index,
}

impl<'d> References<'d> {
    fn nets(&self, is_it: impl Fn(&Net) -> bool) -> impl Iterator<Item = u64> {
        self.directory.nets_of(self.org).filter(move |net| is_it(net)).map(|net| net.id.cast_unsigned())
    }

    fn is_own(&self, org: Option<OrgId>) -> bool {
        org == Some(self.org)
    }
}

fn ids(found: Option<&Vec<i64>>) -> impl Iterator<Item = u64> {
    found.into_iter().flatten().map(|id| id.cast_unsigned())
}

fn place(param: &Param) -> ParamPlace<'_> {
    let bits = param.bit_position.map_or(0, |_| param.bits_amount.unwrap_or(1));
    let address = Address { register: param.address, bit: param.bit_position, bits };
    ParamPlace { id: param.id.cast_unsigned(), slug: &param.slug, kind: param.kind, address }
}

impl reference::Directory for References<'_> {
    fn has_net(&self, id: u64) -> bool {
        self.is_own(self.directory.nets.get(&id.cast_signed()).map(|net| net.org_id))
    }

    fn has_device(&self, id: u64) -> bool {
        self.is_own(self.directory.org_of_device(id.cast_signed()))
    }

    fn has_param(&self, id: u64) -> bool {
        self.is_own(self.directory.org_of_param(id.cast_signed()))
    }

    fn nets_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        self.nets(move |net| net.slug == slug)
    }

    fn nets_by_ip(&self, ip: Ipv4Addr) -> impl Iterator<Item = u64> {
        self.nets(move |net| match &net.connection {
            Connection::Direct { host, .. } => host.parse() == Ok(ip),
            Connection::Serial(_) | Connection::Backward(_) => false,
        })
    }

    fn nets_by_mac(&self, mac: [u8; 6]) -> impl Iterator<Item = u64> {
        self.nets(move |net| net.connection.mac() == Some(Mac(mac)))
    }

    fn devices_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        ids(self.index.devices_by_slug.get(&self.org).and_then(|slugs| slugs.get(slug)))
    }

    fn devices_by_unit(&self, net: u64, unit_id: u8) -> impl Iterator<Item = u64> {
        ids(self.index.devices_by_unit.get(&(net.cast_signed(), unit_id)))
    }

    fn params_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        ids(self.index.params_by_slug.get(&self.org).and_then(|slugs| slugs.get(slug)))
    }

    fn params_of(&self, device: u64) -> impl Iterator<Item = ParamPlace<'_>> {
        let params = self.index.params_by_device.get(&device.cast_signed()).into_iter().flatten();
        params.filter_map(|id| self.directory.params.get(id)).map(place)
    }
}
