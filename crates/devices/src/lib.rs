//! Room `devices`; see ARCHITECTURE.md.
