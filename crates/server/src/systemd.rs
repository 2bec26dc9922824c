//! What systemd is told of a part that it started with `Type=notify`; nothing where somebody else did.

use sd_notify::NotifyState;
use tokio::task::AbortHandle;

/// Tells systemd that this part runs, and from then on that it is not stuck, as often as the unit's
/// `WatchdogSec` wants it. Dropped, it says that the part is stopping.
#[must_use]
pub struct Told(Option<AbortHandle>);

/// This part is ready.
pub fn ready() -> Told {
    tell(&NotifyState::Ready);
    let Some(within) = sd_notify::watchdog_enabled() else {
        return Told(None);
    };
    // Twice in the time, so that one that comes late is not the end.
    let mut ticks = tokio::time::interval(within / 2);
    let telling = tokio::spawn(async move {
        loop {
            ticks.tick().await;
            tell(&NotifyState::Watchdog);
        }
    });
    Told(Some(telling.abort_handle()))
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(telling) = &self.0 {
            telling.abort();
        }
        tell(&NotifyState::Stopping);
    }
}

fn tell(state: &NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(std::slice::from_ref(state)) {
        tracing::warn!(%error, "systemd could not be told: {state}");
    }
}
