//! Calls to hosts that a tenant's administrator names, and sealed secrets.
//!
//! [`Client`] sends every call to such a host: webhooks, Slack, Teams and issuers. It calls only a [`Target`], a URL
//! that passed the rules of an [`AddressPolicy`]. The client checks the addresses of the host again at each connection.
//! [`Sealer`] encrypts the secrets of a tenant before they are stored. [`SigningKey`] signs the requests to a webhook.
//!
//! The module knows no tenant, no store and no rule of the product.

mod address;
mod resolver;
mod url;
mod exchange;
mod failure;
mod client;
mod sdk;
mod seal;
mod signature;

pub use address::{AddressPolicy, PrivateHostProblem, parse_private_hosts};
pub use client::Client;
pub use exchange::{Limits, Request, Response, WhenLonger};
pub use failure::{AddressProblem, Failure};
pub use sdk::sdk_client;
pub use seal::{Binding, Opened, SealError, Sealed, Sealer};
pub use signature::{RANDOM_BYTES, SecretProblem, SignedMessage, SigningKey, signature_header};
pub use url::{MAX_URL_BYTES, Target, UrlProblem};
