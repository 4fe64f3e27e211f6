//! Values that are no plain numbers: parts of registers, texts, addresses, codes for no value.

use parabus_core::value::Decimal;
use parabus_server::model::Param;
use serde_json::json;

use crate::harness::start;

#[tokio::test]
async fn every_type_is_read_and_written() {
    let api = start().await;
    let token = api.token().await;
    let words = [
        (300, 0x1234),
        (310, 0),
        (311, 0),
        (312, 0),
        (313, 0),
        (320, 10),
        (321, 0),
        (322, 0),
        (323, 1),
        (330, 0x8000),
        (331, 0x1995),
    ];
    api.plant.registers.lock().unwrap().extend(words);
    let like = api.app.store.directory().params[&1].clone();
    let param = |id: i64, address: u16, value_type: &str| Param {
        id,
        name: format!("Value {id}"),
        slug: format!("value-{id}"),
        address,
        value_type: value_type.into(),
        multiplier: Decimal::ONE,
        unit: None,
        max: None,
        ..like.clone()
    };
    let params = [
        Param { bit_position: Some(4), bits_amount: Some(8), ..param(901, 300, "bits") },
        Param { length: Some(4), ..param(902, 310, "str2") },
        param(903, 320, "ipv4"),
        Param { not_available: vec![0x8000], is_tracked: true, ..param(904, 330, "i16-be") },
        param(905, 331, "bcd16"),
    ];
    api.app.store.configure(true, |edit| params.iter().try_for_each(|param| edit.put_param(param).map(drop))).unwrap();
    let read = "/params/read-realtime/?paramIds=901,902,903,904,905&lang=en";
    let (_, reply) = api.get(read, &token).await;
    let shown = ["901", "902", "903", "905"].map(|id| reply[id]["value"].as_str().unwrap_or_default().to_owned());
    assert_eq!(shown, ["35", "", "10.0.0.1", "1995"], "{reply}");
    assert!(reply["904"]["err"].as_str().is_some_and(|err| err.contains("no value")), "{reply}");
    for (id, new, want) in [
        ("901", "255", json!("255")),
        ("902", "Pump ż", json!("Pump ż")),
        ("903", "192.168.0.7", json!("192.168.0.7")),
        ("904", "-5", json!("-5")),
        ("905", "2026", json!("2026")),
    ] {
        let (_, written) =
            api.post(&format!("/param/{id}/write/"), &token, &json!({ "newValue": new }).to_string()).await;
        assert_eq!(written["ok"]["newValue"], want, "{written}");
    }
    let (_, reply) = api.get(read, &token).await;
    let shown = ["901", "902", "903", "904", "905"]
        .map(|id| reply[id]["formattedValue"].as_str().unwrap_or_default().to_owned());
    assert_eq!(shown, ["255", "Pump ż", "192.168.0.7", "-5", "2026"], "{reply}");
    assert_eq!(api.plant.registers.lock().unwrap()[&300], 0x1FF4, "the other bits stand");
    for (id, new) in
        [("901", "256"), ("902", "too long for it"), ("903", "10.0.0"), ("904", "-32768"), ("905", "10000")]
    {
        let (_, refused) =
            api.post(&format!("/param/{id}/write/"), &token, &json!({ "newValue": new }).to_string()).await;
        assert!(refused["err"].as_str().is_some_and(|err| err.contains("can't compose")), "{refused}");
    }
}
