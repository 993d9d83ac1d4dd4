//! What lies beside a database: a write-ahead log or a rollback journal.
//! Source: <https://sqlite.org/fileformat2.html#the_rollback_journal> and the section on the log.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use scanseek_engine::{Database, NoControl};
use scanseek_workbench::{DatabaseFiles, RandomRead};

use crate::database::use_all;

const PAGE: usize = 512;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// What a journal's header takes: the sector size it names.
const SECTOR: usize = 512;

/// Bits of the first byte: the rest is a journal, and its checksums are to be made right first.
pub(crate) const JOURNAL: u8 = 1;
pub(crate) const MEND: u8 = 2;

/// The first byte says what the others are; they lie beside a database that fits them.
pub(crate) fn beside(bytes: &[u8]) {
    static BASES: OnceLock<[Arc<Vec<u8>>; 2]> = OnceLock::new();
    let [in_wal_mode, changed] = BASES.get_or_init(|| {
        let (in_wal_mode, changed) = bases();
        [Arc::new(in_wal_mode), Arc::new(changed)]
    });
    let Some((flags, file)) = bytes.split_first() else { return };
    let mut file = file.to_vec();
    let base = if flags & JOURNAL == 0 { in_wal_mode } else { changed };
    let before = base.to_vec();
    if flags & MEND != 0 {
        if flags & JOURNAL == 0 { mend_wal(&mut file) } else { mend_journal(&mut file) }
    }
    let file = Arc::new(file);
    let held = Some(Arc::clone(&file) as Arc<dyn RandomRead>);
    let mut files = DatabaseFiles::alone(Arc::clone(base) as _);
    if flags & JOURNAL == 0 {
        files.wal = held
    } else {
        files.journal = held
    }
    use_all(files);
    assert!(**base == before, "the base was written");
}

/// A database in WAL mode, and one in the middle of a change.
pub fn bases() -> (Vec<u8>, Vec<u8>) {
    let (before, after) = before_and_after();
    let mut in_wal_mode = before;
    in_wal_mode[18..20].fill(2);
    (in_wal_mode, after)
}

/// Inputs of this target: logs and journals that fit the bases, by name.
pub fn journals() -> Vec<(&'static str, Vec<u8>)> {
    let (mut before, mut after) = before_and_after();
    let journal = journal_back_to(&before, &after);
    before[18..20].fill(2);
    after[18..20].fill(2);
    let wal = wal_to(&before, &after);
    let torn = wal.len() - PAGE / 2;
    let with = |flags: u8, bytes: &[u8]| [&[flags], bytes].concat();
    vec![
        ("wal", with(0, &wal)),
        ("wal_torn", with(0, &wal[..torn])),
        ("wal_mended", with(MEND, &wal)),
        ("journal", with(JOURNAL, &journal)),
        ("journal_torn", with(JOURNAL, &journal[..journal.len() - PAGE / 2])),
        ("journal_mended", with(JOURNAL | MEND, &journal)),
    ]
}

fn before_and_after() -> (Vec<u8>, Vec<u8>) {
    let made = Database::create(Rc::new(NoControl)).and_then(|database| {
        database.execute_script(
            "PRAGMA page_size=512; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE INDEX t_a ON t(a);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
             INSERT INTO t SELECT i, i % 5, 'row ' || i FROM n;",
        )?;
        let before = database.to_bytes()?;
        database.execute_script("UPDATE t SET b = 'changed' WHERE a = 2; INSERT INTO t(b) VALUES (zeroblob(900))")?;
        Ok((before, database.to_bytes()?))
    });
    made.unwrap_or_else(|error| panic!("{error}"))
}

/// Pages of `to` that `from` has not, with their numbers.
fn changed_pages<'a>(from: &'a [u8], to: &'a [u8]) -> impl Iterator<Item = (u32, &'a [u8])> {
    let pages = to.chunks_exact(PAGE).enumerate();
    pages
        .filter(move |(i, page)| from.get(i * PAGE..(i + 1) * PAGE) != Some(page))
        .map(|(i, page)| (i as u32 + 1, page))
}

