//! POST /org/:orgId/nets/create/

use parabus_core::modbus::UnitId;

use super::list::OrgPath;
use super::wish::{NetReply, NetWish, Refused, taken};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::clock;
use crate::model::{Disabled, Net, OrgId};
use crate::plant::{net_slug, solution};

pub struct CreateNet;

impl Endpoint for CreateNet {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/nets/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create Network";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NetWish;
    type Reply = NetReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<NetReply, ApiError> {
        NetReply::of(create(&context, request.path.org_id.0, request.body).await)
    }
}

async fn create(context: &Context, org: OrgId, wish: NetWish) -> Result<String, Refused> {
    wish.check()?;
    let kind = wish.solution.kind()?;
    let found = wish.connection.find(context, org, None).await?;
    let passwords = wish.passwords(&found);
    let devices = wish.devices(&found, context)?;
    let net = Net {
        id: 0,
        org_id: org,
        name: wish.name.trim().to_owned(),
        slug: String::new(),
        description: wish.description,
        created_on: clock::now(),
        disabled: wish.disabled.then(Disabled::by_user),
        connection: found.connection,
        is_vpn: found.is_vpn,
        sku: wish.sku.or_else(|| found.code.and_then(|code| code.sku)),
        solution: kind.code().to_owned(),
        controller_unit_id: UnitId(wish.controller_modbus_unit_id),
        device_passwords: passwords,
        max_inflight_requests: wish.max_inflight_requests_num,
        request_gap_ms: 0,
    };
    let created = context.configure(move |edit| {
        if let Some(refused) = taken(edit.before(), org, None, &net.name, &net.connection) {
            return Ok(Err(refused));
        }
        if let Some(name) = solution::name_twice(edit.before(), None, &devices) {
            return Ok(Err(format!("solution.devices: two devices are called `{name}`")));
        }
        let slug = net_slug(edit.before(), org, None, &net.name);
        let id = edit.put_net(&Net { slug: slug.clone(), ..net })?;
        solution::add_devices(edit, id, &devices)?;
        Ok(Ok((id, slug)))
    });
    let (id, slug) = created.await??;
    tracing::info!(net = id, org, user = context.caller.user, "network created");
    Ok(slug)
}
