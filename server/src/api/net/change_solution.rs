//! POST /net/:netId/change-solution/

use parabus_core::modbus::UnitId;

use super::get::NetPath;
use super::wish::{NetReply, NetWish, Refused, taken};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::model::{Disabled, Net, NetId};
use crate::plant::{net_slug, solution};

pub struct ChangeSolution;

impl Endpoint for ChangeSolution {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/net/:netId/change-solution/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Network Solution";
    const WRITES: bool = true;
    type Path = NetPath;
    type Query = Nothing;
    type Body = NetWish;
    type Reply = NetReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<NetReply, ApiError> {
        NetReply::of(change(&context, request.path.net_id.0, request.body).await)
    }
}

/// Devices are added, never deleted.
async fn change(context: &Context, id: NetId, wish: NetWish) -> Result<String, Refused> {
    wish.check()?;
    let missing = || ApiError::not_found("network", id);
    let before = context.directory.nets.get(&id).ok_or_else(missing)?;
    let kind = wish.solution.kind()?;
    if before.solution != kind.code() {
        let message = format!("solution.kind: `{}` does not match the network's `{}`", kind.code(), before.solution);
        return Err(message.into());
    }
    let found = wish.connection.find(context, before.org_id, Some(before)).await?;
    let passwords = wish.passwords(&found);
    let devices = wish.devices(&found, context)?;
    let changed = context.configure(move |edit| {
        let Some(before) = edit.before().nets.get(&id).cloned() else { return Ok(None) };
        let name = wish.name.trim().to_owned();
        let net = Net {
            slug: net_slug(edit.before(), before.org_id, Some(id), &name),
            name,
            description: wish.description,
            disabled: wish.disabled.then(|| before.disabled.clone().unwrap_or_else(Disabled::by_user)),
            connection: found.connection,
            is_vpn: found.is_vpn,
            sku: wish.sku.or_else(|| before.sku.clone()),
            controller_unit_id: UnitId(wish.controller_modbus_unit_id),
            device_passwords: passwords,
            max_inflight_requests: wish.max_inflight_requests_num,
            ..before.clone()
        };
        if let Some(refused) = taken(edit.before(), net.org_id, Some(id), &net.name, &net.connection) {
            return Ok(Some(Err(refused)));
        }
        if let Some(name) = solution::name_twice(edit.before(), Some(id), &devices) {
            return Ok(Some(Err(format!("solution.devices: two devices would be called `{name}`"))));
        }
        if net != before {
            edit.put_net(&net)?;
        }
        solution::add_devices(edit, id, &devices)?;
        Ok(Some(Ok(net.slug)))
    });
    let slug = changed.await?.ok_or_else(missing)??;
    tracing::info!(net = id, user = context.caller.user, "network changed");
    Ok(slug)
}
