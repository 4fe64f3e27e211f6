//! Background reading against a device of tokio-modbus, and beside one that is silent.

use parabus_core::modbus::{ExceptionCode, UnitId, WriteFunction};
use parabus_core::value::Raw;
use tokio::net::TcpListener;
use tokio_modbus::server::tcp::{Server, accept_tcp_connection};
use tokio_modbus::{ExceptionCode as Refusal, Request, Response};

use super::*;
use crate::model::{CellError, Connection, ReadGroup};

struct Registers;

impl tokio_modbus::server::Service for Registers {
    type Request = Request<'static>;
    type Response = Response;
    type Exception = Refusal;
    type Future = std::future::Ready<Result<Response, Refusal>>;

    fn call(&self, request: Request<'static>) -> Self::Future {
        std::future::ready(match request {
            Request::ReadHoldingRegisters(address, count) if address + count <= 100 => {
                Ok(Response::ReadHoldingRegisters((address..address + count).collect()))
            }
            Request::ReadHoldingRegisters(200.., _) => Err(Refusal::GatewayTargetDevice),
            _ => Err(Refusal::IllegalDataAddress),
        })
    }
}

async fn plant() -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let server = Server::new(listener);
        let on_connected = |stream, peer| async move { accept_tcp_connection(stream, peer, |_| Ok(Some(Registers))) };
        server.serve(&on_connected, drop).await.ok();
    });
    Connection::tcp("127.0.0.1", port)
}

fn device(read_group_size: u8) -> Device {
    Device {
        id: 1,
        net_id: 1,
        name: "d".into(),
        slug: "d".into(),
        description: None,
        unit_id: UnitId(1),
        disabled: None,
        update_period_sec: 1,
        read_group_size,
        read_gap: 0,
        write_function: WriteFunction::Normal,
        timeout_retries: 0,
        timeout_ms: 500,
        template_id: None,
        group: Some(ReadGroup { id: 1, params: vec![] }),
    }
}

fn param(id: i64, address: u16, value_type: &str) -> Param {
    Param { id, value_type: value_type.into(), ..Param::plain(1, &id.to_string(), address) }
}

async fn cells(connection: &Connection, size: u8, params: &[Param]) -> Reading<Cell> {
    let links = Links::default();
    let link = links.handle(connection, Limits::default());
    let wanted: Vec<Wanted> = params.iter().map(Wanted::from).collect();
    read_cells(&link, &Manner::of(&device(size), Priority::Routine), &wanted, &mut Learned::default(), Cell::read).await
}

use reading::Reading;

#[tokio::test]
async fn values_come_in_the_order_of_parameters_whatever_their_addresses() {
    let plant = plant().await;
    let params = [param(1, 9, "u16-be"), param(2, 3, "u32-be"), param(3, 5, "u16-be"), param(4, 3, "u16-be")];
    for size in [1, 2, 125] {
        let reading = cells(&plant, size, &params).await;
        let want = [9, 0x0003_0004, 5, 3].map(|raw| Ok(Raw(raw).into()));
        assert_eq!(reading.cells, want, "group size {size}");
        assert!(reading.answered_at.is_some());
    }
}

#[tokio::test]
async fn an_address_that_does_not_exist_fails_alone() {
    let plant = plant().await;
    let reading = cells(&plant, 125, &[param(1, 99, "u16-be"), param(2, 100, "u16-be"), param(3, 98, "u16-be")]).await;
    let refused = Err(CellError::Exception(ExceptionCode::ILLEGAL_DATA_ADDRESS));
    assert_eq!(reading.cells, [Ok(Raw(99).into()), refused, Ok(Raw(98).into())]);
}

/// What a gateway says of a unit that is dead costs one request and is no sign of life.
#[tokio::test]
async fn a_dead_unit_behind_a_gateway_has_not_answered() {
    let plant = plant().await;
    let reading = cells(&plant, 1, &[param(1, 200, "u16-be"), param(2, 300, "u16-be")]).await;
    assert_eq!(reading.answered_at, None, "{:?}", reading.cells);
}

#[tokio::test]
async fn no_connection_gives_one_error_for_each_parameter() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let gone = Connection::tcp("127.0.0.1", port);
    let reading = cells(&gone, 125, &[param(1, 0, "u16-be"), param(2, 50, "u16-be")]).await;
    assert_eq!(reading.cells, vec![Err(CellError::Unreachable); 2]);
    assert_eq!(reading.answered_at, None);
}
