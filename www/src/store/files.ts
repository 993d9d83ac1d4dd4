/** Tells dropped files apart by name: a database, its -wal file, a text of queries. */

export interface Dropped {
  database: File | null;
  wal: File | null;
  text: File | null;
  /** Names of files that were left out, with the reason. */
  left_out: string[];
}

export function sortFiles(files: File[]): Dropped {
  const wals = files.filter((file) => file.name.endsWith("-wal"));
  const texts = files.filter((file) => /\.sql$/i.test(file.name));
  const rest = files.filter((file) => !wals.includes(file) && !texts.includes(file));
  const databases = rest.filter((file) => !/-(shm|journal)$/.test(file.name));
  const database = databases[0] ?? null;
  const wal = wals.find((file) => database && file.name === `${database.name}-wal`) ?? null;
  const left_out = [
    ...databases.slice(1).map((file) => `${file.name} was left out: one database is open at a time.`),
    ...wals
      .filter((file) => file !== wal)
      .map((file) => `${file.name} was left out: drop it together with its database.`),
    ...rest
      .filter((file) => file.name.endsWith("-journal"))
      .map((file) => `${file.name} was left out: let SQLite finish that transaction first.`),
  ];
  return { database, wal, text: texts[0] ?? null, left_out };
}
