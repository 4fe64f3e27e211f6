//! What a controller is told: that it is bound to a network, or the code by which it can be.

use parabus_core::modbus::{Activation, Identity, RegisterKind, UnitId, WriteFunction};

use super::controllers::Controllers;
use super::{TIMEOUT_MS, read};
use crate::controller::{ControllerMap, IdentityRegisters, MOST_PASSWORD, is_password};
use crate::link::{Link, LinkError};
use crate::model::{Directory, Mac, Net};

/// Where the activation stands behind the identity, and in newer gateways, whose registers from 1000 on
/// are something else (DOMAIN.md 2.10).
const ACTIVATION: u16 = 1009;
const NEWER_ACTIVATION: u16 = 109;
const NEWER_MAC: u16 = 102;

/// First register of the password, one character in each, a zero at its end (DOMAIN.md 2.11).
pub const PASSWORD: u16 = 100;

/// Codes are 8 digits (DOMAIN.md 2.10).
const CODES: std::ops::RangeInclusive<u32> = 10_000_000..=99_999_999;

/// What the controller was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Activated,
    Code(u32),
}

/// Keeps one controller informed.
pub struct Greeter<'a> {
    link: &'a Link,
    controllers: &'a Controllers,
    unit: UnitId,
    mac: Mac,
    identity: Identity,
    told: Told,
    /// Passwords that it was given.
    entered: Vec<String>,
}

impl<'a> Greeter<'a> {
    pub fn new(link: &'a Link, controllers: &'a Controllers, unit: UnitId, identity: Identity) -> Self {
        let told = match identity.activation {
            Some(Activation::Activated) if identity.is_activated => Told::Activated,
            Some(Activation::Code(code)) if !identity.wants_code => Told::Code(code),
            _ => Told::Nothing,
        };
        Greeter { link, controllers, unit, mac: Mac(identity.mac), identity, told, entered: Vec::new() }
    }

    /// Tells it what the configuration says of it now, if it does not know yet.
    pub async fn greet(&mut self, directory: &Directory) {
        let net = directory.nets.values().find(|net| net.connection == *self.link.connection());
        match net {
            Some(net) => self.activate(net).await,
            None => self.offer_code().await,
        }
    }

    async fn activate(&mut self, net: &Net) {
        self.controllers.withdraw_code(self.mac);
        if self.told != Told::Activated && self.tell(Activation::Activated).await {
            self.told = Told::Activated;
        }
        if self.entered == net.device_passwords {
            return;
        }
        for password in &net.device_passwords {
            match send_password(self.link, self.unit, password).await {
                // Entered again when it is next greeted.
                Err(error @ (LinkError::Timeout | LinkError::Closed(_) | LinkError::Unsent(_))) => {
                    tracing::info!(mac = %self.mac, net = net.id, %error, "the controller did not take its passwords");
                    return;
                }
                Err(error) => {
                    tracing::warn!(mac = %self.mac, net = net.id, %error, "the controller refused a password of its network");
                }
                Ok(()) => {}
            }
        }
        self.entered.clone_from(&net.device_passwords);
    }

    async fn offer_code(&mut self) {
        self.entered.clear();
        let present = match self.told {
            Told::Code(code) => Some(code),
            Told::Nothing | Told::Activated => None,
        };
        let random = std::iter::from_fn(|| getrandom::u32().ok()).map(|number| {
            let count = CODES.end() - CODES.start() + 1;
            CODES.start() + number % count
        });
        let Some(code) = self.controllers.assign_code(self.mac, present.into_iter().chain(random)) else { return };
        if present == Some(code) {
            return;
        }
        if self.tell(Activation::Code(code)).await {
            self.told = Told::Code(code);
        } else {
            // A code that the controller does not show leads nowhere.
            self.controllers.withdraw_code(self.mac);
        }
    }

    /// Writes the activation; whether the controller took it.
    async fn tell(&self, activation: Activation) -> bool {
        let [a, b, c, d] = activation.number().to_be_bytes();
        let registers = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        let address = if self.is_newer().await { NEWER_ACTIVATION } else { ACTIVATION };
        match write(self.link, self.unit, address, &registers).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(mac = %self.mac, %error, "the controller did not take its activation");
                false
            }
        }
    }

    /// Whether its own address stands where newer gateways have it. Of other controllers, those registers
    /// hold the password.
    async fn is_newer(&self) -> bool {
        let map = ControllerMap::of_type(self.identity.device_type);
        if map.is_some_and(|map| map.identity != IdentityRegisters::From102) {
            return false;
        }
        let mac = self.identity.mac.map(u16::from);
        read(self.link, self.unit, NEWER_MAC, 6).await.is_ok_and(|registers| registers == mac)
    }
}

async fn write(link: &Link, unit: UnitId, address: u16, registers: &[u16]) -> Result<(), LinkError> {
    let turn = link.turn(unit).await;
    turn.write(RegisterKind::Holding, address, registers, WriteFunction::Normal, TIMEOUT_MS).await
}

/// Enters a password; the controller then grants the rights that belong to it.
///
/// # Errors
/// Characters that registers of one byte do not hold, a password of more than 20 characters, and what the
/// controller answers.
pub async fn send_password(link: &Link, unit: UnitId, password: &str) -> Result<(), LinkError> {
    let mut registers = [0; MOST_PASSWORD];
    if !is_password(password) {
        return Err(LinkError::Illegal("a password has at most 20 characters, all of printable ASCII".to_owned()));
    }
    for (register, byte) in registers.iter_mut().zip(password.bytes()) {
        *register = u16::from(byte);
    }
    write(link, unit, PASSWORD, &registers).await
}
