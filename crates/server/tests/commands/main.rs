//! The built binary as an operator meets it: real processes, real files, real ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod backups;
mod broker;
mod cards;
mod configuration;
mod damage;
mod device_http;
mod edge;
mod engine;
mod faces;
mod finger_files;
mod fingers;
mod full_disk;
mod health;
mod hosts;
mod https;
mod models;
mod mqtt_tls;
mod pictures;
mod postgres;
mod pressing;
mod prints;
mod process;
mod reenrolment;
mod restart;
mod retries;
mod rollback;
mod running;
mod sensors;
mod station;
mod stolen_edge;
mod systemd;
mod users;
mod verifying;
