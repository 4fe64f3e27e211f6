//! A server with the objects that the seed's examples name, and the devices behind them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use parabus_core::alert::{Comparison, Logic};
use parabus_core::modbus::{MAX_PDU, RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang, Raw};
use parabus_server::alarm::model::{Alert, AlertCondition, ConditionKind, Level};
use parabus_server::app::App;
use parabus_server::config::Config;
use parabus_server::energy::{EnergyBranch, EnergyTree, Sensor};
use parabus_server::link::{Limits, Link, Priority, Read, backward};
use parabus_server::model::{
    ConnectCode, Connection, Cycle, Device, Framing, Mac, Net, Notification, Org, Param, Role, Template, TemplateParam,
    Vis, Words,
};
use parabus_server::plant::zoo::{Misbehaviour, Player, Units, play};
use parabus_server::report::{Branch, BranchValue, Report};
use parabus_server::session::hash_password;
use parabus_server::storage::{AuditEntry, Edit, Store, StoreError};
use parabus_server::web;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_modbus::server::tcp::{Server, accept_tcp_connection};
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Key and password of the seed's examples; they belong to the owner.
pub const KEY: &str = "513cf747-eb5c-4d5f-931f-d22c9872c73c";
pub const PASSWORD: &str = "DCdcSLmkoZkU5zGI9gpInDbo";

/// The organization of the examples, and one that none of its users sees.
pub const ORG: i64 = 1;
pub const FOREIGN_ORG: i64 = 2;

/// A notification to everyone, and one that is switched off.
pub const NOTIFICATION: Uuid = Uuid::from_u128(0x4f6d_0000_0000_4000_8000_0000_0000_0001);
pub const NOTIFICATION_OFF: Uuid = Uuid::from_u128(0x4f6d_0000_0000_4000_8000_0000_0000_0002);

/// Top branches of reports: of the examples' organization, which counts parameter 284, and of the other one.
pub const BRANCH: Uuid = Uuid::from_u128(0x550e_8400_e29b_41d4_a716_4466_5544_0000);
pub const FOREIGN_BRANCH: Uuid = Uuid::from_u128(0x550e_8400_e29b_41d4_a716_4466_5544_0001);

/// Trees of sensors, likewise, each with the branch of that name and a sensor with the tree's identifier.
pub const TREE: Uuid = Uuid::from_u128(0x550e_8400_e29b_41d4_a716_4466_5544_0010);
pub const FOREIGN_TREE: Uuid = Uuid::from_u128(0x550e_8400_e29b_41d4_a716_4466_5544_0011);

/// When unit 2 answers: after the time-out of its device, so that its reply is always late.
const LATE: std::time::Duration = std::time::Duration::from_millis(250);

/// A controller behind the networks, and one that dials in.
pub const CONTROLLER: u8 = 111;

/// What the controller that dials in shows.
pub const CODE: u32 = 12_345_678;
pub const MAC: &str = "d8:80:39:4e:8d:e9";

/// Registers of unit 1; unit 2 answers too late, unit 111 is a controller.
#[derive(Clone, Default)]
pub struct Plant {
    pub registers: Arc<Mutex<BTreeMap<u16, u16>>>,
    pub controller: Arc<Mutex<BTreeMap<u16, u16>>>,
}

/// Registers of an EM-481 with two events of an EM-130.
fn controller() -> BTreeMap<u16, u16> {
    let mut registers =
        BTreeMap::from([(0, 23), (1, 10), (120, 0), (457, 111), (458, 0), (459, 9600), (460, 1), (461, 4)]);
    registers.extend((100..120).map(|address| (address, 0)));
    registers.extend((102..).zip([0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE8]));
    registers.extend((1000..).zip([23, 10, 0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9, 2, (CODE >> 16) as u16, CODE as u16]));
    registers.extend((232..).zip([0, 6000, 0, 18000]));
    registers.extend([(2000, 2)]);
    registers.extend((2010..).zip([1, 1, 0, 1, 0, 120, 0xFFFF, -60_i16 as u16]));
    registers.extend((2018..).zip([2, 7, 1, 0, 1, 0, 0, 30]));
    registers
}

impl tokio_modbus::server::Service for Plant {
    type Request = SlaveRequest<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = Pin<Box<dyn Future<Output = Result<Response, ExceptionCode>> + Send>>;

