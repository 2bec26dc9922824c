//! Room `storage`; see ARCHITECTURE.md.
