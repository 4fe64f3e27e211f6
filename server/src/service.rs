//! What the service manager is told: ready, alive, stopping. Without one, nothing.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::AbortHandle;

/// The server answers from now on.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

/// Says that all is well twice in each period of the watchdog, as long as this task gets its turn and
/// polling has not ended: else the service manager starts the server anew.
pub async fn keep_alive(polling: AbortHandle) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    let mut every = tokio::time::interval((period / 2).max(Duration::from_millis(1)));
    while !polling.is_finished() {
        every.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
    tracing::error!("polling has ended, the service manager is told no more");
}