    fn call(&self, request: SlaveRequest<'static>) -> Self::Future {
        let plant = self.clone();
        Box::pin(async move {
            if request.slave == 2 {
                tokio::time::sleep(LATE).await;
            }
            let of_unit = if request.slave == CONTROLLER { &plant.controller } else { &plant.registers };
            let mut registers = of_unit.lock().unwrap();
            let missing = ExceptionCode::IllegalDataAddress;
            match request.request {
                Request::ReadHoldingRegisters(at, count) => {
                    let read = (at..at + count).map(|at| registers.get(&at).copied().ok_or(missing));
                    Ok(Response::ReadHoldingRegisters(read.collect::<Result<_, _>>()?))
                }
                Request::WriteSingleRegister(at, value) => {
                    registers.insert(at, value);
                    Ok(Response::WriteSingleRegister(at, value))
                }
                Request::WriteMultipleRegisters(at, values) => {
                    registers.extend((at..).zip(values.iter().copied()));
                    Ok(Response::WriteMultipleRegisters(at, values.len() as u16))
                }
                _ => Err(ExceptionCode::IllegalFunction),
            }
        })
    }
}

/// The controller that dials in: the same registers behind the server's own listener.
struct DialledIn(Plant);

impl Units for DialledIn {
    fn misbehaviour(&mut self, _: UnitId) -> Option<Misbehaviour> {
        None
    }

    fn answer(&mut self, unit: UnitId, pdu: &mut [u8; MAX_PDU], length: usize) -> Option<usize> {
        let mut registers = self.0.controller.lock().unwrap();
        let address = u16::from_be_bytes([pdu[1], pdu[2]]);
        match pdu[0] {
            3 if unit.0 == CONTROLLER => {
                let count = u16::from(pdu[4]);
                let read: Option<Vec<u16>> = (address..address + count).map(|at| registers.get(&at).copied()).collect();
                let Some(read) = read else {
                    (pdu[0], pdu[1]) = (0x83, 2);
                    return Some(2);
                };
                pdu[1] = 2 * count as u8;
                let bytes = read.iter().flat_map(|register| register.to_be_bytes());
                pdu[2..].iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
                Some(2 + 2 * usize::from(count))
            }
            16 if unit.0 == CONTROLLER => {
                let values = pdu[6..length].chunks_exact(2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
                registers.extend((address..).zip(values));
                Some(5)
            }
            6 if unit.0 == CONTROLLER => {
                registers.insert(address, u16::from_be_bytes([pdu[3], pdu[4]]));
                Some(5)
            }
            function => {
                (pdu[0], pdu[1]) = (function | 0x80, 1);
                Some(2)
            }
        }
    }
}

/// Dials in and says who it is: an EM-481 with firmware 10 that shows a code.
async fn dial_in(address: std::net::SocketAddr, plant: Plant) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let words: Vec<u16> = controller().range(1000..=1010).map(|(_, word)| *word).collect();
    let mut frame = vec![0, 0, 0, 0, 0, 25, CONTROLLER, 3, 22];
    frame.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    stream.write_all(&frame).await.unwrap();
    tokio::spawn(async move { play(stream, Player::new(Framing::Tcp, 1), &mut DialledIn(plant)).await });
}

async fn plant() -> (u16, Plant) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plant = Plant::default();
    *plant.controller.lock().unwrap() = controller();
    let played = plant.clone();
    let words = [
        (0, 123),
        (1, 10),
        (3, 65535),
        (4, 65535),
        (5, 0),
        (6, 12),
        (7, 450),
        (10, 0),
        (11, 0),
        (100, 255),
        (101, 225),
        (102, 0),
    ];
    plant.registers.lock().unwrap().extend(words);
    tokio::spawn(async move {
        let server = Server::new(listener);
        let on_connected = |stream, peer| {
            let plant = plant.clone();
            async move { accept_tcp_connection(stream, peer, |_| Ok(Some(plant.clone()))) }
        };
        server.serve(&on_connected, drop).await.ok();
    });
    (port, played)
}

/// A running server.
pub struct Api {
    pub url: String,
    pub app: Arc<App>,
    pub client: Client,
    pub device_port: u16,
    pub plant: Plant,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
    _link: Link,
}

