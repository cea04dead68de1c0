//! HTTP in, HTTP out: routes, credentials, bodies, headers and status codes. No rules of the directory, no DynamoDB.

pub mod router;
pub mod context;
mod path;
pub mod observe;
mod auth;
mod params;
mod body;
mod users;
mod discovery;
mod admin;
mod response;
mod error;
