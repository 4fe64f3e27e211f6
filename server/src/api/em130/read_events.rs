//! POST /em130/read/events/

use parabus_core::modbus::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::raw::check_unit;
use crate::api::raw::connection::RawConnection;
use crate::controller::em130;

pub struct ReadEvents;

/// Which events of which unit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsRequest {
    /// 1..=255.
    device_modbus_id: u8,
    /// `em130`.
    sku: String,
    /// 1..=10.
    number_of_events: u16,
    /// Otherwise where the last reading ended.
    start_with_first: bool,
    connection: RawConnection,
    /// All versions are read alike.
    #[allow(dead_code, reason = "part of the published request")]
    device_version: Option<f64>,
}

/// `{"status":"ok"}` with the events, or what went wrong.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum EventsReply {
    Ok {
        events: Vec<EventReply>,
    },
    #[serde(rename_all = "camelCase")]
    Error {
        error_message: String,
    },
}

/// An event as the device holds it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventReply {
    event_address: u16,
    event_type: u16,
    day_of_week: u16,
    mode_switch_off: u16,
    mode_switch_on: u16,
    time_switch_off: i32,
    time_switch_on: i32,
    astronomic_times: AstronomicTimes,
}

/// Seconds after local midnight.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct AstronomicTimes {
    sunset: u32,
    sunrise: u32,
}

impl Endpoint for ReadEvents {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/em130/read/events/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "EM-130 Read Events";
    type Path = Nothing;
    type Query = Nothing;
    type Body = EventsRequest;
    type Reply = EventsReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<EventsReply, ApiError> {
        let EventsRequest { device_modbus_id, sku, number_of_events, start_with_first, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        if sku != "em130" {
            return Err(ApiError::incorrect_request(format!("payload: sku: unknown `{sku}`, expected em130")));
        }
        if !(1..=em130::MOST_EVENTS).contains(&number_of_events) {
            let text = format!("payload: numberOfEvents: `{number_of_events}` is out of range, expected 1 to 10");
            return Err(ApiError::incorrect_request(text));
        }
        let link = connection.open(&context, Self::PERMISSION).await?;
        let read = context.app.em130.read_events(&link, UnitId(device_modbus_id), number_of_events, start_with_first);
        let em130::Events { sunrise, sunset, events } = match read.await {
            Ok(events) => events,
            Err(error) => return Ok(EventsReply::Error { error_message: error.to_string() }),
        };
        let events = events.into_iter().map(|event| EventReply {
            event_address: event.address,
            event_type: event.event_type,
            day_of_week: event.day_of_week,
            mode_switch_off: event.mode_switch_off,
            mode_switch_on: event.mode_switch_on,
            time_switch_off: event.time_switch_off,
            time_switch_on: event.time_switch_on,
            astronomic_times: AstronomicTimes { sunset, sunrise },
        });
        Ok(EventsReply::Ok { events: events.collect() })
    }
}
