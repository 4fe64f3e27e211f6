//! What one effect of the engine means: lines of the log, changes of the record, messages.

use std::collections::BTreeSet;

use parabus_core::alert::{Effect, Kind, Stage, effect_id};
use parabus_core::value::Lang;

use super::link::Links;
use super::message::{Channel, Message, Purpose};
use super::model::{AlertId, Recipient};
use super::running::Running;
use super::snapshot::About;
use super::told::Told;
use crate::model::{Directory, NetId, OrgId, ParamId};
use crate::words;

/// Milliseconds after which something counts as late.
const LATE_MS: i64 = 60_000;

/// One effect, ready for the transaction that keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    pub alert: AlertId,
    pub org: OrgId,
    /// Number of the record within its alert.
    pub record: u32,
    pub effect_id: u64,
    pub at_ms: i64,
    pub change: RecordChange,
    pub lines: Vec<Told>,
    pub message: Option<Message>,
}

/// What becomes of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChange {
    Open { name: String, level: &'static str, params: Vec<ParamId>, nets: BTreeSet<NetId> },
    Resolve,
    Confirm { by: String },
    Nothing,
}

/// What the texts are made from.
pub struct Teller<'t> {
    pub directory: &'t Directory,
    pub links: &'t Links,
    /// Who confirms, if somebody does.
    pub by: Option<&'t str>,
    /// The record closes because the alert or a parameter of it is gone.
    pub is_closed: bool,
}

impl Teller<'_> {
    /// The effect of a running alert, as the log and people get it.
    pub fn tell(&self, running: &Running, effect: &Effect) -> Happening {
        let effect_id = effect_id(running.alert.cast_unsigned(), effect.record, effect.kind);
        let mut happening = Happening {
            alert: running.alert,
            org: running.org,
            record: effect.record,
            effect_id,
            at_ms: effect.at_ms,
            change: RecordChange::Nothing,
            lines: Vec::new(),
            message: None,
        };
        match effect.kind {
            Kind::Open => {
                let params: Vec<ParamId> = running.snapshot.params().collect();
                let nets = params.iter().filter_map(|param| Some(self.directory.param_place(*param)?.2.id)).collect();
                let name = running.snapshot.about.name.clone();
                happening.change = RecordChange::Open { name, level: running.snapshot.level().code(), params, nets };
                happening.lines.push(Told::Started);
                happening.lines.extend(self.reasons(running));
            }
            Kind::Resolve => {
                happening.at_ms = effect.due_ms;
                happening.change = RecordChange::Resolve;
                happening.lines.push(if self.is_closed { Told::Closed } else { Told::Resolved });
            }
            Kind::Confirm => {
                let by = self.by.unwrap_or("?").to_owned();
                happening.change = RecordChange::Confirm { by: by.clone() };
                happening.lines.push(Told::Confirmed { by });
            }
            Kind::Flapping => {
                happening.lines.push(Told::Flapping);
                // One message instead of many: to whom the first action goes.
                let first = running.snapshot.actions.iter().find_map(|action| action.recipient());
                self.address(&mut happening, running, first, (words::EVENT_FLAPPING, Purpose::Tell), effect);
            }
            Kind::Action(index) => {
                let action = running.snapshot.actions.get(usize::from(index));
                match action.and_then(|action| action.recipient()) {
                    Some(to) => {
                        self.address(&mut happening, running, Some(to), (words::EVENT_STARTED, Purpose::Tell), effect);
                    }
                    None => happening.lines.push(Told::Noted),
                }
                self.late(&mut happening, effect);
            }
            Kind::FollowUp(index) => {
                let follow_up = running.snapshot.follow_ups.get(usize::from(index));
                let (word, purpose) = match follow_up.and_then(|follow_up| follow_up.stage()) {
                    Some(Stage::Confirmed) => (words::EVENT_CONFIRMED, Purpose::Conclude),
                    Some(Stage::NotConfirmed) => (words::EVENT_NOT_CONFIRMED, Purpose::Escalate),
                    Some(Stage::Resolved) | None => (words::EVENT_RESOLVED, Purpose::Conclude),
                };
                let is_told = running.snapshot.actions.iter().any(|action| action.recipient().is_some());
                let purpose = if is_told { purpose } else { Purpose::Tell };
                let to = follow_up.and_then(|follow_up| follow_up.recipient());
                self.address(&mut happening, running, to, (word, purpose), effect);
                self.late(&mut happening, effect);
            }
        }
        happening
    }

    fn late(&self, happening: &mut Happening, effect: &Effect) {
        let late_ms = effect.at_ms.saturating_sub(effect.due_ms);
        if late_ms >= LATE_MS {
            happening.lines.push(Told::Late { minutes: late_ms / 60_000 });
        }
    }

    /// The conditions that hold, each parameter once.
    fn reasons(&self, running: &Running) -> Vec<Told> {
        let mut lines: Vec<Told> = Vec::new();
        for (condition, value) in running.holding() {
            let Some(param) = condition.param else { continue };
            let line = match value.filter(|_| !condition.is_reading_error()) {
                Some(value) => Told::value(self.directory, param, value),
                None => Told::reading_error(self.directory, param),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// Adds the message and its line, or the line that says why there is none.
    fn address(
        &self,
        happening: &mut Happening,
        running: &Running,
        to: Option<Recipient>,
        (word, purpose): (words::Word, Purpose),
        effect: &Effect,
    ) {
        let Some(Recipient { channel, address }) = to else { return };
        let contact = self.directory.contact(running.org);
        let address =
            if address == Recipient::DEFAULT { contact.of(channel).map(str::to_owned) } else { Some(address) };
        let Some(recipient) = address else {
            happening.lines.push(Told::NoAddress { channel: channel.code().to_owned() });
            return;
        };
        let lang = self.directory.orgs.get(&running.org).map_or(Lang::En, |org| org.lang);
        let About { name, description, .. } = &running.snapshot.about;
        let level = running.snapshot.level().word().text(lang);
        let subject = format!("[{level}] {name}").replace(char::is_control, " ");
        let mut texts = vec![word.text(lang).to_owned()];
        if matches!(effect.kind, Kind::Action(_) | Kind::Flapping) || word == words::EVENT_NOT_CONFIRMED {
            texts.extend(self.reasons(running).iter().map(|line| line.text(self.directory, lang)));
        }
        let can_confirm = running.state().confirmed_ms().is_none() && effect.kind != Kind::Confirm;
        let link = can_confirm.then(|| self.links.link(happening.effect_id, effect.at_ms)).flatten();
        let text = match channel {
            Channel::Email => {
                if let Some(description) = description {
                    texts.push(format!("\n{description}"));
                }
                texts.extend(link.map(|link| format!("\n{}: {link}", words::CONFIRM_HERE.text(lang))));
                texts.join("\n")
            }
            Channel::Sms => {
                texts.extend(link);
                format!("{subject}: {}", texts.join(" "))
            }
            // A link cannot be spoken.
            Channel::Voice => format!("{level}: {name}. {}", texts.join(" ")),
        };
        happening.message = Some(Message {
            effect_id: happening.effect_id,
            alert: running.alert,
            org: running.org,
            record: effect.record,
            purpose,
            channel,
            recipient,
            lang,
            subject,
            text,
            due_ms: effect.at_ms,
        });
    }
}
