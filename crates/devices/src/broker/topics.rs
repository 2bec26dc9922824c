//! Which topics are whose at the broker.

use crate::classic::message::{
    CAMERA_ACK, CAMERA_METADATA, CAMERA_TRIGGER, COURT_ACCESS, NEW_ENTRY,
};
use crate::house::Directory;
use crate::native::topics::{OBSERVATION, is_topic_level, topic};
use model::{Gate, TopicPrefix};

/// What boards of a classic gate publish.
const OF_A_GATE: [&str; 5] = [
    NEW_ENTRY,
    COURT_ACCESS,
    CAMERA_METADATA,
    CAMERA_TRIGGER,
    CAMERA_ACK,
];

/// The topics of the site at its broker.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    /// What stands before the topics of native devices; none: nothing.
    prefix: Option<TopicPrefix>,
}

/// Whose a topic is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Owner<'t, 'd> {
    /// The native device of that name, if there is one.
    Native(&'t str),
    /// A board of that gate, by the topic that it uses.
    Classic(&'d Gate, &'static str),
}

impl Topics {
    /// Topics with those of native devices under a prefix.
    #[must_use]
    pub fn new(prefix: Option<TopicPrefix>) -> Self {
        Self { prefix }
    }

    /// A topic of a native device.
    #[must_use]
    pub fn native(&self, device: &str, leaf: &str) -> String {
        let own = topic(device, leaf);
        match &self.prefix {
            Some(prefix) => prefix.topic(&own),
            None => own,
        }
    }

    /// What has to be subscribed to, as the site is now.
    pub(super) fn filters(&self, directory: &Directory) -> Vec<String> {
        let gates = directory.gates.iter();
        let prefixes = gates.filter_map(|gate| gate.topic_prefix.as_ref());
        let classic = prefixes.flat_map(|prefix| OF_A_GATE.map(|topic| prefix.topic(topic)));
        std::iter::once(self.native("+", OBSERVATION))
            .chain(classic)
            .collect()
    }

    /// Whose a topic is; `None`: nobody's.
    pub(super) fn owner<'t, 'd>(
        &self,
        directory: &'d Directory,
        topic: &'t str,
    ) -> Option<Owner<'t, 'd>> {
        self.native_name(topic)
            .map(Owner::Native)
            .or_else(|| classic(directory, topic))
    }

    fn native_name<'t>(&self, topic: &'t str) -> Option<&'t str> {
        let filter = self.native("+", OBSERVATION);
        let (before, after) = filter.split_once('+')?;
        let name = topic.strip_prefix(before)?.strip_suffix(after)?;
        is_topic_level(name).then_some(name)
    }
}

fn classic<'d>(directory: &'d Directory, topic: &str) -> Option<Owner<'static, 'd>> {
    directory.gates.iter().find_map(|gate| {
        let prefix = gate.topic_prefix.as_ref()?.as_str();
        let under = topic.strip_prefix(prefix)?.strip_prefix('/')?;
        let known = OF_A_GATE.into_iter().find(|known| *known == under)?;
        Some(Owner::Classic(gate, known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccessPointId, DeviceId, GateId};
    use proptest::prelude::*;

    fn gate(name: &str, prefix: &str) -> Gate {
        Gate {
            id: GateId(Default::default()),
            name: name.into(),
            controller_address: None,
            camera_address: None,
            topic_prefix: TopicPrefix::new(prefix),
            controller: DeviceId(Default::default()),
            camera: DeviceId(Default::default()),
            entry: AccessPointId(Default::default()),
            exit: AccessPointId(Default::default()),
        }
    }

    fn directory() -> Directory {
        let gates = vec![gate("short", "gates"), gate("long", "gates/esp32")];
        Directory::new(gates, vec![], "UTC").unwrap()
    }

    #[test]
    fn a_gate_whose_prefix_begins_like_anothers_keeps_its_own_messages() {
        let directory = directory();
        let owner = |topic: &str| match Topics::default().owner(&directory, topic) {
            Some(Owner::Classic(gate, topic)) => format!("{} {topic}", gate.name),
            other => format!("{other:?}"),
        };
        assert_eq!(owner("gates/esp32/new_entry"), "short esp32/new_entry");
        assert_eq!(owner("gates/esp32/esp32/new_entry"), "long esp32/new_entry");
        assert_eq!(owner("gates/north/esp32/new_entry"), "None");
        assert_eq!(owner("esp32/new_entry"), "None");
    }

    #[test]
    fn a_native_device_is_named_by_one_level_below_the_sites_prefix() {
        let topics = Topics::new(TopicPrefix::new("site/a/"));
        let directory = directory();
        let topic = "site/a/gatebook/v1/door-1/observation";
        assert_eq!(topics.native("door-1", OBSERVATION), topic);
        let owner = topics.owner(&directory, topic);
        assert_eq!(owner, Some(Owner::Native("door-1")));
        for nobodys in [
            "gatebook/v1/door-1/observation",
            "site/a/gatebook/v1/door/1/observation",
            "site/a/gatebook/v1/door-1/status",
            "site/a/gatebook/v1//observation",
        ] {
            assert_eq!(topics.owner(&directory, nobodys), None, "{nobodys}");
        }
    }

    proptest! {
        #[test]
        fn each_filter_but_the_devices_own_is_the_topic_of_one_gate(
            prefixes in proptest::collection::btree_set("[a-c]{1,2}(/[a-c]{1,2}){0,2}", 1..6)
        ) {
            let gates = prefixes.iter().map(|prefix| gate(prefix, prefix)).collect();
            let directory = Directory::new(gates, vec![], "UTC").unwrap();
            let topics = Topics::default();
            for filter in topics.filters(&directory).iter().skip(1) {
                let Some(Owner::Classic(gate, under)) = topics.owner(&directory, filter) else {
                    return Err(TestCaseError::fail("nobody's"));
                };
                prop_assert_eq!(filter, &format!("{}/{under}", gate.name));
            }
        }
    }
}
