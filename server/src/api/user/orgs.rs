//! GET /user/orgs/

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::model::OrgId;

pub struct UserOrgs;

/// An organization that the caller may enter, and as what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserOrg {
    org_id: OrgId,
    org_name: String,
    user_role: &'static str,
}

impl Endpoint for UserOrgs {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/user/orgs/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "List User Organizations Access";
    type Path = Nothing;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<UserOrg>;

    async fn handle(context: Context, _request: Request<Self>) -> Result<Vec<UserOrg>, ApiError> {
        let orgs = context.directory.orgs.values();
        let mine = orgs.filter_map(|org| {
            let role = context.role(org.id)?;
            Some(UserOrg { org_id: org.id, org_name: org.name.clone(), user_role: role.code() })
        });
        Ok(mine.collect())
    }
}
