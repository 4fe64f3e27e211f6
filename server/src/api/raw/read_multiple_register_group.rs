//! POST /raw/read-multiple-register-group/

use futures_util::future::join_all;

use super::group::{GroupReply, Groups, Reader, RegisterGroup};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct ReadMultipleRegisterGroup;

impl Endpoint for ReadMultipleRegisterGroup {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/read-multiple-register-group/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Read Multiple Register Group";
    type Path = Nothing;
    type Query = Nothing;
    type Body = Vec<RegisterGroup>;
    type Reply = Vec<GroupReply>;

    /// Connections are asked side by side, the groups of one in turn.
    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<GroupReply>, ApiError> {
        let groups = Groups::open("", request.body, &context, Self::PERMISSION).await?;
        let connections = groups.by_connection().into_iter().map(async |groups| {
            let (mut reader, mut replies) = (Reader::default(), Vec::with_capacity(groups.len()));
            for (place, (group, link)) in groups {
                replies.push((place, reader.read(group, &link).await));
            }
            replies
        });
        let mut replies: Vec<_> = join_all(connections).await.into_iter().flatten().collect();
        replies.sort_by_key(|(place, _)| *place);
        Ok(replies.into_iter().map(|(_, reply)| reply).collect())
    }
}
