//! The Overvis v1 HTTP API: one table of endpoints, one file an endpoint.
//!
//! Only this folder knows the API's JSON. The router, the checks, OpenAPI and the tests' matrix
//! all come from [`ENDPOINTS`].

pub mod alert;
pub mod auth;
pub mod codes;
pub mod dashboard;
pub mod device;
pub mod em130;
mod endpoint;
mod error;
pub mod gsense;
pub mod misc;
pub mod net;
pub mod notification;
mod openapi;
pub mod org;
pub mod param;
pub mod params;
mod permission;
pub mod public;
pub mod raw;
pub mod readings;
pub mod references;
pub mod report;
mod serve;
pub mod template;
mod trail;
mod types;
pub mod user;
mod values;
pub mod vis;
pub mod viss;
mod widget;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::future::BoxFuture;

use crate::app::App;
pub use endpoint::{Context, Endpoint, Method};
pub use error::{ApiError, ErrorCode};
pub use openapi::document as openapi_document;
pub use permission::Permission;
pub use serve::{BODY_LIMIT, BODY_TIMEOUT, parse_token, peer_of};
pub use types::Date;

/// Where the API lives (seed: Basics).
pub const BASE: &str = "/api/v1";

/// One row of the table.
pub struct Entry {
    pub method: Method,
    /// In the seed's spelling, `/net/:netId/`.
    pub path: &'static str,
    pub permission: Permission,
    pub title: &'static str,
    /// Whether it leaves a line in the audit trail.
    pub writes: bool,
    serve: fn(Arc<App>, axum::extract::Request) -> BoxFuture<'static, Response>,
    operation: openapi::Describe,
}

impl Entry {
    const fn of<E: Endpoint>() -> Entry {
        Entry {
            method: E::METHOD,
            path: E::PATH,
            permission: E::PERMISSION,
            title: E::TITLE,
            writes: E::WRITES,
            serve: |app, request| Box::pin(serve::serve::<E>(app, request)),
            operation: openapi::describe::<E>,
        }
    }
}

