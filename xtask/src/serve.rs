//! Serving the built page on this machine with the headers it will have when hosted: both come
//! from `netlify.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

use crate::process::root;

/// The port `cargo xtask serve` tries first.
pub(crate) const DEFAULT_PORT: u16 = 8322;

/// How many ports are tried after one that is taken.
const PORT_ATTEMPTS: u16 = 50;

/// A browser opens connections before it knows what to ask; they are not waited for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes that the head of a request may have.
const HEAD_BYTES: usize = 64 << 10;

/// The kinds of file a page has, by the ending of the name.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("db", "application/vnd.sqlite3"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("png", "image/png"),
    ("sql", "text/plain; charset=utf-8"),
    ("sqlite", "application/vnd.sqlite3"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
];

/// The built page and the headers of its answers.
pub(crate) struct Site {
    folder: PathBuf,
    rules: Vec<HeaderRule>,
}

/// The part of `netlify.toml` that matters here.
#[derive(Deserialize)]
struct Hosting {
    build: HostingBuild,
    #[serde(default)]
    headers: Vec<HeaderRule>,
}

#[derive(Deserialize)]
struct HostingBuild {
    publish: PathBuf,
}

/// Headers for the paths that match `for`: a path, or a beginning followed by `*`.
#[derive(Deserialize)]
struct HeaderRule {
    #[serde(rename = "for")]
    pattern: String,
    values: BTreeMap<String, String>,
}

/// An answer before it is put on the wire.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Serves the page until the program is stopped. The next free port is taken when `port` is not
/// free.
///
/// # Errors
/// When the page was not built or no port is free.
pub(crate) fn run(port: u16) -> Result<()> {
    let (address, thread) = start(Site::load()?, port)?;
    if address.port() != port {
        println!("Port {port} is taken.");
    }
    println!("ScanSeek is at http://{address}/ (stop it with Ctrl-C)");
    thread.join().map_err(|_| anyhow!("the server stopped unexpectedly"))
}

/// Starts serving in threads of this program and says where. Each connection has a thread of its own
/// and brings one answer, so that none ever waits for another.
///
/// # Errors
/// When no port is free.
pub(crate) fn start(site: Site, port: u16) -> Result<(SocketAddr, JoinHandle<()>)> {
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    let site = Arc::new(site);
    let thread = std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let site = Arc::clone(&site);
            // A browser that went away before its answer is not our failure.
            std::thread::spawn(move || drop(respond(&site, stream)));
        }
    });
    Ok((address, thread))
}

impl Site {
    /// Reads `netlify.toml`.
    ///
    /// # Errors
    /// When it is missing or not of the expected shape.
    pub(crate) fn load() -> Result<Site> {
        let text = fs::read_to_string(root().join("netlify.toml")).context("netlify.toml")?;
        let hosting: Hosting = toml::from_str(&text).context("netlify.toml")?;
        Ok(Site { folder: root().join(hosting.build.publish), rules: hosting.headers })
    }

    /// The folder of the built page.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The answer to GET for the target of a request, such as `/assets/a.js?v=1`.
    fn answer(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if let Some(folder) = self.unfinished(path) {
            let headers = vec![("Location".to_owned(), folder)];
            return Answer { status: 301, headers, body: Vec::new() };
        }
        let found = file_for(&self.folder, path).and_then(|file| {
            let body = fs::read(&file).ok()?;
            Some((media_type(&file).to_owned(), body))
        });
        let (status, kind, body) = match found {
            Some((kind, body)) => (200, kind, body),
            None => (404, "text/plain; charset=utf-8".to_owned(), b"Not found\n".to_vec()),
        };
        // A later rule for the same header counts; the host joins them instead, so netlify.toml
        // has none.
        let mut headers = BTreeMap::from([("Cache-Control".to_owned(), "no-cache".to_owned())]);
        for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, path)) {
            headers.extend(rule.values.clone());
        }
        headers.insert("Content-Type".to_owned(), kind);
        Answer { status, headers: headers.into_iter().collect(), body }
    }

    /// The path of a page's folder, if only its slash is missing: what lies beside the page would be
    /// looked for elsewhere.
    fn unfinished(&self, path: &str) -> Option<String> {
        let file = file_for(&self.folder, path)?;
        let is_folder =
            file.ends_with("index.html") && !path.ends_with("index.html") && !path.ends_with('/');
        is_folder.then(|| format!("{path}/"))
    }
}

fn listen(port: u16) -> Result<TcpListener> {
    for attempt in 0..=PORT_ATTEMPTS {
        let Some(port) = port.checked_add(attempt) else { break };
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener);
        }
    }
    bail!("no port from {port} on is free")
}

fn respond(site: &Site, mut stream: TcpStream) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = read_head(&mut stream)?;
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let answer = match method {
        "GET" | "HEAD" => site.answer(target),
        _ => Answer { status: 405, headers: Vec::new(), body: Vec::new() },
    };
    // The page shows how much of the module has come, so it needs the length.
    let length = answer.body.len();
    let mut text =
        format!("HTTP/1.1 {} \r\nContent-Length: {length}\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&answer.body)?;
    }
    Ok(stream.shutdown(std::net::Shutdown::Write)?)
}

/// The head of a request, up to its empty line.
fn read_head(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(&mut buffer)?;
        if read == 0 || head.len() > HEAD_BYTES {
            bail!("no request came");
        }
        head.extend_from_slice(&buffer[..read]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => pattern == path,
    }
}

