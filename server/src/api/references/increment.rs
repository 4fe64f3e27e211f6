//! POST /org/:orgId/params/increment/

use parabus_core::value::Decimal;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ChangeReply;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::control::Change;

pub struct Increment;

/// A reference, and what is added to its value: a decimal number as text, negative to take away.
#[derive(Deserialize, ToSchema)]
pub struct AmountByReference {
    param: String,
    amount: String,
}

impl Endpoint for Increment {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/params/increment/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Increment Parameter Value";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = AmountByReference;
    type Reply = ChangeReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ChangeReply, ApiError> {
        let AmountByReference { param, amount } = &request.body;
        // An unknown reference is told first, as where the amount is good.
        super::find(&context, request.path.org_id.0, param)?;
        let amount = match Decimal::parse(amount) {
            Ok(amount) => amount,
            Err(error) => return Ok(ChangeReply::failure(format!("`{amount}`: {error}"))),
        };
        super::change(&context, request.path.org_id.0, param, Change::By(amount)).await
    }
}