/// Every endpoint that this server speaks.
pub const ENDPOINTS: &[Entry] = &[
    Entry::of::<alert::change::ChangeAlert>(),
    Entry::of::<alert::create::CreateAlert>(),
    Entry::of::<alert::get::GetAlert>(),
    Entry::of::<alert::list::ListAlerts>(),
    Entry::of::<alert::log::AlertLog>(),
    Entry::of::<alert::org_log::OrgAlertLog>(),
    Entry::of::<alert::status::AlertStatus>(),
    Entry::of::<auth::authenticate::Authenticate>(),
    Entry::of::<auth::logout::Logout>(),
    Entry::of::<codes::activation::ActivationCodeInfo>(),
    Entry::of::<codes::connect::ConnectCodeInfo>(),
    Entry::of::<dashboard::add_widgets::AddWidgets>(),
    Entry::of::<dashboard::change::ChangeDashboard>(),
    Entry::of::<dashboard::get::GetDashboard>(),
    Entry::of::<dashboard::light::DashboardLight>(),
    Entry::of::<device::change_disable::ChangeDeviceDisable>(),
    Entry::of::<device::get::GetDevice>(),
    Entry::of::<device::next_read_time::NextReadTime>(),
    Entry::of::<device::tracked_params::TrackedParams>(),
    Entry::of::<device::widgets::DeviceWidgets>(),
    Entry::of::<em130::read_events::ReadEvents>(),
    Entry::of::<gsense::branch_create::CreateBranch>(),
    Entry::of::<gsense::branch_delete::DeleteBranch>(),
    Entry::of::<gsense::branch_history::BranchHistory>(),
    Entry::of::<gsense::branch_last_segment::BranchLastSegment>(),
    Entry::of::<gsense::branch_rename::RenameBranch>(),
    Entry::of::<gsense::branches_energy::BranchesEnergy>(),
    Entry::of::<gsense::root_energy::RootEnergy>(),
    Entry::of::<gsense::sensor_create::CreateSensor>(),
    Entry::of::<gsense::sensor_delete::DeleteSensor>(),
    Entry::of::<gsense::sensor_rename::RenameSensor>(),
    Entry::of::<gsense::tree_create::CreateTree>(),
    Entry::of::<gsense::tree_delete::DeleteTree>(),
    Entry::of::<gsense::tree_duplicate::DuplicateTree>(),
    Entry::of::<gsense::tree_get::GetTree>(),
    Entry::of::<gsense::tree_last_segment::TreeLastSegment>(),
    Entry::of::<gsense::tree_rename::RenameTree>(),
    Entry::of::<misc::translations::Translations>(),
    Entry::of::<net::change::ChangeNet>(),
    Entry::of::<net::change_disable::ChangeNetDisable>(),
    Entry::of::<net::change_solution::ChangeSolution>(),
    Entry::of::<net::connection_status::ConnectionStatus>(),
    Entry::of::<net::create::CreateNet>(),
    Entry::of::<net::devices::NetDevices>(),
    Entry::of::<net::drop_connections::DropConnections>(),
    Entry::of::<net::get::GetNet>(),
    Entry::of::<net::list::ListNets>(),
    Entry::of::<net::tree::DeviceParamTree>(),
    Entry::of::<notification::dismiss::DismissNotification>(),
    Entry::of::<org::sms_settings::ChangeSmsSettings>(),
    Entry::of::<param::dashboard_data::DashboardData>(),
    Entry::of::<param::dashboard_widget_data::DashboardWidgetData>(),
    Entry::of::<param::write::WriteParam>(),
    Entry::of::<params::change::ChangeParams>(),
    Entry::of::<params::delete::DeleteParams>(),
    Entry::of::<params::get_info::GetInfo>(),
    Entry::of::<params::last_readings::LastReadings>(),
    Entry::of::<params::read_realtime::ReadRealtime>(),
    Entry::of::<params::readings_on_time::ReadingsOnTime>(),
    Entry::of::<public::version::Version>(),
    Entry::of::<raw::check_connection::CheckConnection>(),
    Entry::of::<raw::check_device_read::CheckDeviceRead>(),
    Entry::of::<raw::read_controller_modbus_settings::ReadControllerModbusSettings>(),
    Entry::of::<raw::read_multiple_register_group::ReadMultipleRegisterGroup>(),
    Entry::of::<raw::read_multiple_with_timeout::ReadMultipleWithTimeout>(),
    Entry::of::<raw::read_register_group::ReadRegisterGroup>(),
    Entry::of::<raw::send_controller_passwords::SendControllerPasswords>(),
    Entry::of::<raw::write_controller_modbus_settings::WriteControllerModbusSettings>(),
    Entry::of::<raw::write_register_group::WriteRegisterGroup>(),
    Entry::of::<readings::date_range::DateRange>(),
    Entry::of::<readings::dispersed::Dispersed>(),
    Entry::of::<readings::get::GetReadings>(),
    Entry::of::<readings::min_max_range::MinMaxRange>(),
    Entry::of::<references::get_id_by_reference::GetIdByReference>(),
    Entry::of::<references::get_param_values::GetParamValues>(),
    Entry::of::<references::increment::Increment>(),
    Entry::of::<references::save_param_value::SaveParamValue>(),
    Entry::of::<references::toggle::Toggle>(),
    Entry::of::<report::chart_data::ChartData>(),
    Entry::of::<report::create::CreateReport>(),
    Entry::of::<report::list::ListReports>(),
    Entry::of::<template::get::GetTemplate>(),
    Entry::of::<template::of_sku::TemplateOfSku>(),
    Entry::of::<user::orgs::UserOrgs>(),
    Entry::of::<vis::data::GetVisData>(),
    Entry::of::<vis::get::GetVis>(),
    Entry::of::<vis::save::SaveVisData>(),
    Entry::of::<viss::data::VissData>(),
    Entry::of::<viss::info::VissInfo>(),
    Entry::of::<viss::list::ListViss>(),
];

/// The routes below [`BASE`]. An unknown path and a wrong method are the same refusal.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for entry in ENDPOINTS {
        let app = app.clone();
        let route = any(move |request: axum::extract::Request| {
            let labels = [("endpoint", entry.path), ("method", entry.method.name())];
            let reply = (entry.serve)(app.clone(), request);
            async move {
                let started = std::time::Instant::now();
                let response = reply.await;
                metrics::histogram!("parabus_http_seconds", &labels).record(started.elapsed());
                let status = response.status().as_u16().to_string();
                metrics::counter!("parabus_http_requests", "endpoint" => entry.path, "status" => status).increment(1);
                response
            }
        });
        router = router.route(&axum_path(entry.path), route);
    }
    router.fallback(|| async { ApiError::incorrect_endpoint().into_response() })
}

/// `/net/:netId/` in axum's and OpenAPI's spelling: `/net/{netId}/`.
fn axum_path(path: &str) -> String {
    path.split('/')
        .map(|segment| match segment.strip_prefix(':') {
            Some(name) => format!("{{{name}}}"),
            None => segment.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}
