//! Reads a file, or standard input.

use super::exit::Refused;
use anyhow::Context;
use std::io::Read;
use std::path::Path;

/// The bytes of a file or of standard input, and their place in words.
pub struct Input {
    /// The name of the file, or `standard input`.
    pub place: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Reads a file; standard input for `-`. Input of more than `most` bytes is refused.
pub fn read(file: &Path, most: u64) -> anyhow::Result<Input> {
    let is_input = file.as_os_str() == "-";
    let place = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let context = || format!("cannot read {place}");
    let source: Box<dyn Read> = match is_input {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(file).with_context(context)?),
    };
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes).with_context(context)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(Refused(format!("{place} has more than {most} bytes")).into());
    }
    Ok(Input { place, bytes })
}
