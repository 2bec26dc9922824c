//! Room `evidence`; see ARCHITECTURE.md.
