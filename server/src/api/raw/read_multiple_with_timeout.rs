//! POST /raw/read-multiple-register-groups/with-timeout/

use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

use super::group::{GroupReply, Groups, Reader, RegisterGroup};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

/// Longest time of all groups together, and that of a request that names none.
const MOST_SEC: f64 = 3600.0;
const USUAL_SEC: f64 = 60.0;

pub struct ReadMultipleWithTimeout;

/// Groups, and how long all of them may take.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimedGroups {
    /// Above 0, up to 3600; 60 without it.
    timeout_sec: Option<f64>,
    regs: Vec<RegisterGroup>,
}

impl Endpoint for ReadMultipleWithTimeout {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/read-multiple-register-groups/with-timeout/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Read Multiple Register Groups With Timeout";
    type Path = Nothing;
    type Query = Nothing;
    type Body = TimedGroups;
    type Reply = Vec<GroupReply>;

    /// In the order of the request; a group that is not finished in time is left out (D-18).
    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<GroupReply>, ApiError> {
        let TimedGroups { timeout_sec, regs } = request.body;
        let sec = timeout_sec.unwrap_or(USUAL_SEC);
        if !(sec > 0.0 && sec <= MOST_SEC) {
            let text = format!("payload: timeoutSec: `{sec}` is out of range, expected above 0, up to {MOST_SEC}");
            return Err(ApiError::incorrect_request(text));
        }
        let mut replies = Vec::new();
        let work = async {
            let mut reader = Reader::default();
            for (group, link) in Groups::open("regs", regs, &context, Self::PERMISSION).await? {
                replies.push(reader.read(group, &link).await);
            }
            Ok::<(), ApiError>(())
        };
        tokio::time::timeout(Duration::from_secs_f64(sec), work).await.unwrap_or(Ok(()))?;
        Ok(replies)
    }
}
