//! What an endpoint is: method, path, permission, types, handler. The router, authorization, the
//! quota and OpenAPI all come from the table of these.

use std::sync::Arc;

use parabus_core::value::Lang;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use super::error::ApiError;
use super::permission::Permission;
use crate::alarm::model::AlertId;
use crate::app::App;
use crate::model::{DeviceId, Directory, NetId, OrgId, ParamId, Role, UserId, VisId};
use crate::storage::{Edit, Store, StoreError};

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
    Vis(VisId),
    Alert(AlertId),
    ReportBranch(Uuid),
    Tree(Uuid),
    Sensor(Uuid),
    EnergyBranch(Uuid),
}

/// One endpoint of the seed. An endpoint without a permission does not compile.
pub trait Endpoint: Sized + 'static {
    const METHOD: Method;
    /// Below `/api/v1`, in the seed's spelling: `/net/:netId/`.
    const PATH: &'static str;
    const PERMISSION: Permission;
    /// The seed's title of the endpoint.
    const TITLE: &'static str;
    /// Whether it changes a device or what is kept: it then runs to its end and into the audit trail
    /// though the caller hangs up.
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

    /// The language in which the caller reads of an organization, or of what belongs to none.
    pub fn lang(&self, org: Option<OrgId>) -> Lang {
        self.directory.lang(self.caller.user, org)
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
        let (what, id, org): (_, &dyn std::fmt::Display, _) = match &scope {
            Scope::Caller => return Ok(()),
            Scope::Org(id) => ("organization", id, Some(*id).filter(|id| directory.orgs.contains_key(id))),
            Scope::Net(id) => ("network", id, directory.org_of_net(*id)),
            Scope::Device(id) => ("device", id, directory.org_of_device(*id)),
            Scope::Param(id) => ("parameter", id, directory.org_of_param(*id)),
            Scope::Vis(id) => ("visualization", id, directory.org_of_vis(*id)),
            Scope::Alert(id) => ("alert", id, directory.org_of_alert(*id)),
            Scope::Tree(id) => ("tree", id, directory.org_of_tree(*id)),
            Scope::Sensor(id) => ("sensor", id, directory.org_of_sensor(*id)),
            Scope::EnergyBranch(id) => ("branch", id, directory.org_of_energy_branch(*id)),
            Scope::ReportBranch(id) => ("branch", id, directory.org_of_report_branch(*id)),
        };
        if self.may(org, permission)? { Ok(()) } else { Err(ApiError::not_found(what, id)) }
    }

    /// Changes the configuration in one transaction, off the threads that serve connections.
    pub async fn configure<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let actor = self.actor();
        self.stored(move |store| store.configure_as(&actor, true, change)).await
    }

    /// Works on the store, off the threads that serve connections.
    pub async fn stored<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = self.app.store.clone();
        let work = tokio::task::spawn_blocking(move || work(&store));
        work.await.map_err(ApiError::internal)?.map_err(ApiError::internal)
    }

    /// The caller's name in the audit trail.
    pub(super) fn actor(&self) -> String {
        let user = self.caller.user.and_then(|user| self.directory.users.get(&user));
        user.map_or_else(|| format!("user {}", self.caller.user.unwrap_or(0)), |user| user.name.clone())
    }

    /// Those of a list that the caller sees, each once, in order; others are left out (D-17).
    pub fn seen_params(
        &self,
        ids: impl IntoIterator<Item = ParamId>,
        permission: Permission,
    ) -> Result<Vec<ParamId>, ApiError> {
        let mut seen = std::collections::BTreeSet::new();
        for id in ids {
            if self.directory.params.contains_key(&id) && self.sees_param(id, permission)? {
                seen.insert(id);
            }
        }
        Ok(seen.into_iter().collect())
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
