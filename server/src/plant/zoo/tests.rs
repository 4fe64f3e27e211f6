//! What each kind sends, byte by byte.

use super::*;
use crate::model::Framing;

/// A unit that answers two registers, and misbehaves as told.
struct Two(Option<Misbehaviour>);

impl Units for Two {
    fn misbehaviour(&mut self, _: UnitId) -> Option<Misbehaviour> {
        self.0
    }

    fn answer(&mut self, _: UnitId, pdu: &mut [u8; MAX_PDU], _: usize) -> Option<usize> {
        pdu[1..6].copy_from_slice(&[4, 0x11, 0x22, 0x33, 0x44]);
        Some(6)
    }
}

const ASK: [u8; 12] = [0x0A, 0x0B, 0, 0, 0, 6, 7, 3, 0, 0, 0, 2];
const REPLY: [u8; 13] = [0x0A, 0x0B, 0, 0, 0, 7, 7, 3, 4, 0x11, 0x22, 0x33, 0x44];

fn misbehaving(kind: Kind) -> Misbehaviour {
    Misbehaviour { code: (kind == Kind::Exception).then_some(6), ..Misbehaviour::always(kind) }
}

fn played(misbehaviour: Misbehaviour, seed: u64) -> Vec<Action> {
    Player::new(Framing::Tcp, seed).receive(&ASK, 0, &mut Two(Some(misbehaviour)))
}

#[test]
fn a_unit_that_behaves_answers_in_both_framings() {
    let mut player = Player::new(Framing::Tcp, 1);
    assert_eq!(player.receive(&ASK[..5], 0, &mut Two(None)), []);
    assert_eq!(player.receive(&ASK[5..], 0, &mut Two(None)), [Action::Send(REPLY.to_vec())]);
    // Request and reply, CRCs by pymodbus.
    let mut player = Player::new(Framing::Rtu, 1);
    let actions = player.receive(&[7, 3, 0, 0, 0, 2, 0xC4, 0x6D], 0, &mut Two(None));
    assert_eq!(actions, [Action::Send(vec![7, 3, 4, 0x11, 0x22, 0x33, 0x44, 0x2D, 0xC6])]);
}

#[test]
fn each_kind_does_what_it_says() {
    let with = |changes: &[(usize, u8)]| {
        let mut reply = REPLY.to_vec();
        changes.iter().for_each(|(place, byte)| reply[*place] = *byte);
        vec![Action::Send(reply)]
    };
    let send = |bytes: &[u8]| Action::Send(bytes.to_vec());
    for kind in ALL {
        let actions = played(misbehaving(kind), 3);
        match kind {
            Kind::Dead => assert_eq!(actions, []),
            Kind::Hung => assert_eq!(actions, [Action::Stop]),
            Kind::HalfOpen => assert_eq!(actions, [Action::FallSilent]),
            Kind::Close => assert_eq!(actions, [Action::Close]),
            Kind::Reset => assert!(matches!(&actions[..], [Action::Send(part), Action::Reset] if part.len() < 13)),
            Kind::Slow => assert_eq!(actions, with(&[])),
            Kind::Late => {
                assert_eq!(actions, []);
                let (mut player, mut two) = (Player::new(Framing::Tcp, 3), Two(Some(misbehaving(kind))));
                player.receive(&ASK, 0, &mut two);
                let mut second = ASK;
                second[1] = 0x0C;
                assert_eq!(player.receive(&second, 0, &mut two), with(&[]), "the first one's reply");
            }
            Kind::WrongUnit => {
                assert!(matches!(&actions[..], [Action::Send(reply)] if reply[6] != 7 && reply[7..] == REPLY[7..]));
            }
            Kind::WrongTransaction => assert_eq!(actions, with(&[(1, 0x0C)])),
            Kind::WrongFunction => assert_eq!(actions, with(&[(7, 4)])),
            Kind::WrongLength => {
                assert_eq!(actions, [send(&[0x0A, 0x0B, 0, 0, 0, 5, 7, 3, 2, 0x11, 0x22])]);
            }
            Kind::Truncated => {
                assert!(matches!(&actions[..], [Action::Send(part)] if REPLY.starts_with(part) && part.len() < 13));
            }
            Kind::ByteByByte => {
                let bytes = actions.chunks(2).map(|pair| match pair {
                    [Action::Send(byte), Action::Wait(_)] => byte[0],
                    other => panic!("{other:?}"),
                });
                assert_eq!(bytes.collect::<Vec<_>>(), REPLY);
            }
            Kind::Oversized => {
                assert!(
                    matches!(&actions[..], [Action::Send(reply)] if reply.len() > 260 && reply[7..13] == REPLY[7..])
                );
            }
            Kind::Duplicated => assert_eq!(actions, [send(&REPLY), send(&REPLY)]),
            Kind::Noise => {
                assert!(
                    matches!(&actions[..], [Action::Send(noise), Action::Send(reply)] if !noise.is_empty() && *reply == REPLY)
                );
            }
            Kind::OneAtATime => {
                assert!(matches!(&actions[..], [Action::WaitDeaf(_), Action::Send(reply)] if *reply == REPLY));
            }
            Kind::Exception => assert_eq!(actions, [send(&[0x0A, 0x0B, 0, 0, 0, 3, 7, 0x83, 6])]),
        }
    }
}

