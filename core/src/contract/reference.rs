//! References: `parse_reference`, `print_reference`.

use alloc::format;
use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::error::ErrorKind;
use crate::reference::{DeviceRef, ParamRef, Reference, ReferenceError};

/// A reference taken apart: `kind`, and of the other fields those that were written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReferenceParts {
    /// `constant`, `connection` or `param`.
    pub kind: String,
    /// Whether the device is to be read now; absent but for parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realtime: Option<bool>,
    /// The number of a constant, decimal text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Network: `#3`, a slug, an IPv4 or MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
    /// Device: `#7` or a slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Parameter: `#561`, `[slug]`, `542#slug`, `~alias`, or the slug behind a device's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Unit on the network.
    #[serde(alias = "unitId", skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<u8>,
    /// `holding`, `input`, `coil` or `discrete-input`.
    #[serde(alias = "registerKind", skip_serializing_if = "Option::is_none")]
    pub register_kind: Option<String>,
    /// The register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u16>,
    /// Lowest bit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit: Option<u8>,
    /// Number of bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u8>,
}

/// Call of [`parse_reference`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParseReference {
    /// The whole text.
    pub text: String,
}

/// Call of [`print_reference`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintReference {
    /// What [`parse_reference`] gives.
    #[serde(rename = "ref")]
    pub reference: ReferenceParts,
}

impl From<ReferenceError> for Error {
    fn from(error: ReferenceError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: Some(error.offset()) }
    }
}

/// Text to parts.
///
/// # Errors
/// Text that is no reference, with the byte at which it stops being one.
pub fn parse_reference(call: &ParseReference) -> Result<ReferenceParts, Error> {
    let in_text = |error: ReferenceError| {
        let error = Error::from(error);
        Error { message: format!("`{}`: {}", call.text, error.message), ..error }
    };
    Ok(match Reference::parse(&call.text).map_err(in_text)? {
        Reference::Constant(number) => {
            ReferenceParts { kind: "constant".into(), value: Some(number.to_string()), ..ReferenceParts::default() }
        }
        Reference::Connection(net) => {
            ReferenceParts { kind: "connection".into(), net: Some(net.to_string()), ..ReferenceParts::default() }
        }
        Reference::Param { realtime, param } => {
            let parts = ReferenceParts { kind: "param".into(), realtime: Some(realtime), ..ReferenceParts::default() };
            with_param(parts, &param)
        }
    })
}

fn with_param(parts: ReferenceParts, param: &ParamRef<'_>) -> ReferenceParts {
    match param {
        ParamRef::Labelled { id, param, device, net } => ReferenceParts {
            param: Some(format!("{id}#{param}")),
            device: Some((*device).into()),
            net: Some((*net).into()),
            ..parts
        },
        ParamRef::Path { device, param } => {
            ReferenceParts { device: Some((*device).into()), param: Some((*param).into()), ..parts }
        }
        ParamRef::Id(_) | ParamRef::Slug(_) | ParamRef::Alias(_) => {
            ReferenceParts { param: Some(param.to_string()), ..parts }
        }
        ParamRef::Address { device, kind, address } => {
            let parts = ReferenceParts {
                register_kind: kind.map(|kind| kind.code().into()),
                address: Some(address.register),
                bit: address.bit,
                bits: Some(address.bits).filter(|bits| *bits > 0),
                ..parts
            };
            match device {
                DeviceRef::Unit { net, unit_id } => {
                    ReferenceParts { net: Some(net.to_string()), unit_id: Some(*unit_id), ..parts }
                }
                DeviceRef::Id(_) | DeviceRef::Slug(_) => ReferenceParts { device: Some(device.to_string()), ..parts },
            }
        }
    }
}

/// Parts to the canonical text.
///
/// # Errors
/// Parts that are no reference; the offset is one into the text that they would make.
pub fn print_reference(call: &PrintReference) -> Result<String, Error> {
    let text = written(&call.reference);
    let reference = parse_reference(&ParseReference { text: text.clone() })?;
    let refused = |message| Err(Error { kind: ErrorKind::ReferenceSyntax, message, offset: None });
    if reference.kind != call.reference.kind {
        return refused(format!(
            "`{}` is not a kind of reference, expected constant, connection or param",
            call.reference.kind
        ));
    }
    // Parts that a reference of this kind does not have would get lost without a word.
    match lost(&call.reference, &reference) {
        Some(part) => refused(format!("`{part}` has no place in `{text}`, expected a reference without it")),
        None => Ok(Reference::parse(&text)?.to_string()),
    }
}

