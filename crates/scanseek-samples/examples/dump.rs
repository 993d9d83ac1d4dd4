//! Prints a sample as SQL: `cargo run --release --example dump -- store 1 | sqlite3 store.db`.

use std::io::{self, BufWriter, Write};

use scanseek_samples::{RowSink, Value, generate};

struct Dump<W>(W);

impl<W: Write> RowSink for Dump<W> {
    type Error = io::Error;

    fn execute(&mut self, sql: &str) -> io::Result<()> {
        writeln!(self.0, "{sql};")
    }

    fn insert(&mut self, table: &str, row: &[Value<'_>]) -> io::Result<()> {
        write!(self.0, "INSERT INTO {table} VALUES (")?;
        for (position, value) in row.iter().enumerate() {
            if position > 0 {
                write!(self.0, ", ")?;
            }
            match value {
                Value::Null => write!(self.0, "NULL")?,
                Value::Integer(number) => write!(self.0, "{number}")?,
                Value::Real(number) => write!(self.0, "{number:?}")?,
                Value::Text(text) => write!(self.0, "'{}'", text.replace('\'', "''"))?,
            }
        }
        writeln!(self.0, ");")
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().unwrap_or_else(|| "store".to_owned());
    let scale = arguments.next().map_or(Ok(1.0), |text| text.parse())?;
    let mut dump = Dump(BufWriter::new(io::stdout().lock()));
    generate(&id, scale, &mut dump)?;
    dump.0.flush()?;
    Ok(())
}
