//! Reads the peppers from a file beside the embedded engine, or from AWS Secrets Manager.
//!
//! The file has the shape of Secrets Manager: a secret string for each version stage. The string is JSON itself.

use crate::directory::access::pepper::{
    LoadError, PepperSource, Peppers, is_sample, read_secret_string,
};
use crate::store::dynamodb::client::{retries, timeouts};
use crate::store::dynamodb::error::is_denial;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The stage of the current version, in Secrets Manager and in the file.
const CURRENT: &str = "AWSCURRENT";
/// The stage of the previous version.
const PREVIOUS: &str = "AWSPREVIOUS";

/// Reads the peppers from AWS Secrets Manager, by an ARN or a name. The credentials and the region come from `shared`.
/// The sample pepper is refused.
pub fn from_secrets_manager(shared: &SdkConfig, secret_id: &str) -> PepperSource {
    let config = aws_sdk_secretsmanager::config::Builder::from(shared)
        .retry_config(retries())
        .timeout_config(timeouts())
        .build();
    let client = Client::from_conf(config);
    let secret_id = secret_id.to_owned();
    PepperSource::new(move || {
        let (client, secret_id) = (client.clone(), secret_id.clone());
        async move {
            let (current, previous) = tokio::try_join!(
                get_secret_string(&client, &secret_id, CURRENT),
                get_secret_string(&client, &secret_id, PREVIOUS),
            )?;
            let current = current.ok_or(LoadError::Shape)?;
            refuse_sample(Peppers { current, previous })
        }
    })
}

/// Reads the pepper of one version. Returns `None` if the secret has no previous version.
async fn get_secret_string(
    client: &Client,
    secret_id: &str,
    stage: &str,
) -> Result<Option<SecretString>, LoadError> {
    let answer = client.get_secret_value().secret_id(secret_id).version_stage(stage).send().await;
    match answer {
        Ok(answer) => {
            let text = answer.secret_string.ok_or(LoadError::Shape)?;
            read_secret_string(&text).map(Some)
        }
        Err(error) => match error.as_service_error() {
            // A secret that was never rotated has no previous version.
            Some(GetSecretValueError::ResourceNotFoundException(_)) if stage == PREVIOUS => {
                Ok(None)
            }
            Some(
                GetSecretValueError::ResourceNotFoundException(_)
                // Secrets Manager returns this error for a secret that is marked for deletion.
                | GetSecretValueError::InvalidRequestException(_),
            ) => Err(LoadError::Missing(Box::new(error))),
            Some(GetSecretValueError::DecryptionFailure(_)) => {
                Err(LoadError::Denied(Box::new(error)))
            }
            _ if error.code().is_some_and(is_denial) => Err(LoadError::Denied(Box::new(error))),
            _ => Err(LoadError::Read(Box::new(error))),
        },
    }
}

/// Reads the peppers from a file. The sample pepper is refused.
pub fn from_file(path: &Path) -> PepperSource {
    let path = path.to_owned();
    PepperSource::new(move || {
        let path = path.clone();
        async move { refuse_sample(read_file(&path)?) }
    })
}

/// Refuses the sample pepper, because it is public.
fn refuse_sample(peppers: Peppers) -> Result<Peppers, LoadError> {
    match std::iter::once(&peppers.current).chain(&peppers.previous).any(is_sample) {
        true => Err(LoadError::Sample),
        false => Ok(peppers),
    }
}

/// Reads the peppers from a document with the shape of the file, on a developer's machine. The sample pepper is
/// accepted.
pub fn from_document(document: SecretString) -> PepperSource {
    PepperSource::new(move || {
        let document = document.clone();
        async move { read_document(document.expose_secret()) }
    })
}

/// Returns the path of the file in a data folder.
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join("secret.json")
}

#[derive(Serialize, Deserialize)]
struct SecretFile {
    #[serde(rename = "AWSCURRENT")]
    current: String,
    #[serde(rename = "AWSPREVIOUS", default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

fn read_file(path: &Path) -> Result<Peppers, LoadError> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => LoadError::Missing(Box::new(error)),
        std::io::ErrorKind::PermissionDenied => LoadError::Denied(Box::new(error)),
        _ => LoadError::Read(Box::new(error)),
    })?;
    read_document(&text)
}

fn read_document(text: &str) -> Result<Peppers, LoadError> {
    let file: SecretFile = serde_json::from_str(text).map_err(|_| LoadError::Shape)?;
    Ok(Peppers {
        current: read_secret_string(&file.current)?,
        previous: file.previous.as_deref().map(read_secret_string).transpose()?,
    })
}

/// Creates the file with a random pepper, unless the file exists. Only the owner can read the file.
///
/// # Errors
/// The file cannot be written, or the operating system returns no random numbers.
#[cfg(feature = "local")]
pub fn create_file_unless_exists(path: &Path) -> std::io::Result<()> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use std::io::{ErrorKind, Write};

    if path.exists() {
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        return Ok(());
    }
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let pepper = URL_SAFE_NO_PAD.encode(random);
    let current = serde_json::json!({ "pepper": pepper }).to_string();
    let text = serde_json::to_string_pretty(&SecretFile { current, previous: None })?;
    // The file is written under another name and then linked into place. So two processes that start together agree on
    // one pepper, and a killed process leaves no partial file.
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = folder.join(format!(".secret-{}.json", uuid::Uuid::new_v4()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
