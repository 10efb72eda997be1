//! The built pages: from a folder if one is configured, else from inside the program.

use crate::headers::Keep;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// What `vite build` made, when it ran before this program was built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Built;

/// The page of everyone but the sitter.
const PAGE: &str = "index.html";
/// The sitter's own small page.
const SITTER: &str = "sitter.html";

/// The first word of every page address (web/src/app/paths.ts). An unknown one is not found.
const PAGES: [&str; 19] = [
    "",
    "sign-in",
    "link",
    "ack",
    "oncall",
    "second-contact",
    "account",
    "book",
    "prepare",
    "room",
    "console",
    "board",
    "clinic",
    "aftercare",
    "morning",
    "journal",
    "prescriber",
    "mailbox",
    "trail",
];

/// Where the pages come from.
#[derive(Debug, Clone)]
pub struct Pages {
    folder: Option<PathBuf>,
}

/// One file, and how it is answered.
struct Found {
    name: String,
    bytes: Cow<'static, [u8]>,
    status: StatusCode,
}

impl Pages {
    /// From `folder`, or from inside the program.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Answers `GET path`. `None` when no page was ever built.
    pub fn answer(&self, path: &str, known_tag: Option<&str>) -> Option<HttpResponse> {
        let found = self.find(path)?;
        let tag = format!("\"{}\"", chassis::crypto::sha256_hex(&found.bytes));
        let keep = if found.name.starts_with("assets/") { Keep::Forever } else { Keep::Ask };
        let mut answer = HttpResponse::build(found.status);
        answer.insert_header((CACHE_CONTROL, keep.as_str())).insert_header((ETAG, tag.clone()));
        if found.status == StatusCode::OK && known_tag == Some(tag.as_str()) {
            return Some(answer.status(StatusCode::NOT_MODIFIED).finish());
        }
        answer.insert_header((CONTENT_TYPE, kind_of(&found.name)));
        Some(answer.body(found.bytes.into_owned()))
    }

    fn find(&self, path: &str) -> Option<Found> {
        let name = path.trim_start_matches('/');
        if is_plain(name)
            && let Some(bytes) = self.file(name)
        {
            return Some(Found { name: name.into(), bytes, status: StatusCode::OK });
        }
        let first = name.split('/').next().unwrap_or_default();
        let (page, status) = if name == "s" {
            (SITTER, StatusCode::OK)
        } else if PAGES.contains(&first) {
            (PAGE, StatusCode::OK)
        } else {
            // The page itself says that there is nothing here, in words.
            (PAGE, StatusCode::NOT_FOUND)
        };
        Some(Found { name: page.into(), bytes: self.file(page)?, status })
    }

    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match &self.folder {
            Some(folder) => std::fs::read(folder.join(name)).ok().map(Cow::Owned),
            None => Built::get(name).map(|file| file.data),
        }
    }
}

/// A name that stays inside the folder: plain parts only, no dot files.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.split('/').any(|part| part.starts_with('.'))
        && !name.contains(['\\', '\0', '%'])
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn kind_of(name: &str) -> String {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    if kind.type_() == mime_guess::mime::TEXT { format!("{kind}; charset=utf-8") } else { kind.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> (tempfile::TempDir, Pages) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for name in [PAGE, SITTER, "sw.js", "assets/main-abc.js"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        std::fs::write(folder.path().join(".secret"), "no").unwrap();
        let pages = Pages::new(Some(folder.path().into()));
        (folder, pages)
    }

    fn seen(pages: &Pages, path: &str) -> (u16, String, String) {
        let found = pages.find(path).unwrap();
        let answer = pages.answer(path, None).unwrap();
        let keep = answer.headers().get("cache-control").unwrap().to_str().unwrap().to_owned();
        (found.status.as_u16(), found.name, keep)
    }

    #[test]
    fn known_addresses_open_the_page_and_the_sitters_is_its_own() {
        let (_folder, pages) = built();
        for path in ["/", "/sign-in", "/console/01a2", "/prepare/01a2", "/mailbox"] {
            assert_eq!(seen(&pages, path), (200, PAGE.into(), "no-cache".into()), "{path}");
        }
        assert_eq!(seen(&pages, "/s").1, SITTER);
        assert_eq!(seen(&pages, "/nowhere").0, 404);
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_the_worker_is_not() {
        let (_folder, pages) = built();
        assert_eq!(seen(&pages, "/assets/main-abc.js").2, Keep::Forever.as_str());
        assert_eq!(seen(&pages, "/sw.js").2, Keep::Ask.as_str());
    }

    #[test]
    fn nothing_outside_the_folder_is_found() {
        let (_folder, pages) = built();
        for path in
            ["/../etc/passwd", "/assets/../../x", "/.secret", "/%2e%2e/x", "//etc/passwd", "/assets/.."]
        {
            assert_eq!(seen(&pages, path).1, PAGE, "{path}");
            assert_eq!(seen(&pages, path).0, 404, "{path}");
        }
    }

    #[test]
    fn a_page_the_browser_has_is_not_sent_again() {
        let (_folder, pages) = built();
        let tag =
            pages.answer("/", None).unwrap().headers().get("etag").unwrap().to_str().unwrap().to_owned();
        assert_eq!(pages.answer("/", Some(&tag)).unwrap().status(), 304);
    }
}
