CREATE INDEX books_author ON books(author_id);
CREATE INDEX books_title ON books(title COLLATE NOCASE);
CREATE INDEX books_shelf_year ON books(shelf, year);
CREATE INDEX books_newest ON books(year, price_cents DESC);
CREATE INDEX members_name ON members(name);
CREATE INDEX members_email ON members(lower(email));
CREATE INDEX members_level ON members(level, joined_on);
CREATE INDEX members_blocked ON members(joined_on) WHERE is_blocked = 1;
CREATE INDEX loans_member ON loans(member_id, lent_on);
CREATE INDEX loans_book ON loans(book_id);
CREATE INDEX loans_out ON loans(lent_on) WHERE returned_on IS NULL;
CREATE INDEX loans_branch_fine ON loans(branch, fine_cents);
CREATE INDEX staff_boss ON staff(boss_id);
CREATE INDEX old_cards_member ON old_cards(member_no);
CREATE VIEW borrowed AS
  SELECT loans.id, loans.member_id, loans.lent_on, books.title
  FROM loans JOIN books ON books.id = loans.book_id;
CREATE VIEW loans_per_member AS
  SELECT member_id, count(*) AS loans, max(lent_on) AS last_lent_on
  FROM loans GROUP BY member_id;
CREATE VIRTUAL TABLE titles USING fts5(title, content='');
INSERT INTO titles(rowid, title) SELECT id, title FROM books;
CREATE VIRTUAL TABLE rooms USING rtree(id, left_x, right_x, low_y, high_y);
INSERT INTO rooms SELECT id, id % 20, id % 20 + 1, id / 20, id / 20 + 1 FROM staff;
ANALYZE authors;
ANALYZE books;
ANALYZE members;
ANALYZE loans;
ANALYZE holds;
ANALYZE staff;
ANALYZE old_cards
