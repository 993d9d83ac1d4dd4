//! A sparse database that is whole: pages of the free list have no content, so most of the file can
//! be a hole. SQLite takes new pages from the head of that list, and here the last pages of the file
//! stand first: what is inserted then lies at the end of the file.
//! Source: <https://sqlite.org/fileformat2.html#the_freelist>.

use std::fs::File;
use std::io::{Error, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::Connection;

const PAGE: u64 = 4096;
/// Pages that one page of the list names; SQLite leaves the last six places unused.
const NAMED: usize = PAGE as usize / 4 - 8;
/// The page at the first byte of the second gigabyte is for locks and never used.
const LOCK_PAGE: u32 = ((1u64 << 30) / PAGE) as u32 + 1;

/// Writes a database of `size_bytes` with `rows` rows in `events`, so many of them at the beginning of
/// the file and the others at its end, and one in `places` for each of a thousand places.
pub(crate) fn write(path: &Path, size_bytes: u64, rows: u64, at_beginning: u64) -> Result<()> {
    let _ = std::fs::remove_file(path);
    fill(path, &format!(
        "CREATE TABLE places(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO places SELECT i, 'place ' || i FROM n;
         CREATE TABLE events(id INTEGER PRIMARY KEY, place_id INT, day TEXT, amount REAL, note TEXT);
         {}",
        events(1, at_beginning)
    ))?;
    make_room(path, size_bytes / PAGE)?;
    if at_beginning < rows { fill(path, &events(at_beginning + 1, rows)) } else { Ok(()) }
}

fn events(from: u64, to: u64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})
         INSERT INTO events SELECT i, i * 7919 % 1000 + 1, date('2020-01-01', '+' || (i % 1500) || ' days'),
             i * 31 % 100000 / 100.0, 'event ' || i || ' of a long history' FROM n;"
    )
}

fn fill(path: &Path, script: &str) -> Result<()> {
    let script = format!(
        "PRAGMA page_size={PAGE}; PRAGMA cache_size=2000; PRAGMA synchronous=OFF;
         BEGIN; {script} COMMIT;"
    );
    Connection::open(path).and_then(|conn| conn.execute_batch(&script)).map_err(Error::other)
}

/// Makes the file as long as `pages` pages; the new ones are free, the last of them first in the list.
fn make_room(path: &Path, pages: u64) -> Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let used = file.metadata()?.len() / PAGE;
    let (Ok(pages), Ok(used)) = (u32::try_from(pages), u32::try_from(used)) else {
        return Err(Error::other("too many pages"));
    };
    if pages <= used {
        return Err(Error::other("the rows alone are larger than that"));
    }
    file.set_len(u64::from(pages) * PAGE)?;
    let free: Vec<u32> = (used + 1..=pages).rev().filter(|page| *page != LOCK_PAGE).collect();
    let lists: Vec<&[u32]> = free.chunks(NAMED + 1).collect();
    for (i, list) in lists.iter().enumerate() {
        let [trunk, named @ ..] = list else { continue };
        let next = lists.get(i + 1).map_or(0, |next| next[0]);
        let words = [next, named.len() as u32].into_iter().chain(named.iter().copied());
        let bytes: Vec<u8> = words.flat_map(u32::to_be_bytes).collect();
        file.seek(SeekFrom::Start(u64::from(trunk - 1) * PAGE))?;
        file.write_all(&bytes)?;
    }
    let mut header = [0; 100];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    header[28..32].copy_from_slice(&pages.to_be_bytes());
    header[32..36].copy_from_slice(&free[0].to_be_bytes());
    header[36..40].copy_from_slice(&(free.len() as u32).to_be_bytes());
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header)
}
