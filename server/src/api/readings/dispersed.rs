//! POST /readings/dispersed/

use parabus_core::aggregate::points;
use parabus_core::time::Instant;
use serde::ser::{SerializeSeq, SerializeTuple};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{OneOfBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::range::range;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{DateIn, Ids, Number, ReadingDate};

/// Most points in one reply.
const MOST_POINTS: u32 = 1000;

pub struct Dispersed;

/// Parameters, a range, and into how many segments it is cut.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DispersedBody {
    param_ids: Ids,
    /// First instant.
    from: DateIn,
    /// The instant after the last.
    till: DateIn,
    /// 1 to 1000.
    #[schema(minimum = 1, maximum = 1000)]
    points: u32,
}

/// Segments in which something was read: when each begins, and the first value of each parameter in it.
pub struct Segments {
    starts: Vec<Instant>,
    /// By parameter, then by segment.
    columns: Vec<Vec<Option<Number>>>,
}

impl Serialize for Segments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        for (index, start) in self.starts.iter().enumerate() {
            let values = Values { columns: &self.columns, index };
            if values.each().any(|value| value.is_some()) {
                rows.serialize_element(&(ReadingDate(*start), values))?;
            }
        }
        rows.end()
    }
}

/// One segment's values, in the order of the request.
struct Values<'a> {
    columns: &'a [Vec<Option<Number>>],
    index: usize,
}

impl Values<'_> {
    fn each(&self) -> impl Iterator<Item = Option<&Number>> {
        self.columns.iter().map(|column| column.get(self.index)?.as_ref())
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = serializer.serialize_tuple(self.columns.len())?;
        self.each().try_for_each(|value| values.serialize_element(&value))?;
        values.end()
    }
}

impl PartialSchema for Segments {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Number, Type::Null]))
            .description(Some("Exact decimal number, null where nothing was read"));
        let values = ArrayBuilder::new().items(value).description(Some("In the order of the request"));
        let item = OneOfBuilder::new().item(ReadingDate::schema()).item(values);
        let row = ArrayBuilder::new().items(item).min_items(Some(2)).max_items(Some(2));
        ArrayBuilder::new().items(row).max_items(Some(MOST_POINTS as usize)).into()
    }
}
impl ToSchema for Segments {}

impl Endpoint for Dispersed {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/readings/dispersed/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Dispersed Readings";
    type Path = Nothing;
    type Query = Nothing;
    type Body = DispersedBody;
    type Reply = Segments;

    /// The first good reading of each segment; a parameter that nobody knows is a column of `null`.
    async fn handle(context: Context, request: Request<Self>) -> Result<Segments, ApiError> {
        let DispersedBody { param_ids, from, till, points: count } = request.body;
        let (from, till) = range(from, till, true)?;
        if !(1..=MOST_POINTS).contains(&count) {
            return Err(ApiError::incorrect_request(format!(
                "payload: points: `{count}` is out of range, expected 1 to {MOST_POINTS}"
            )));
        }
        let spans = points(from.as_millis(), till.as_millis(), count as usize);
        let spans: Vec<(i64, i64)> = spans.map_err(ApiError::internal)?.collect();
        let mut wanted = Vec::with_capacity(param_ids.0.len());
        for id in param_ids.0 {
            let is_seen = context.directory.params.contains_key(&id) && context.sees_param(id, Self::PERMISSION)?;
            wanted.push(is_seen.then_some(id));
        }
        let starts = spans.iter().map(|(start, _)| Instant::from_millis(*start)).collect();
        let columns = context.stored(move |store| {
            let column = |id: Option<i64>| match id {
                Some(id) => {
                    let first = store.first_in_each(id, &spans)?.into_iter();
                    Ok(first.map(|value| value.as_ref().and_then(|value| Number::of(&value.value()))).collect())
                }
                None => Ok(Vec::new()),
            };
            wanted.into_iter().map(column).collect()
        });
        Ok(Segments { starts, columns: columns.await? })
    }
}
