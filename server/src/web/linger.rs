//! Bodies that are refused before they were read.
//!
//! Most clients send everything before they look at the answer. If the connection closed with bytes on their
//! way, the answer would be lost with it, and the caller would see a broken connection instead of the reason.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::{Request, header};

/// The most that is read and thrown away of one body.
const MOST_BYTES: usize = 64 << 20;

/// The longest that it is waited for.
const MOST_TIME: Duration = Duration::from_secs(30);

/// A request's body; what nobody has read of it when it is dropped is still taken from the connection.
pub struct Lingering {
    body: Option<Incoming>,
}

impl Lingering {
    /// The request with such a body. Who asks before sending (`Expect`) has sent nothing yet.
    pub fn of(request: Request<Incoming>) -> Request<axum::body::Body> {
        let asks_first = request.headers().contains_key(header::EXPECT);
        request.map(|body| {
            if asks_first { axum::body::Body::new(body) } else { axum::body::Body::new(Lingering { body: Some(body) }) }
        })
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            tokio::spawn(tokio::time::timeout(MOST_TIME, discard(body)));
        }
    }
}

async fn discard(mut body: Incoming) {
    let mut left = MOST_BYTES;
    while let Some(Ok(frame)) = body.frame().await
        && let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, |data| data.len()))
    {
        left = rest;
    }
}

impl Body for Lingering {
    type Data = <Incoming as Body>::Data;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}
