//! One action group per file, with its request and response types beside it.
//!
//! A handler asks for the role it needs before it reads anything of the request
//! (`caller: Operator` before `Path` and `Json`), and the first line of its documentation says
//! the same: `Role: operator.` (or `Role: none.`). The OpenAPI document takes its `security`
//! from that line, and a test walks all routes and holds the two together.

pub(crate) mod alerts;
pub(crate) mod attendance;
pub(crate) mod cards;
pub(crate) mod corrections;
pub(crate) mod devices;
pub(crate) mod faces;
pub(crate) mod finger_enrolments;
pub(crate) mod fingers;
pub(crate) mod fingers_csv;
pub(crate) mod gates;
pub(crate) mod incidents;
pub(crate) mod integrity;
pub(crate) mod invitations;
pub(crate) mod jobs;
pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod log_csv;
pub(crate) mod network_cameras;
pub(crate) mod parts;
pub(crate) mod people;
pub(crate) mod pictures;
pub(crate) mod places;
pub(crate) mod roll_calls;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod strangers;
pub(crate) mod tags;
pub(crate) mod tokens;
pub(crate) mod unresolved;
pub(crate) mod users;
pub(crate) mod visits;
