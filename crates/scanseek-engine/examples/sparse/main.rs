//! Writes a whole database of any size in seconds: most of it holes, with some rows at its beginning and
//! the others at its end; or, with a number of rows, all of them at its beginning: `cargo run --release -p scanseek-engine --example sparse -- out.db 6G [250000]`.

mod file;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), size) = (arguments.next(), arguments.next()) else {
        return Err("say where to write it: sparse out.db [6G] [rows]".into());
    };
    let size_bytes = size.map_or(Some(6 << 30), |text| bytes(&text));
    let size_bytes = size_bytes.ok_or("say the size as 6G or 700M")?;
    match arguments.next() {
        None => file::write(path.as_ref(), size_bytes, 250_000, 62_500)?,
        Some(rows) => {
            let rows = rows.parse()?;
            file::write(path.as_ref(), size_bytes, rows, rows)?;
        }
    }
    println!("{path}: {size_bytes} bytes, by SQLite {}", scanseek_engine::build_info().version);
    Ok(())
}

fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let shift = match unit {
        "G" => 30,
        "M" => 20,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}
