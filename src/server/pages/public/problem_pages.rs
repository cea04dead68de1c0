//! The pages about the causes of problems. The member `type` of a problem has the address of its page.

use crate::server::error::Answer;
use crate::server::error::fallback::no_such_path;
use crate::server::page_urls::Site;
use crate::server::pages::frame::{Frame, show as show_page};
use crate::server::problems::{ProblemText, find_text, list_texts};
use askama::Template;
use axum::Extension;
use axum::extract::Path;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    text: ProblemText,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    frame: Frame,
    texts: Vec<ProblemText>,
}

/// Shows a cause.
pub(super) async fn show(Extension(site): Extension<Site>, Path(cause): Path<String>) -> Answer {
    match find_text(&cause) {
        Some(text) => show_page(&ProblemPage { frame: Frame::signed_out(&site), text }),
        None => Err(no_such_path(Some(Extension(site))).await),
    }
}

/// Lists all causes.
pub(super) async fn list(Extension(site): Extension<Site>) -> Answer {
    let texts = list_texts().collect();
    show_page(&ProblemsPage { frame: Frame::signed_out(&site), texts })
}
