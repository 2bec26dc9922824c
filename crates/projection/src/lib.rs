//! Room `projection`; see ARCHITECTURE.md.
