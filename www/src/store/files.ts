/** Tells dropped files apart by name: a database, what lies beside it, a text of queries. */

export interface Dropped {
  database: File | null;
  wal: File | null;
  journal: File | null;
  text: File | null;
  /** Names of files that were left out, with the reason. */
  left_out: string[];
}

export function sortFiles(files: File[]): Dropped {
  const ending = (end: string) => files.filter((file) => file.name.endsWith(end));
  const besides = [...ending("-wal"), ...ending("-journal")];
  const texts = files.filter((file) => /\.sql$/i.test(file.name));
  const databases = files.filter(
    (file) => !besides.includes(file) && !texts.includes(file) && !file.name.endsWith("-shm"),
  );
  const database = databases[0] ?? null;
  const beside = (end: string) =>
    besides.find((file) => database && file.name === `${database.name}${end}`) ?? null;
  const wal = beside("-wal");
  const journal = beside("-journal");
  const left_out = [
    ...databases.slice(1).map((file) => `${file.name} was left out: one database is open at a time.`),
    ...besides
      .filter((file) => file !== wal && file !== journal)
      .map((file) => `${file.name} was left out: drop it together with its database.`),
  ];
  return { database, wal, journal, text: texts[0] ?? null, left_out };
}