/// The file a path names; None for what is not a plain path below the folder.
fn file_for(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = decode(path.strip_prefix('/')?)?;
    let mut file = folder.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part.starts_with('.') || part.contains(['\\', '\0', ':']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn media_type(file: &Path) -> &'static str {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    MEDIA_TYPES
        .iter()
        .find(|(known, _)| *known == ending)
        .map_or("application/octet-stream", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("scanseek-serve-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("assets")).unwrap();
        fs::write(folder.join("index.html"), "<p>page").unwrap();
        fs::create_dir_all(folder.join("remote")).unwrap();
        fs::write(folder.join("remote/index.html"), "<p>remote").unwrap();
        fs::write(folder.join("assets/a b.wasm"), "module").unwrap();
        fs::write(folder.join("big.js"), vec![b' '; 100_000]).unwrap();
        fs::write(folder.join(".hidden"), "secret").unwrap();
        Site { folder, rules: Site::load().unwrap().rules }
    }

    #[test]
    fn a_path_gets_its_file_and_nothing_outside() {
        let site = site();
        let check = |target: &str| {
            let answer = site.answer(target);
            (answer.status, String::from_utf8(answer.body).unwrap())
        };
        assert_eq!(check("/"), (200, "<p>page".to_owned()));
        assert_eq!(check("/?embed=1"), (200, "<p>page".to_owned()));
        assert_eq!(check("/remote/"), (200, "<p>remote".to_owned()));
        assert_eq!(check("/index.html"), (200, "<p>page".to_owned()));
        assert_eq!(check("/assets/a%20b.wasm"), (200, "module".to_owned()));
        let answer = site.answer("/remote");
        assert_eq!(
            (answer.status, answer.headers),
            (301, vec![("Location".into(), "/remote/".into())])
        );
        for outside in ["/none", "/assets/", "/../Cargo.toml", "/%2e%2e/x", "/.hidden", "/%zz", ""]
        {
            assert_eq!(check(outside).0, 404, "{outside}");
        }
        fs::remove_dir_all(&site.folder).unwrap();
    }

    #[test]
    fn headers_isolate_the_page_and_keep_hashed_files() {
        let site = site();
        let check = |target: &str, name: &str| {
            let headers = site.answer(target).headers;
            headers.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
        };
        for target in ["/", "/assets/a%20b.wasm", "/none"] {
            let isolation = check(target, "Cross-Origin-Opener-Policy");
            assert_eq!(isolation.as_deref(), Some("same-origin"));
            let embedding = check(target, "Cross-Origin-Embedder-Policy");
            assert_eq!(embedding.as_deref(), Some("require-corp"));
        }
        for target in ["/", "/index.html", "/assets/a%20b.wasm"] {
            let policy = check(target, "Content-Security-Policy").unwrap();
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(policy.contains("connect-src 'self';"), "{policy}");
        }
        let policy = check("/remote/", "Content-Security-Policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("connect-src 'self' https: http://localhost:*"), "{policy}");
        assert_eq!(check("/", "Cache-Control").as_deref(), Some("no-cache"));
        assert!(check("/assets/a%20b.wasm", "Cache-Control").unwrap().contains("immutable"));
        let kind = check("/assets/a%20b.wasm", "Content-Type");
        assert_eq!(kind.as_deref(), Some("application/wasm"));
        fs::remove_dir_all(&site.folder).unwrap();
    }

    /// The host would join both values, and a joined content policy allows less than either.
    #[test]
    fn no_header_is_given_twice() {
        let site = site();
        for path in ["/", "/index.html", "/remote/", "/remote/reader.js", "/assets/a.js", "/none"] {
            let rules = site.rules.iter().filter(|rule| matches(&rule.pattern, path));
            let mut names: Vec<_> = rules.flat_map(|rule| rule.values.keys()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{path}");
        }
        fs::remove_dir_all(&site.folder).unwrap();
    }

    #[test]
    fn a_taken_port_leads_to_the_next_and_answers_come_over_the_wire() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let (address, _thread) = start(site(), port).unwrap();
        assert_ne!(address.port(), port);
        let check = |request: &str| {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            let text = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            stream.write_all(text.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let answer = check("GET /");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("Cross-Origin-Embedder-Policy: require-corp"), "{answer}");
        assert!(answer.ends_with("<p>page"), "{answer}");
        let answer = check("GET /big.js");
        assert!(answer.contains("Content-Length: 100000"), "{}", &answer[..400]);
        assert!(check("POST /").starts_with("HTTP/1.1 405"));
        assert!(check("HEAD /").ends_with("\r\n\r\n"));
    }

    #[test]
    fn connections_that_say_nothing_keep_nobody_waiting() {
        let (address, _thread) = start(site(), 0).unwrap();
        let connect = || std::net::TcpStream::connect(address).unwrap();
        let silent: Vec<_> = (0..20).map(|_| connect()).collect();
        let mut stream = connect();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("<p>page"), "{answer}");
        drop(silent);
    }

    #[test]
    fn a_star_matches_any_rest() {
        assert!(matches("/*", "/"));
        assert!(matches("/assets/*", "/assets/a.js"));
        assert!(!matches("/assets/*", "/other.js"));
        assert!(matches("/sw.js", "/sw.js"));
        assert!(!matches("/sw.js", "/sw.json"));
    }
}