impl Drop for Api {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn net(id: i64, org_id: i64, name: &str, slug: &str, port: u16) -> Net {
    Net {
        id,
        org_id,
        name: name.into(),
        slug: slug.into(),
        description: None,
        created_on: Instant::parse("2020-05-06T22:28:54.331Z").unwrap(),
        disabled: None,
        connection: Connection::tcp("127.0.0.1", port),
        sku: None,
        solution: "standalone".into(),
        controller_unit_id: UnitId(111),
        device_passwords: vec!["mypass".into()],
        max_inflight_requests: 1,
        request_gap_ms: 0,
        is_vpn: false,
    }
}

pub fn device(id: i64, net_id: i64, unit_id: u8) -> Device {
    Device {
        id,
        net_id,
        name: format!("Controller {id}"),
        slug: format!("controller-{id}"),
        description: None,
        unit_id: UnitId(unit_id),
        disabled: None,
        update_period_sec: 60,
        read_group_size: 10,
        read_gap: 0,
        write_function: WriteFunction::Normal,
        timeout_retries: 0,
        timeout_ms: 200,
        template_id: None,
        group: None,
    }
}

pub fn param(id: i64, device_id: i64, address: u16, is_tracked: bool) -> Param {
    Param {
        id,
        category: Some("Room".into()),
        label: Some("T".into()),
        unit: Some("°C".into()),
        multiplier: Decimal::parse("0.1").unwrap(),
        max: Some(Decimal::from(90i64)),
        is_tracked,
        is_programmable: true,
        ..Param::plain(device_id, &format!("Temperature {id}"), address)
    }
}

/// The alert of the seed's example: a value that is 1.
pub fn alert(id: i64, org_id: i64, param: i64) -> Alert {
    let kind = ConditionKind::Compare(Comparison::Equal, Decimal::ONE);
    Alert {
        id,
        org_id,
        name: "AND Logic Alert".into(),
        slug: "and-logic-alert".into(),
        description: None,
        logic: Logic::All,
        level: Level::Warning,
        conditions: vec![AlertCondition { id: 0, param: Some(param), kind }],
        actions: Vec::new(),
        follow_ups: Vec::new(),
    }
}

/// A parameter of a template, of which an earlier version kept nothing more.
fn template_param(name: &str, address: u16) -> TemplateParam {
    let kept = serde_json::json!({ "name": name, "kind": "holding", "address": address, "value_type": "u16-be",
        "bit_position": null });
    serde_json::from_value(kept).unwrap()
}

/// One with everything that a template says of a parameter.
fn described_param() -> TemplateParam {
    let texts = |off: &str, on: &str, ten: &str| {
        BTreeMap::from(
            [("0", off), ("1", on), ("10", ten), ("2", "Auto")].map(|(value, text)| (value.into(), text.into())),
        )
    };
    let polish = Words { name: Some("Tryb".into()), unit: Some("szt.".into()), ..Words::default() };
    TemplateParam {
        label: Some("M".into()),
        category: Some("Room".into()),
        description: Some("What it does".into()),
        unit: Some("pcs".into()),
        multiplier: "0.10".into(),
        shift: "-40".into(),
        precision: Some(1),
        min: Some("0".into()),
        max: Some("2.5".into()),
        is_tracked: false,
        is_programmable: true,
        on_dashboard: true,
        reads_alone: true,
        texts: BTreeMap::from([
            ("en".into(), texts("Off", "On", "Test")),
            ("pl".into(), texts("Wył.", "Wł.", "Próba")),
        ]),
        text_descriptions: BTreeMap::from([("en".into(), BTreeMap::from([("1".into(), "burns".into())]))]),
        translations: BTreeMap::from([("pl".into(), polish)]),
        ..template_param("b", 7)
    }
}

/// Objects by the identifiers of the examples.
/// A report with the same id as its only branch, which counts a parameter.
pub fn report(id: Uuid, org_id: i64, param: i64) -> Report {
    let value = Some(BranchValue::Param(param));
    let branch = Branch { id, parent: None, name: "Main Hall".into(), borders: None, category: None, value };
    Report { id, org_id, name: "Monthly Energy Report".into(), branches: vec![branch], turn: 0 }
}

/// The trees as they are at first.
pub fn plant_trees(edit: &mut Edit<'_>) -> Result<(), StoreError> {
    for (id, branch, org_id, device_id) in [(TREE, BRANCH, ORG, 1), (FOREIGN_TREE, FOREIGN_BRANCH, FOREIGN_ORG, 2)] {
        let (name, description, serial_number) = ("Line 1".to_owned(), None, None);
        edit.put_sensor(&Sensor { id, device_id, index: 5, name, description, is_three_phase: true, serial_number })?;
        let branch = EnergyBranch { id: branch, parent: None, name: "Main Hall".into(), sensors: vec![id] };
        let (name, description) = ("Factory A".to_owned(), None);
        edit.put_tree(&EnergyTree { id, org_id, name, description, branches: vec![branch] })?;
    }
    Ok(())
}

fn configure(edit: &mut Edit<'_>, port: u16) -> Result<(), StoreError> {
    for (id, name) in [(ORG, "My Organization"), (FOREIGN_ORG, "Another Organization")] {
        edit.put_org(&Org { id, name: name.into(), slug: format!("org-{id}"), lang: Lang::En })?;
    }
    edit.put_net(&net(1, ORG, "Some Network", "some-network", port))?;
    edit.put_net(&net(2, FOREIGN_ORG, "Foreign", "foreign", port.wrapping_add(1)))?;
    edit.put_device(&device(1, 1, 1))?;
    edit.put_device(&device(10, 1, 2))?;
    edit.put_device(&device(2, 2, 1))?;
    edit.put_param(&param(101, 1, 100, true))?;
    edit.put_param(&param(284, 1, 102, true))?;
    edit.put_param(&param(1, 1, 101, false))?;
    edit.put_param(&param(102, 10, 100, false))?;
    edit.put_param(&param(2, 2, 100, true))?;
    let template = |id, org_id, params: &[TemplateParam]| Template {
        id,
        org_id,
        name: if id == 1 { "Standard Meter".into() } else { format!("Template {id}") },
        manufacturer: "Overvis".into(),
        version: "1.0".into(),
        category: None,
        description: None,
        read_group_size: 10,
        write_function: WriteFunction::Normal,
        params: params.to_vec(),
    };
    edit.put_template(&template(1, None, &[template_param("a", 3), described_param()]))?;
    edit.put_template(&template(2, None, &[template_param("a", 3), template_param("lost", 9000)]))?;
    edit.put_template(&template(3, Some(ORG), &[described_param()]))?;
    edit.put_template(&template(4, Some(FOREIGN_ORG), &[template_param("a", 3)]))?;
    edit.put_template(&template(5, None, &[template_param("a", 3)]))?;
    for (sku, id) in [("em130", 5), ("own", 3), ("foreign", 4)] {
        edit.put_sku_template(sku, id)?;
    }
    let code = |code: &str, vpn: Option<u16>| ConnectCode {
        code: code.into(),
        mac: Mac::parse("d8:80:39:00:00:01").unwrap(),
        device_passwords: vec!["sticker".into()],
        sku: Some("em481".into()),
        vpn_ip: vpn.map(|_| std::net::Ipv4Addr::LOCALHOST),
        port: vpn,
        modbus_id: Some(UnitId(CONTROLLER)),
    };
    edit.put_connect_code(&code("ABCD", None))?;
    let other = ConnectCode { mac: Mac::parse("d8:80:39:00:00:0f").unwrap(), ..code("OTHER", None) };
    edit.put_connect_code(&other)?;
    edit.put_connect_code(&code("OWN", Some(port)))?;
    edit.put_connect_code(&code("FOREIGN", Some(port.wrapping_add(1))))?;
    for (id, name, slug) in [
        (1, "Main Dashboard", "main-dashboard"),
        (2, "Foreign", "foreign"),
        (7, "Energy Usage", "energy-usage"),
        (8, "Boiler", "boiler"),
    ] {
        let org_id = if id == 2 { FOREIGN_ORG } else { ORG };
        let created_on = Instant::parse("2024-03-20T10:00:00Z").unwrap();
        let (name, slug) = (name.into(), slug.into());
        edit.put_vis(&Vis { id, org_id, name, slug, description: None, created_on, on_dashboard: id == 7 }, "{...}")?;
    }
    edit.put_alert(&alert(2, FOREIGN_ORG, 2))?;
    edit.put_alert(&alert(4, ORG, 101))?;
    for (id, is_enabled) in [(NOTIFICATION, true), (NOTIFICATION_OFF, false)] {
        let texts = BTreeMap::from([("en".to_owned(), "Maintenance tonight".to_owned())]);
        edit.put_notification(&Notification { id, texts, is_enabled })?;
    }
    plant_trees(edit)?;
    for (branch, org_id, param) in [(BRANCH, ORG, 284), (FOREIGN_BRANCH, FOREIGN_ORG, 2)] {
        edit.put_report(&report(branch, org_id, param))?;
    }
    let hash = hash_password(PASSWORD).unwrap();
    for (role, key) in Role::ALL.iter().zip(0u128..) {
        let user = edit.create_user(role.code())?;
        edit.put_role(user, ORG, *role)?;
        let key = if key == 0 { Uuid::parse_str(KEY).unwrap() } else { Uuid::from_u128(key) };
        edit.put_key(key, user, &hash)?;
    }
    Ok(())
}

/// Readings of the examples' dates: parameter 101 once, 284 three times.
fn remember(store: &Store) {
    let group = store.directory().devices[&1].group.clone().unwrap();
    let place = |id| group.params.iter().position(|param| *param == id).unwrap();
    let keep = |at: &str, id, raw| {
        let mut cells = vec![Err(parabus_server::model::CellError::Timeout); group.params.len()];
        cells[place(id)] = Ok(Raw(raw).into());
        let at = Instant::parse(at).unwrap();
        store.append(&Cycle { device: 1, group: group.id, at, cells }).unwrap();
    };
    for at in ["2019-07-26T16:28:00Z", "2019-07-26T16:33:42Z", "2019-07-26T16:39:24Z"] {
        keep(at, 284, 70);
    }
    keep("2023-12-14T01:35:44Z", 101, 255);
}

/// A line of the audit trail for what is stored without a caller.
pub fn line() -> AuditEntry {
    AuditEntry {
        at: Instant::from_millis(0),
        actor: "test".to_owned(),
        org: None,
        action: "set up".to_owned(),
        object: String::new(),
        old: None,
        new: None,
        result: "ok".to_owned(),
    }
}

/// Starts a server with the default configuration of tests.
pub async fn start() -> Api {
    start_with(|_| ()).await
}

pub async fn start_with(change: impl FnOnce(&mut Config)) -> Api {
    let folder = tempfile::tempdir().unwrap();
    let (device_port, plant) = plant().await;
    let mut config = Config::default();
    config.storage.path = folder.path().to_owned();
    config.access.allow_loopback = true;
    change(&mut config);
    let store = Store::open(folder.path()).unwrap();
    store.configure(true, |edit| configure(edit, device_port)).unwrap();
    remember(&store);
    drop(store);
    let app = App::new(config).unwrap();
    let connection = Connection::tcp("127.0.0.1", device_port);
    let link = app.links.handle(&connection, Limits::default());
    let (unit, kind, priority) = (UnitId(1), RegisterKind::Holding, Priority::Urgent);
    let first = Read { unit, kind, address: 3, quantity: 1, priority, timeout_ms: 1000, retries: 0 };
    link.read(first).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let backward = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = backward.local_addr().unwrap();
    tokio::spawn(backward::listen(backward, 8, app.links.clone(), app.store.watch()));
    dial_in(address, plant.clone()).await;
    while app.links.controllers().find_code(CODE).is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let tls = app.certificate.as_ref().map(|certificate| certificate.acceptor().unwrap());
    let (router, server, stopping) = (web::router(&app), app.config.server.clone(), stop.clone());
    tokio::spawn(async move { web::accept::serve(listener, tls, router, &server, stopping).await });
    Api { url, app, client: Client::new(), device_port, plant, stop, _folder: folder, _link: link }
}

impl Api {
    /// A request with content type, and a token if there is one.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<&str>) -> (StatusCode, Value) {
        let url = format!("{}/api/v1{path}", self.url);
        let mut request = self.client.request(method, url).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("token {token}"));
        }
        if let Some(body) = body {
            request = request.body(body.to_owned());
        }
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    pub async fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, token, None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &str) -> (StatusCode, Value) {
        self.call(Method::POST, path, token, Some(body)).await
    }

    /// A token of the owner.
    pub async fn token(&self) -> String {
        self.token_of(KEY).await
    }

    pub async fn token_of(&self, key: &str) -> String {
        let body = serde_json::json!({ "apiKey": key, "password": PASSWORD }).to_string();
        let (status, reply) = self.post("/authenticate/", "", &body).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        reply["token"].as_str().unwrap().to_owned()
    }

    /// A token of the user with this role.
    pub async fn token_as(&self, role: Role) -> String {
        let place = Role::ALL.iter().position(|each| *each == role).unwrap() as u128;
        if place == 0 { self.token().await } else { self.token_of(&Uuid::from_u128(place).to_string()).await }
    }
}
