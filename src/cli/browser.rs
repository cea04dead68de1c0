//! Opens a URL in the browser of the user. The list of processes, which other users see, has only the path of a file that
//! leads to the URL.

use rollcall::config::cache_folder;
use std::fs::{DirBuilder, OpenOptions, read_dir, remove_file};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use uuid::Uuid;

/// The program that opens a file in the browser of the user.
#[cfg(target_os = "macos")]
const BROWSER: &str = "open";
#[cfg(not(target_os = "macos"))]
const BROWSER: &str = "xdg-open";

/// Opens a URL in the browser. Returns `false` on a machine without one. The next call removes the file.
pub fn open_url(url: &str) -> bool {
    let Some(folder) = folder() else { return false };
    remove_files(&folder);
    let is_opened = write_page(&folder, url).is_ok_and(|page| {
        let mut command = Command::new(BROWSER);
        command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if !is_opened {
        remove_files(&folder);
    }
    is_opened
}

/// The folder of the files. It is below the home folder, where no other user can plant files.
fn folder() -> Option<PathBuf> {
    Some(cache_folder()?.join("rollcall").join("open"))
}

/// Removes the files of earlier calls.
fn remove_files(folder: &Path) {
    for entry in read_dir(folder).into_iter().flatten().flatten() {
        // A file that stays has a link that works once, for 10 minutes.
        let _removed = remove_file(entry.path());
    }
}

/// Writes a page that leads to the URL. Only the user can read it.
fn write_page(folder: &Path, url: &str) -> io::Result<PathBuf> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let path = folder.join(format!("{}.html", Uuid::new_v4().simple()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?.write_all(page(url).as_bytes())?;
    Ok(path)
}

fn page(url: &str) -> String {
    let url = url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Rollcall</title>\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n\
         <p><a href=\"{url}\">Sign in</a></p>\n"
    )
}
