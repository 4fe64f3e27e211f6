//! What an endpoint is: method, path, permission, types, handler. The router, authorization, the
//! quota and OpenAPI all come from the table of these.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::error::ApiError;
use super::permission::Permission;
use crate::app::App;
use crate::model::{Connection, DeviceId, Directory, NetId, OrgId, ParamId, Role, UserId};
use crate::storage::{AuditEntry, Edit, StoreError};

/// The two methods of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// The object whose organization decides what the caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No single object: the handler leaves out what the caller may not see.
    Caller,
    Org(OrgId),
    Net(NetId),
    Device(DeviceId),
    Param(ParamId),
}

/// One endpoint of the seed. An endpoint without a permission does not compile.
pub trait Endpoint: Sized + 'static {
    const METHOD: Method;
    /// Below `/api/v1`, in the seed's spelling: `/net/:netId/`.
    const PATH: &'static str;
    const PERMISSION: Permission;
    /// The seed's title of the endpoint.
    const TITLE: &'static str;
    /// Whether it writes to a device: it then runs to its end and into the audit trail though the
    /// caller hangs up.
    const WRITES: bool = false;

    type Path: DeserializeOwned + IntoParams + Send;
    type Query: DeserializeOwned + IntoParams + Send;
    type Body: DeserializeOwned + ToSchema + Send;
    type Reply: Serialize + ToSchema + Send;

    /// The object that the permission is checked against.
    fn scope(_request: &Request<Self>) -> Scope {
        Scope::Caller
    }

    /// Runs after every check.
    fn handle(context: Context, request: Request<Self>) -> impl Future<Output = Result<Self::Reply, ApiError>> + Send;
}

/// A request whose path, query and body have been read.
pub struct Request<E: Endpoint> {
    pub path: E::Path,
    pub query: E::Query,
    pub body: E::Body,
}

/// What a handler works with: the server, the configuration at this moment, the caller.
pub struct Context {
    pub app: Arc<App>,
    pub directory: Arc<Directory>,
    pub caller: Caller,
}

/// What was written to a device, for the audit trail.
pub struct DeviceWrite<'w> {
    pub org: Option<OrgId>,
    pub action: &'w str,
    pub object: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub result: Result<(), String>,
}

/// Who calls. A public endpoint is called by nobody: no user, no roles.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    pub user: Option<UserId>,
    /// Hash of the session token, for logout.
    pub session: Option<[u8; 32]>,
}

impl Context {
    /// The caller's role in an organization.
    pub fn role(&self, org: OrgId) -> Option<Role> {
        self.caller.user.and_then(|user| self.directory.role(user, org))
    }

    /// Whether the caller sees the organization and has the right there (D-08):
    /// `Ok(false)` where it is absent or hidden, 401 where the role does not allow it.
    pub fn may(&self, org: Option<OrgId>, permission: Permission) -> Result<bool, ApiError> {
        let Some(role) = org.and_then(|org| self.role(org)) else { return Ok(false) };
        if role.may(permission) {
            Ok(true)
        } else {
            Err(ApiError::not_authorized(format!("the role does not allow this: `{}` is needed", permission.word())))
        }
    }

    /// Checks the object of a request: 404 where it is absent or hidden, 401 where not allowed.
    pub fn authorize(&self, scope: Scope, permission: Permission) -> Result<(), ApiError> {
        let directory = &self.directory;
        let (what, id, org) = match scope {
            Scope::Caller => return Ok(()),
            Scope::Org(id) => ("organization", id, Some(id).filter(|id| directory.orgs.contains_key(id))),
            Scope::Net(id) => ("network", id, directory.org_of_net(id)),
            Scope::Device(id) => ("device", id, directory.org_of_device(id)),
            Scope::Param(id) => ("parameter", id, directory.org_of_param(id)),
        };
        if self.may(org, permission)? { Ok(()) } else { Err(ApiError::not_found(what, id)) }
    }

    /// Changes the configuration in one transaction, off the threads that serve connections.
    pub async fn configure<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (store, actor) = (self.app.store.clone(), self.actor());
        let work = tokio::task::spawn_blocking(move || store.configure_as(&actor, true, change));
        work.await.map_err(ApiError::internal)?.map_err(ApiError::internal)
    }

    /// The caller's name in the audit trail.
    fn actor(&self) -> String {
        let user = self.caller.user.and_then(|user| self.directory.users.get(&user));
        user.map_or_else(|| format!("user {}", self.caller.user.unwrap_or(0)), |user| user.name.clone())
    }

    /// The organization whose network leads there, the caller's own first.
    pub fn org_of_connection(&self, connection: &Connection) -> Option<OrgId> {
        let owners = || self.directory.nets.values().filter(|net| net.connection == *connection);
        let own = owners().find(|net| self.role(net.org_id).is_some());
        own.or_else(|| owners().next()).map(|net| net.org_id)
    }

    /// Puts a write to a device into the audit trail. The device has it already: a trail that cannot be
    /// written is told in the log, not to the caller.
    pub async fn record(&self, write: DeviceWrite<'_>) {
        let DeviceWrite { org, action, object, old, new, result } = write;
        let entry = AuditEntry {
            at: crate::clock::now(),
            actor: self.actor(),
            org,
            action: action.to_owned(),
            object,
            old,
            new,
            result: result.err().unwrap_or_else(|| "ok".to_owned()),
        };
        let store = self.app.store.clone();
        let told = entry.clone();
        let written = tokio::task::spawn_blocking(move || store.append_audit(&entry)).await;
        if let Err(error) = written.map_err(|error| error.to_string()).and_then(|r| r.map_err(|e| e.to_string())) {
            tracing::error!(%error, entry = ?told, "the audit trail could not be written");
        }
    }

    /// Whether the caller may see a parameter in a list; hidden ones are left out (D-17).
    pub fn sees_param(&self, param: ParamId, permission: Permission) -> Result<bool, ApiError> {
        self.may(self.directory.org_of_param(param), permission)
    }
}

/// No fields in path or query.
#[derive(Clone, Copy, Debug, serde::Deserialize, IntoParams)]
pub struct Nothing {}

/// A body without fields: `null` or an object, whose fields are ignored.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub struct NoBody {}

impl PartialSchema for NoBody {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Object, Type::Null])).into()
    }
}
impl ToSchema for NoBody {}
