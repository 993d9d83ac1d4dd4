/** Tells dropped files apart by name: a database, what lies beside it, a text of queries or a log. */

export interface DatabaseFiles {
  database: File;
  wal: File | null;
  journal: File | null;
}

export interface Dropped {
  databases: DatabaseFiles[];
  /** A file of statements, or a log. */
  text: File | null;
  /** Names of files that were left out, with the reason. */
  left_out: string[];
}

/** A name to attach a file under: its own without the ending, as it needs no quotes, and not yet taken. */
export function nameFor(file: string, taken: string[]): string {
  const word = file
    .replace(/\.[^.]*$/, "")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
  const name = /^[A-Za-z]/.test(word) ? word : `db_${word}`.replace(/_$/, "");
  const used = new Set(["main", "temp", ...taken].map((other) => other.toLowerCase()));
  if (!used.has(name.toLowerCase())) return name;
  let number = 2;
  while (used.has(`${name}_${number}`.toLowerCase())) number++;
  return `${name}_${number}`;
}

export function sortFiles(files: File[]): Dropped {
  const ending = (end: string) => files.filter((file) => file.name.endsWith(end));
  const besides = [...ending("-wal"), ...ending("-journal")];
  const texts = files.filter((file) => /\.(sql|log|txt|csv|tsv|trace|out)$/i.test(file.name));
  const databases = files.filter(
    (file) => !besides.includes(file) && !texts.includes(file) && !file.name.endsWith("-shm"),
  );
  const beside = (database: File, end: string) =>
    besides.find((file) => file.name === `${database.name}${end}`) ?? null;
  const sorted = databases.map((database) => ({
    database,
    wal: beside(database, "-wal"),
    journal: beside(database, "-journal"),
  }));
  const left_out = besides
    .filter((file) => !sorted.some(({ wal, journal }) => file === wal || file === journal))
    .map((file) => `${file.name} was left out: drop it together with its database.`);
  return { databases: sorted, text: texts[0] ?? null, left_out };
}