/// A log that makes `to` of `from`.
fn wal_to(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut wal = Vec::new();
    for word in [0x377f_0682, 3_007_000, PAGE as u32, 0, 7, 11, 0, 0] {
        wal.extend_from_slice(&u32::to_be_bytes(word));
    }
    let pages: Vec<_> = changed_pages(from, to).collect();
    for (i, (number, page)) in pages.iter().enumerate() {
        let committed = if i + 1 == pages.len() { (to.len() / PAGE) as u32 } else { 0 };
        for word in [*number, committed, 7, 11, 0, 0] {
            wal.extend_from_slice(&word.to_be_bytes());
        }
        wal.extend_from_slice(page);
    }
    mend_wal(&mut wal);
    wal
}

/// A journal that makes `to` of `from` again.
fn journal_back_to(to: &[u8], from: &[u8]) -> Vec<u8> {
    let pages: Vec<_> = changed_pages(from, to).collect();
    let mut journal = JOURNAL_MAGIC.to_vec();
    for word in [pages.len(), 99, to.len() / PAGE, SECTOR, PAGE] {
        journal.extend_from_slice(&(word as u32).to_be_bytes());
    }
    journal.resize(SECTOR, 0);
    for (number, page) in pages {
        journal.extend_from_slice(&number.to_be_bytes());
        journal.extend_from_slice(page);
        journal.extend_from_slice(&[0; 4]);
    }
    mend_journal(&mut journal);
    journal
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

/// Makes the checksums of a log right, so that what is wrong in it is read.
fn mend_wal(wal: &mut [u8]) {
    if wal.len() < WAL_HEADER {
        return;
    }
    let big_endian = wal[3] & 1 != 0;
    let sum = |start: (u32, u32), bytes: &[u8]| {
        bytes.chunks_exact(8).fold(start, |(one, two), pair| {
            let read = |at: usize| {
                let value = word(pair, at);
                if big_endian { value } else { value.swap_bytes() }
            };
            let one = one.wrapping_add(read(0)).wrapping_add(two);
            (one, two.wrapping_add(read(4)).wrapping_add(one))
        })
    };
    let put = |wal: &mut [u8], at: usize, (one, two): (u32, u32)| {
        wal[at..at + 4].copy_from_slice(&one.to_be_bytes());
        wal[at + 4..at + 8].copy_from_slice(&two.to_be_bytes());
    };
    let mut running = sum((0, 0), &wal[..24]);
    put(wal, 24, running);
    let salts = wal[16..24].to_vec();
    let page = (word(wal, 8) as usize).clamp(PAGE, 65536);
    let mut at = WAL_HEADER;
    while at + FRAME_HEADER + page <= wal.len() {
        wal[at + 8..at + 16].copy_from_slice(&salts);
        running = sum(running, &wal[at..at + 8]);
        running = sum(running, &wal[at + FRAME_HEADER..at + FRAME_HEADER + page]);
        put(wal, at + 16, running);
        at += FRAME_HEADER + page;
    }
}

/// The same for a journal: each record has a sum of every 200th byte.
fn mend_journal(journal: &mut [u8]) {
    let nonce = word(journal, 12);
    let sector = (word(journal, 20) as usize).clamp(32, 65536);
    let page = (word(journal, 24) as usize).clamp(PAGE, 65536);
    let mut at = sector;
    while at + page + 8 <= journal.len() {
        let data = &journal[at + 4..at + 4 + page];
        let sum = (1..).map_while(|i| page.checked_sub(200 * i).filter(|at| *at > 0));
        let sum = sum.fold(nonce, |sum, at| sum.wrapping_add(u32::from(data[at])));
        journal[at + 4 + page..at + 8 + page].copy_from_slice(&sum.to_be_bytes());
        at += page + 8;
    }
}
