//! The topics of the native profile and who may use them. What is not listed is denied.

/// What every topic of the profile begins with.
pub const ROOT: &str = "gatebook/v1";

/// The device publishes what it saw.
pub const OBSERVATION: &str = "observation";
/// The device publishes how it is, retained; also its last will.
pub const STATUS: &str = "status";
/// Gatebook publishes up to where everything is committed, retained.
pub const COMMITTED: &str = "committed";

/// The topic of a device for one of its leaves.
#[must_use]
pub fn topic(device: &str, leaf: &str) -> String {
    format!("{ROOT}/{device}/{leaf}")
}

/// Whether a name can stand as one level of a topic.
#[must_use]
pub fn is_topic_level(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '+', '#', '\0'])
}

/// What follows the device's own part of a topic, or `None` when the topic is not its own.
#[must_use]
pub fn own_leaf<'t>(device: &str, topic: &'t str) -> Option<&'t str> {
    topic
        .strip_prefix(ROOT)?
        .strip_prefix('/')?
        .strip_prefix(device)?
        .strip_prefix('/')
}

/// Whether a device may subscribe to a filter: anything below its own part.
#[must_use]
pub fn may_subscribe(device: &str, filter: &str) -> bool {
    is_topic_level(device) && own_leaf(device, filter).is_some()
}

/// Whether a device may use a client id: its name, its name with a suffix after `/`, or one
/// that the gateway made up (32 hex digits) for a session that is not kept. Otherwise a device
/// could take over another's session and what waits in it.
#[must_use]
pub fn may_use_client_id(device: &str, client_id: &str, clean: bool) -> bool {
    let made_up = client_id.len() == 32 && client_id.bytes().all(|b| b.is_ascii_hexdigit());
    client_id.split('/').next() == Some(device) || (clean && made_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_reaches_its_own_part_only() {
        assert!(may_subscribe("door-1", "gatebook/v1/door-1/committed"));
        assert!(may_subscribe("door-1", "gatebook/v1/door-1/#"));
        for other in [
            "#",
            "gatebook/v1/+/committed",
            "gatebook/v1/door-10/#",
            "gatebook/v1/door-1",
            "$SYS/#",
        ] {
            assert!(!may_subscribe("door-1", other), "{other}");
        }
        assert_eq!(
            own_leaf("door-1", "gatebook/v1/door-1/observation"),
            Some(OBSERVATION)
        );
        assert_eq!(own_leaf("door-1", "gatebook/v1/door-2/observation"), None);
    }

    #[test]
    fn a_device_cannot_take_anothers_session() {
        assert!(may_use_client_id("door-1", "door-1", false));
        assert!(may_use_client_id("door-1", "door-1/a", false));
        assert!(!may_use_client_id("door-1", "door-2", true));
        assert!(!may_use_client_id("door-1", "door-10", true));
        let made_up = "0123456789abcdef0123456789abcdef";
        assert!(may_use_client_id("door-1", made_up, true));
        assert!(!may_use_client_id("door-1", made_up, false));
    }
}
