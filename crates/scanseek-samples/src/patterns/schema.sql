CREATE TABLE authors (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL
);

CREATE TABLE books (
  id INTEGER PRIMARY KEY,
  isbn TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  author_id INTEGER NOT NULL REFERENCES authors,
  shelf TEXT NOT NULL,
  year INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  note TEXT
);

CREATE TABLE members (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  city TEXT NOT NULL,
  level TEXT NOT NULL,
  joined_on TEXT NOT NULL,
  is_blocked INTEGER NOT NULL
);

CREATE TABLE loans (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES members,
  book_id INTEGER NOT NULL REFERENCES books,
  lent_on TEXT NOT NULL,
  returned_on TEXT,
  fine_cents INTEGER NOT NULL,
  branch INTEGER NOT NULL
);

CREATE TABLE holds (
  book_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  PRIMARY KEY (book_id, place)
) WITHOUT ROWID;

CREATE TABLE visits (
  member_id INTEGER NOT NULL,
  visited_on TEXT NOT NULL,
  minutes INTEGER NOT NULL,
  door TEXT NOT NULL
);

CREATE TABLE staff (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  boss_id INTEGER
);

CREATE TABLE old_cards (
  member_no TEXT NOT NULL,
  issued_on TEXT NOT NULL
);
