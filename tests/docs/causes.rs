//! The tables of causes in the guides.

use rollcall::model::cause::Cause;
use rollcall::model::provider::Provider;
use std::path::Path;
use strum::IntoEnumIterator;

const BEGIN: &str = "<!-- causes:begin -->\n";
const END: &str = "<!-- causes:end -->";

/// The table of the causes that are noted, in the words of an identity provider.
fn table(provider: Provider) -> String {
    let mut table = String::from("| cause | what to do |\n|---|---|\n");
    for cause in Cause::iter().filter(|cause| cause.is_noted(false)) {
        let (title, steps) = (cause.text().title, cause.what_to_do(None, provider));
        table += &format!("| {title} (`{}`) | {steps} |\n", cause.name());
    }
    table
}

#[test]
fn the_guides_have_the_causes_and_what_to_do() {
    for (name, provider) in [("docs/okta.md", Provider::Okta), ("docs/entra.md", Provider::Entra)] {
        let table = table(provider);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let document = std::fs::read_to_string(&path).expect("a guide");
        let (before, rest) = document.split_once(BEGIN).expect("the mark where the table begins");
        let (documented, after) = rest.split_once(END).expect("the mark where the table ends");
        if documented == table {
            continue;
        }
        if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
            std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}"))
                .expect("a new text");
            continue;
        }
        panic!(
            "the table in {name} is not the list of causes. If the new texts are meant, run\n\n    \
             ROLLCALL_UPDATE_FILES=1 cargo test --test rollcall the_guides_have_the_causes"
        );
    }
}
