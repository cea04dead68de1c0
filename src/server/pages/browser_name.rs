//! Describes a browser for people, by a closed list of words. The rest of a User-Agent is never stored.

use crate::directory::BrowserFamily;
use http::HeaderMap;
use http::header::USER_AGENT;

/// Describes the browser of a request, such as `Firefox on Windows`.
pub(super) fn browser_name(headers: &HeaderMap) -> String {
    let family = browser_family(headers);
    match system(user_agent(headers)) {
        Some(system) => format!("{family} on {system}"),
        None => family.to_string(),
    }
}

/// Returns the family of the browser of a request.
pub(super) fn browser_family(headers: &HeaderMap) -> BrowserFamily {
    BrowserFamily::of_user_agent(user_agent(headers))
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

fn system(agent: &str) -> Option<&'static str> {
    let systems = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    systems.into_iter().find(|(name, _)| agent.contains(name)).map(|found| found.1)
}

#[cfg(test)]
mod tests {
    use super::browser_name;
    use http::HeaderMap;
    use http::header::USER_AGENT;

    #[test]
    fn a_browser_has_words_of_a_closed_list() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
                "Firefox on Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15) {webkit} Version/19 Safari/605"
                ),
                "Safari on macOS",
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} Chrome/140 Safari/537.36"),
                "Chrome on Linux",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 16) {webkit} Chrome/140 Safari/537.36 EdgA/140"
                ),
                "Edge on Android",
            ),
            ("<script>".to_owned(), "Another browser"),
            (String::new(), "Another browser"),
        ] {
            let headers = HeaderMap::from_iter([(USER_AGENT, agent.parse().unwrap())]);
            assert_eq!(browser_name(&headers), name, "{agent}");
        }
        assert_eq!(browser_name(&HeaderMap::new()), "Another browser");
    }
}