/// A part that was given and does not come back.
fn lost(given: &ReferenceParts, found: &ReferenceParts) -> Option<&'static str> {
    let is_lost = [
        ("value", given.value.is_some() && found.value.is_none()),
        ("realtime", given.realtime == Some(true) && found.realtime != Some(true)),
        ("param", given.param.is_some() && found.param.is_none()),
        ("device", given.device.is_some() && found.device.is_none()),
        ("net", given.net.is_some() && found.net.is_none()),
        ("unit_id", given.unit_id != found.unit_id),
        ("register_kind", given.register_kind != found.register_kind),
        ("address", given.address != found.address),
        ("bit", given.bit != found.bit),
        // One bit goes without saying.
        ("bits", given.bits.is_some_and(|bits| bits > 1) && given.bits != found.bits),
    ];
    is_lost.into_iter().find(|(_, is_lost)| *is_lost).map(|(part, _)| part)
}

fn written(parts: &ReferenceParts) -> String {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    match parts.kind.as_str() {
        "constant" => return format!("!{}", text(&parts.value)),
        "connection" => return format!("conn?{}", text(&parts.net)),
        _ => {}
    }
    let star = if parts.realtime == Some(true) { "*" } else { "" };
    let Some(address) = parts.address else {
        return match (&parts.param, &parts.device, &parts.net) {
            (Some(param), Some(device), Some(net)) => format!("{star}{param}@{device}@{net}"),
            (Some(param), Some(device), None) => format!("{star}{device}.{param}"),
            (param, ..) => format!("{star}{}", text(param)),
        };
    };
    let device = match parts.unit_id {
        Some(unit_id) => format!("{}>{unit_id}", text(&parts.net)),
        None => text(&parts.device),
    };
    let kind = parts.register_kind.as_ref().map(|kind| format!("{kind}>")).unwrap_or_default();
    let bits = match (parts.bit, parts.bits) {
        (None, _) => String::new(),
        (Some(bit), None | Some(0 | 1)) => format!(".{bit}"),
        (Some(bit), Some(bits)) => format!(".{bit}-{}", bit.saturating_add(bits.saturating_sub(1))),
    };
    format!("{star}{device}>{kind}{address}{bits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_would_get_lost_is_refused() {
        let param =
            ReferenceParts { kind: "param".to_owned(), device: Some("boiler".to_owned()), ..Default::default() };
        let register = ReferenceParts { address: Some(5), ..param.clone() };
        let constant =
            ReferenceParts { kind: "constant".to_owned(), value: Some("1".to_owned()), ..Default::default() };
        let print = |reference: ReferenceParts| print_reference(&PrintReference { reference });
        let with_defaults = ReferenceParts { realtime: Some(false), bits: Some(1), ..register.clone() };
        assert_eq!(print(with_defaults).unwrap(), "boiler>5");
        assert_eq!(print(ReferenceParts { bit: Some(2), bits: Some(1), ..register.clone() }).unwrap(), "boiler>5.2");
        for (part, parts) in [
            ("param", ReferenceParts { param: Some("x".to_owned()), ..register.clone() }),
            ("bits", ReferenceParts { bits: Some(3), ..register.clone() }),
            ("net", ReferenceParts { net: Some("hall".to_owned()), ..register }),
            ("device", ReferenceParts { device: Some("x".to_owned()), ..constant.clone() }),
            ("realtime", ReferenceParts { realtime: Some(true), ..constant }),
            ("register_kind", {
                let register_kind = Some("coil".to_owned());
                ReferenceParts { param: Some("temp".to_owned()), register_kind, ..param }
            }),
        ] {
            let error = print(parts).unwrap_err();
            assert!(error.message.starts_with(&format!("`{part}` has no place")), "{}", error.message);
        }
    }
}