#[test]
fn the_same_seed_does_the_same_and_chance_is_met() {
    for kind in ALL {
        let half = Misbehaviour { chance: 0.5, ..misbehaving(kind) };
        let play = |seed| {
            let mut player = Player::new(Framing::Tcp, seed);
            (0..1000).map(|_| player.receive(&ASK, 0, &mut Two(Some(half)))).collect::<Vec<_>>()
        };
        let rounds = play(5);
        assert_eq!(rounds, play(5), "{kind:?}");
        if !matches!(kind, Kind::Slow | Kind::Late) {
            let well = rounds.iter().filter(|actions| **actions == [Action::Send(REPLY.to_vec())]).count();
            assert!((400..600).contains(&well), "{kind:?}: {well} of 1000 went well");
        }
    }
    assert_ne!(played(misbehaving(Kind::Noise), 1), played(misbehaving(Kind::Noise), 2));
}

#[test]
fn a_delay_comes_first_and_fits_come_and_go() {
    let slow = Misbehaviour { delay_ms: 250, ..Misbehaviour::always(Kind::Slow) };
    assert_eq!(played(slow, 1), [Action::Wait(Duration::from_millis(250)), Action::Send(REPLY.to_vec())]);
    let dead = Misbehaviour { delay_ms: 250, ..Misbehaviour::always(Kind::Dead) };
    assert_eq!(played(dead, 1), [Action::Wait(Duration::from_millis(250))], "a gateway waits for its unit");
    let fits = Misbehaviour { every_sec: Some(75.0), for_sec: Some(12.0), ..dead };
    let lasts = [0.0, 62.9, 63.0, 74.9, 75.0, 138.0].map(|now| fits.lasts(now));
    assert_eq!(lasts, [false, false, true, true, false, true]);
}

#[test]
fn what_makes_no_sense_is_named() {
    let dead = Misbehaviour::always(Kind::Dead);
    let cases = [
        (Misbehaviour { chance: 1.5, ..dead }, "chance: "),
        (Misbehaviour { chance: f64::NAN, ..dead }, "chance: "),
        (Misbehaviour { delay_ms: 600_001, ..dead }, "delayMs: "),
        (Misbehaviour { code: Some(5), ..dead }, "code: "),
        (Misbehaviour { code: None, ..misbehaving(Kind::Exception) }, "code: "),
        (Misbehaviour { code: Some(0), ..misbehaving(Kind::Exception) }, "code: "),
        (Misbehaviour { every_sec: Some(5.0), ..dead }, "everySec, forSec: "),
        (Misbehaviour { every_sec: Some(5.0), for_sec: Some(0.0), ..dead }, "everySec, forSec: "),
        (Misbehaviour { every_sec: Some(5.0), for_sec: Some(6.0), ..dead }, "forSec: "),
    ];
    for (misbehaviour, fault) in cases {
        assert!(misbehaviour.check().unwrap_err().starts_with(fault), "{misbehaviour:?}");
    }
    assert_eq!(misbehaving(Kind::Exception).check(), Ok(()));
}
