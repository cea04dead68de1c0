//! The folder of the demo's data. A temporary folder goes at the end.

use crate::cli::data_folder::{make_folder, unusable};
use crate::cli::exit::Refused;
use anyhow::Context;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The folder of a demo.
#[derive(Debug)]
pub struct DemoFolder {
    path: PathBuf,
    is_kept: bool,
}

impl DemoFolder {
    /// Makes the folder. Without a path to keep, it is a new folder among the temporary files.
    pub fn make(keep: Option<&Path>) -> anyhow::Result<Self> {
        let path = match keep {
            Some(path) => path.to_owned(),
            None => std::env::temp_dir().join(format!("rollcall-demo-{}", Uuid::new_v4())),
        };
        make_folder(&path).with_context(|| unusable(&path))?;
        let is_empty = std::fs::read_dir(&path).with_context(|| unusable(&path))?.next().is_none();
        if !is_empty {
            let text = format!(
                "{} is not empty. Give --keep a new folder, or start the data there with rollcall serve --data",
                path.display()
            );
            return Err(Refused(text).into());
        }
        Ok(Self { path, is_kept: keep.is_some() })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder stays at the end.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        if !self.is_kept {
            // A failure leaves the folder among the temporary files, which the system removes.
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_goes_and_a_kept_folder_stays() {
        let folder = DemoFolder::make(None).unwrap();
        let path = folder.path().to_owned();
        std::fs::write(path.join("file"), "data").unwrap();
        drop(folder);
        assert!(!path.exists());

        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("kept");
        let folder = DemoFolder::make(Some(&path)).unwrap();
        std::fs::write(path.join("file"), "data").unwrap();
        drop(folder);
        assert!(path.join("file").exists());
        assert!(DemoFolder::make(Some(&path)).is_err(), "it has data");
        assert!(path.join("file").exists());
    }
}
