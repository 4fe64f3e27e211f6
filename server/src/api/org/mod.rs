//! Settings of an organization.

pub mod sms_settings;
