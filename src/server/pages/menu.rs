//! The list of all sections, for small screens.

use super::frame::{Frame, show};
use super::guard::Visitor;
use super::navigation::Section;
use crate::server::error::Answer;
use askama::Template;

#[derive(Template)]
#[template(path = "menu.html")]
struct MenuPage {
    frame: Frame,
}

/// Shows the sections that the bottom bar does not show.
pub(super) async fn show_menu(visitor: Visitor) -> Answer {
    show(&MenuPage { frame: Frame::of(&visitor, Section::Menu) })
}
