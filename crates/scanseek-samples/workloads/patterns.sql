-- Each query shows one step of a plan, or one rule by which SQLite plans. `see` says what there is to see,
-- `rule` which rule of the planner it is about, and `shows` is a step that its plan has.

-- name: Full scan
-- group: Reading
-- see: No index begins with the author's country, so all 400 authors are read to keep a few.
-- shows: SCAN authors
SELECT name FROM authors WHERE country = 'Peru';

-- name: Covering index scan
-- group: Reading
-- rule: covering
-- see: Everything asked for is in one index. It is read from end to end, and the table is not.
-- shows: SCAN loans USING COVERING INDEX loans_member
SELECT member_id, lent_on FROM loans;

-- name: Scan in the order of an index
-- group: Reading
-- rule: order_from_index
-- see: The index gives the order, so nothing is sorted. LIMIT stops after the first ten rows.
-- shows: SCAN books USING INDEX books_title
SELECT * FROM books ORDER BY title COLLATE NOCASE LIMIT 10;

-- name: Counting all rows
-- group: Reading
-- rule: count_star
-- see: count(*) reads the smallest b-tree of the table, which is an index and not the table.
-- shows: USING COVERING INDEX loans_
SELECT count(*) FROM loans;

-- name: Rows written in the statement
-- group: Reading
-- see: VALUES needs no table. Its rows are handed over one at a time.
-- shows: SCAN 3-ROW VALUES CLAUSE
VALUES ('art'), ('crime'), ('travel');

-- name: No table at all
-- group: Reading
-- see: One row without a table: SQLite calls it a constant row.
-- shows: SCAN CONSTANT ROW
SELECT date('2025-06-30', '+1 month');

-- name: Table-valued function
-- group: Reading
-- see: A function is read like a table. How it finds its rows only its own code knows.
-- shows: SCAN json_each VIRTUAL TABLE INDEX
SELECT value FROM json_each('["art", "crime", "travel"]');

-- name: Full-text search
-- group: Reading
-- see: The full-text table has an index of words; SQLite hands the search over to it.
-- shows: VIRTUAL TABLE INDEX 0:M
SELECT rowid FROM titles WHERE titles MATCH 'harbour';

-- name: R-tree
-- group: Reading
-- see: Two ranges at once, which no ordinary index serves. The R-tree answers both.
-- shows: SCAN rooms VIRTUAL TABLE INDEX 2:
SELECT id FROM rooms WHERE left_x >= 3 AND right_x <= 5 AND low_y >= 2 AND high_y <= 6;

-- name: Primary key
-- group: Searching
-- see: A table is sorted by its INTEGER PRIMARY KEY, so a row is found without any other index.
-- shows: SEARCH books USING INTEGER PRIMARY KEY (rowid=?)
SELECT title FROM books WHERE id = 1234;

-- name: Primary key without rowid
-- group: Searching
-- see: A table WITHOUT ROWID is one b-tree sorted by its primary key, searched like an index.
-- shows: SEARCH holds USING PRIMARY KEY (book_id=?)
SELECT place, member_id FROM holds WHERE book_id = 17;

-- name: UNIQUE has an index
-- group: Searching
-- rule: unique
-- see: A UNIQUE constraint is an index by itself, and SQLite knows that it finds one row at most.
-- shows: USING INDEX sqlite_autoindex_books_1 (isbn=?)
SELECT title FROM books WHERE isbn = '978-000104729';

-- name: Leading column
-- group: Searching
-- rule: left_prefix
-- see: The index begins with member_id, so it is searched, although it has another column.
-- shows: USING INDEX loans_member (member_id=?)
SELECT * FROM loans WHERE member_id = 77;

-- name: Second column alone
-- group: Searching
-- rule: left_prefix
-- see: The index on (member_id, lent_on) cannot be searched by lent_on, so every loan is read.
-- shows: SCAN loans
SELECT * FROM loans WHERE lent_on = '2024-05-06';

-- name: Equality, then a range
-- group: Searching
-- rule: one_range_last
-- see: Both conditions are searched: first the equality, then the range on the last column.
-- shows: (member_id=? AND lent_on>?)
SELECT * FROM loans WHERE member_id = 77 AND lent_on > '2025-01-01';

-- name: Two ranges
-- group: Searching
-- rule: one_range_last
-- see: The index has both columns, but behind the first range it serves no other condition.
-- shows: USING INDEX loans_member (member_id>?)
SELECT * FROM loans WHERE member_id > 3900 AND lent_on > '2025-06-01';

-- name: Covering search
-- group: Searching
-- rule: covering
-- see: All columns are in the index, and the rowid always is. No row of the table is fetched.
-- shows: SEARCH loans USING COVERING INDEX loans_member (member_id=?)
SELECT id, lent_on FROM loans WHERE member_id = 77;

-- name: min or max
-- group: Searching
-- rule: min_max
-- see: One end of the index is the answer. A single entry is read.
-- shows: SEARCH members USING COVERING INDEX members_name
SELECT min(name) FROM members;

-- name: min and max
-- group: Searching
-- rule: min_max
-- see: Two of them in one query read the whole index. Two subqueries would read an entry each.
-- shows: SCAN members USING COVERING INDEX members_name
SELECT min(name), max(name) FROM members;

-- name: max behind an equality
-- group: Searching
-- rule: min_max
-- see: The last loan of one member is the last entry of that member in the index.
-- shows: SEARCH loans USING COVERING INDEX loans_member (member_id=?)
SELECT max(lent_on) FROM loans WHERE member_id = 77;

-- name: IS NULL
-- group: Searching
-- rule: is_null
-- see: IS NULL is searched like an equality: NULLs stand together at the start of an index.
-- shows: USING INDEX staff_boss (boss_id=?)
SELECT name FROM staff WHERE boss_id IS NULL;

-- name: Skip-scan
-- group: Searching
-- rule: skip_scan
-- see: The index begins with level, which has three values. SQLite searches once for each of them.
-- shows: (ANY(level) AND joined_on>?)
SELECT name FROM members WHERE joined_on > '2025-12-20';

-- name: Partial index
-- group: Searching
-- rule: partial_implication
-- see: The query repeats the WHERE of the index, so the small index of loans still out is searched.
-- shows: USING INDEX loans_out (lent_on<?)
SELECT member_id, book_id FROM loans WHERE returned_on IS NULL AND lent_on < '2023-01-01';

-- name: Partial index that is not implied
-- group: Searching
-- rule: partial_implication
-- see: IN (1) means the same as = 1, but it is not the same text, so the partial index is left out.
-- shows: SCAN members
SELECT name FROM members WHERE is_blocked IN (1) AND +joined_on > '2025-01-01';

-- name: Partial index that covers its constant
-- group: Searching
-- rule: partial_constant
-- see: is_blocked is no column of the index, yet it is covered: in this index it is always 1.
-- shows: USING COVERING INDEX members_blocked
SELECT id, is_blocked, joined_on FROM members WHERE is_blocked = 1;

-- name: Partial index and a parameter
-- group: Searching
-- rule: partial_parameter
-- see: With the value bound SQLite knows that the partial index is enough. Without one it would not.
-- param: :blocked = 1
-- shows: SEARCH members USING INDEX members_blocked (joined_on>?)
SELECT name FROM members WHERE is_blocked = :blocked AND joined_on > '2024-01-01';

-- name: Index on an expression
-- group: Searching
-- rule: expression_index
-- see: The condition repeats the indexed expression literally. SQLite prints it as <expr>.
-- shows: USING INDEX members_email (<expr>=?)
SELECT name FROM members WHERE lower(email) = 'ben.irving12@example.com';

-- name: Row values
-- group: Searching
-- rule: row_values
-- see: The next page begins where the last one ended: one search, and no row is skipped by reading it.
-- shows: ((shelf,year)>(?,?))
SELECT id, shelf, year FROM books WHERE (shelf, year) > ('crime', 1999) ORDER BY shelf, year LIMIT 20;

-- name: Function on a column
-- group: Conditions that do not search
-- rule: function_on_column
-- see: substr() hides the column from the index, so everything is read. A range of dates would search.
-- shows: SCAN loans
SELECT * FROM loans WHERE member_id + 0 = 77 AND substr(lent_on, 1, 4) = '2024';

-- name: Another collation
-- group: Conditions that do not search
-- rule: collation
-- see: The only index on title is in NOCASE, and = compares in BINARY. It is read from end to end.
-- shows: SCAN books
SELECT id FROM books WHERE title = 'Silent Harbour 1113';

-- name: LIKE with an index in NOCASE
-- group: Conditions that do not search
-- rule: like
-- see: LIKE takes no notice of case, nor does the index: the pattern becomes a range.
-- shows: USING COVERING INDEX books_title (title>? AND title<?)
SELECT id, title FROM books WHERE title LIKE 'silent h%';

-- name: LIKE with an index in BINARY
-- group: Conditions that do not search
-- rule: like
-- see: The index on name is in BINARY, so LIKE reads every member. GLOB would search.
-- shows: SCAN members
SELECT id, city FROM members WHERE name LIKE 'maria%';

-- name: Pattern that begins with a wildcard
-- group: Conditions that do not search
-- rule: like
-- see: No index is sorted by the middle of a text. Every entry is read.
-- shows: SCAN books
SELECT id FROM books WHERE title LIKE '%harbour%';

-- name: Not equal
-- group: Conditions that do not search
-- rule: never_searched
-- see: != excludes one value and is never searched, although boss_id has an index.
-- shows: SCAN staff
SELECT name FROM staff WHERE boss_id != 3;

-- name: TEXT joined with INTEGER
-- group: Conditions that do not search
-- rule: affinity
-- see: member_no is TEXT and has an index, but numbers are compared. Only members can be searched.
-- shows: SEARCH members USING INTEGER PRIMARY KEY (rowid=?)
SELECT members.name, old_cards.issued_on FROM old_cards JOIN members ON members.id = old_cards.member_no;

-- name: The index on the TEXT side
-- group: Conditions that do not search
-- rule: affinity
-- see: In this order the index on member_no would be needed, and is of no use: each member reads all cards.
-- shows: SCAN old_cards
SELECT members.name FROM members CROSS JOIN old_cards ON old_cards.member_no = members.id WHERE members.id < 20;

-- name: Unary plus
-- group: Conditions that do not search
-- rule: manual_control
-- see: The plus hides the column from the index on purpose. Only the search by book is left.
-- shows: USING INDEX loans_book (book_id=?)
SELECT * FROM loans WHERE +member_id = 117 AND book_id = 1234;

-- name: Sort
-- group: Sorting and grouping
-- rule: order_from_index
-- see: No index has this order. All rows are collected and sorted before the first comes out.
-- shows: USE TEMP B-TREE FOR ORDER BY
SELECT name, city FROM members ORDER BY city;

-- name: Order from an index
-- group: Sorting and grouping
-- rule: order_from_index
-- see: The index gives the rows of one shelf by year. Nothing is sorted.
-- shows: SEARCH books USING INDEX books_shelf_year (shelf=?)
SELECT title, year FROM books WHERE shelf = 'art' ORDER BY year;

-- name: Sorting in parts
-- group: Sorting and grouping
-- rule: partial_sort
-- see: Rows arrive by shelf and year; only those of one year are sorted by price.
-- shows: USE TEMP B-TREE FOR LAST TERM OF ORDER BY
SELECT title, shelf, year, price_cents FROM books ORDER BY shelf, year, price_cents LIMIT 10;

-- name: Ascending and descending
-- group: Sorting and grouping
-- rule: mixed_directions
-- see: The index was made with DESC on its second column, so it has this order of two directions.
-- shows: SCAN books USING INDEX books_newest
SELECT title FROM books ORDER BY year, price_cents DESC LIMIT 10;

-- name: The other direction
-- group: Sorting and grouping
-- rule: mixed_directions
-- see: Both ascending, but the index has DESC: the second term is sorted year by year.
-- shows: USE TEMP B-TREE FOR LAST TERM OF ORDER BY
SELECT title FROM books ORDER BY year, price_cents LIMIT 10;

-- name: NULLS LAST
-- group: Sorting and grouping
-- rule: nulls_last
-- see: Behind an equality the ascending index serves NULLS LAST, too. Nothing is sorted.
-- shows: SEARCH books USING INDEX books_shelf_year (shelf=?)
SELECT title FROM books WHERE shelf = 'art' ORDER BY year NULLS LAST;

-- name: Order by rowid
-- group: Sorting and grouping
-- rule: order_by_rowid
-- see: Entries with the same book stand in the order of the rowid, so this needs no sort.
-- shows: SEARCH loans USING INDEX loans_book (book_id=?)
SELECT * FROM loans WHERE book_id = 1234 ORDER BY id;

-- name: Range, then order
-- group: Sorting and grouping
-- rule: range_then_order
-- see: Behind a range the next column is in no order: the search finds the rows, and then they are sorted.
-- shows: USE TEMP B-TREE FOR ORDER BY
SELECT id, lent_on FROM loans WHERE member_id BETWEEN 70 AND 79 ORDER BY lent_on;

-- name: IN breaks the order
-- group: Sorting and grouping
-- rule: in_breaks_order
-- see: Two shelves are searched, each in order of year. Put together they are not, and are sorted.
-- shows: USE TEMP B-TREE FOR ORDER BY
SELECT id, year FROM books WHERE shelf IN ('art', 'crime') ORDER BY year;

-- name: GROUP BY with a temporary b-tree
-- group: Sorting and grouping
-- rule: order_from_index
-- see: Rows are sorted to bring each city together, because no index does.
-- shows: USE TEMP B-TREE FOR GROUP BY
SELECT city, count(*) FROM members GROUP BY city;

-- name: GROUP BY in any order
-- group: Sorting and grouping
-- rule: order_from_index
-- see: The index is on (shelf, year). For GROUP BY the order of the two does not matter.
-- shows: SCAN books USING COVERING INDEX books_shelf_year
SELECT year, shelf, count(*) FROM books GROUP BY year, shelf;

-- name: DISTINCT
-- group: Sorting and grouping
-- rule: order_from_index
-- see: Values seen so far are kept in a temporary b-tree to drop repeats.
-- shows: USE TEMP B-TREE FOR DISTINCT
SELECT DISTINCT city FROM members;

-- name: count(DISTINCT)
-- group: Sorting and grouping
-- see: The aggregate keeps a temporary b-tree of its own for the values it has seen.
-- shows: USE TEMP B-TREE FOR count(DISTINCT)
SELECT count(DISTINCT city) FROM members;

-- name: ORDER BY inside an aggregate
-- group: Sorting and grouping
-- see: The names are sorted for the aggregate alone.
-- shows: USE TEMP B-TREE FOR group_concat(ORDER BY)
SELECT group_concat(name, ', ' ORDER BY country, name) FROM authors WHERE country = 'Peru';

-- name: OR with an index for each side
-- group: OR and IN
-- rule: or_arms
-- see: Each side is searched with its own index, and the rows are put together.
-- shows: MULTI-INDEX OR
SELECT * FROM loans WHERE member_id = 77 OR book_id = 1234;

-- name: OR with a side without an index
-- group: OR and IN
-- rule: or_arms
-- see: One side has no index, so the table is read and the index of the other side is of no use.
-- shows: SCAN loans
SELECT * FROM loans WHERE member_id = 77 OR returned_on = '2024-05-06';

-- name: OR on one column
-- group: OR and IN
-- rule: or_arms
-- see: SQLite rewrites this as IN and searches the index once for each value.
-- shows: SEARCH loans USING INDEX loans_book (book_id=?)
SELECT * FROM loans WHERE book_id = 12 OR book_id = 34;

-- name: List for IN
-- group: OR and IN
-- see: The subquery is run once and its values are collected. Each is then searched in the index.
-- shows: LIST SUBQUERY
SELECT title FROM books WHERE author_id IN (SELECT id FROM authors WHERE country = 'Peru');

-- name: Bloom filter of a list
-- group: OR and IN
-- rule: bloom_filter
-- see: Beside the list a small filter is filled. It rules out most values before the list is searched.
-- shows: CREATE BLOOM FILTER
SELECT count(*) FROM visits WHERE visited_on IN (SELECT joined_on FROM members WHERE city = 'Bath');

-- name: Index in place of a list
-- group: OR and IN
-- see: The values on the right stand sorted in an index already, so no list is made.
-- shows: USING INDEX staff_boss FOR IN-OPERATOR
SELECT minutes FROM visits WHERE minutes IN (SELECT boss_id FROM staff);

-- name: Rowids in place of a list
-- group: OR and IN
-- see: The rowids of members are the list: the value is looked for in the table itself.
-- shows: USING ROWID SEARCH ON TABLE members FOR IN-OPERATOR
SELECT visited_on FROM visits WHERE minutes IN (SELECT id FROM members) AND minutes > 230;

-- name: Search in the inner table
-- group: Joins
-- see: The outer table is read, and for each of its rows the inner one is searched by its index.
-- shows: SEARCH books USING INDEX books_author (author_id=?)
SELECT authors.name, books.title FROM authors JOIN books ON books.author_id = authors.id WHERE authors.country = 'Peru';

-- name: LEFT JOIN
-- group: Joins
-- see: Every author is kept, with or without a book. The plan marks the right side as LEFT-JOIN.
-- shows: LEFT-JOIN
SELECT authors.name, books.title FROM authors LEFT JOIN books ON books.author_id = authors.id AND books.note = 'damaged';

-- name: LEFT JOIN becomes JOIN
-- group: Joins
-- rule: left_join_reduction
-- see: WHERE lets no NULL of books through, so this is planned as an inner join and begins with books.
-- shows: SEARCH books USING INDEX books_shelf_year (shelf=? AND year=?)
SELECT authors.name, books.title FROM authors LEFT JOIN books ON books.author_id = authors.id WHERE books.shelf = 'art' AND books.year = 2024;

-- name: Join that is left out
-- group: Joins
-- rule: unique
-- see: Nothing of authors is asked for, and its key finds one row at most: the plan does not read it.
-- shows: SEARCH books
-- hides: authors
SELECT books.title FROM books LEFT JOIN authors ON authors.id = books.author_id WHERE books.shelf = 'art' AND books.year = 2024;

-- name: RIGHT JOIN
-- group: Joins
-- see: Behind the join a second pass adds the books that nobody has on hold.
-- shows: RIGHT-JOIN books
SELECT holds.place, books.title FROM holds RIGHT JOIN books ON books.id = holds.book_id;

-- name: Cartesian join
-- group: Joins
-- see: No condition ties the two tables, so every pair of rows is made: 400 × 200.
-- shows: SCAN staff
SELECT count(*) FROM authors, staff;

-- name: Automatic index
-- group: Joins
-- rule: automatic_index
-- see: visits has no index. SQLite builds one in every run, because that beats reading it once for each member.
-- shows: USING AUTOMATIC COVERING INDEX (member_id=?)
SELECT members.name, visits.minutes FROM members CROSS JOIN visits ON visits.member_id = members.id WHERE members.city = 'Bath';

-- name: Automatic partial index
-- group: Joins
-- rule: automatic_index
-- see: The index built for this run holds only the visits by the garden door.
-- shows: USING AUTOMATIC PARTIAL COVERING INDEX
SELECT members.name, visits.minutes FROM members LEFT JOIN visits ON visits.member_id = members.id AND visits.door = 'garden';

-- name: Bloom filter
-- group: Joins
-- rule: bloom_filter
-- see: A small filter, filled from the damaged books, lets most loans pass by without a lookup.
-- shows: BLOOM FILTER ON books (id=?)
SELECT count(*) FROM loans CROSS JOIN books ON books.id = loans.book_id WHERE books.note = 'damaged';

-- name: EXISTS as a join
-- group: Joins
-- rule: exists_to_join
-- see: EXISTS became a join that stops at the first match. The plan marks it as EXISTS.
-- shows: EXISTS
SELECT name FROM members WHERE EXISTS (SELECT 1 FROM loans WHERE loans.member_id = members.id AND lent_on > '2025-12-25');

-- name: Transitive constant
-- group: Joins
-- rule: constant_propagation
-- see: From the two conditions SQLite concludes loans.book_id = 1234, and searches both tables.
-- shows: SEARCH loans USING INDEX loans_book (book_id=?)
SELECT books.title, loans.lent_on FROM books JOIN loans ON loans.book_id = books.id WHERE books.id = 1234;

-- name: CROSS JOIN
-- group: Joins
-- rule: manual_control
-- see: CROSS JOIN keeps the order as it is written: loans outside, books inside.
-- shows: SEARCH books USING INTEGER PRIMARY KEY (rowid=?)
SELECT books.title FROM loans CROSS JOIN books ON books.id = loans.book_id WHERE books.shelf = 'art' AND loans.branch = 3;

-- name: Subquery as a value
-- group: Subqueries
-- see: It does not depend on the outer row, so it runs once and its value is kept.
-- shows: SCALAR SUBQUERY
SELECT title, price_cents FROM books WHERE price_cents > (SELECT 1.5 * avg(price_cents) FROM books);

-- name: Correlated subquery with an index
-- group: Subqueries
-- rule: correlated_subquery
-- see: It runs for every author, and each run is a search in an index.
-- shows: CORRELATED SCALAR SUBQUERY
SELECT name, (SELECT count(*) FROM books WHERE books.author_id = authors.id) AS books FROM authors;

-- name: Correlated subquery without an index
-- group: Subqueries
-- rule: correlated_subquery
-- see: It runs for every member of staff, and each run reads all 5,000 visits.
-- shows: SCAN visits
SELECT name, (SELECT count(*) FROM visits WHERE visits.minutes > staff.id) AS longer FROM staff;

-- name: Correlated list
-- group: Subqueries
-- rule: correlated_subquery
-- see: The list for IN depends on the outer row, so it is made again for each.
-- shows: CORRELATED LIST SUBQUERY
SELECT name FROM staff WHERE id IN (SELECT boss_id FROM staff AS under WHERE under.name < staff.name);

-- name: Flattened view
-- group: Subqueries
-- rule: flattening
-- see: The view is merged into the query, so the index of its table is searched.
-- shows: SEARCH loans USING INDEX loans_member (member_id=?)
SELECT title, lent_on FROM borrowed WHERE member_id = 77;

-- name: Co-routine
-- group: Subqueries
-- rule: materialize
-- see: A grouped subquery cannot be merged. It runs beside the outer query, a row at a time.
-- shows: CO-ROUTINE
SELECT count(*), max(loans) FROM (SELECT member_id, count(*) AS loans FROM loans GROUP BY member_id);

-- name: Condition pushed into a view
-- group: Subqueries
-- rule: push_down
-- see: The view groups all loans, but the condition moved into it: only one member's are read.
-- shows: SEARCH loans USING COVERING INDEX loans_member (member_id=?)
SELECT * FROM loans_per_member WHERE member_id = 77;

-- name: Stored subquery
-- group: Subqueries
-- rule: materialize
-- see: The common table expression is used twice, so its rows are stored, and no index of loans helps.
-- shows: MATERIALIZE
WITH per_branch AS (SELECT branch, count(*) AS n FROM loans GROUP BY branch)
SELECT a.branch, b.branch FROM per_branch AS a JOIN per_branch AS b ON a.n > b.n;

-- name: Window
-- group: Subqueries
-- see: A window function reads its rows from a co-routine that has sorted them.
-- shows: CO-ROUTINE (subquery
SELECT name, rank() OVER (ORDER BY city) FROM members LIMIT 20;

-- name: UNION ALL
-- group: Compound and recursive
-- see: The queries run one after another. Nothing is compared or stored.
-- shows: COMPOUND QUERY
SELECT name FROM authors WHERE country = 'Peru' UNION ALL SELECT name FROM staff WHERE boss_id = 3;

-- name: UNION
-- group: Compound and recursive
-- see: Both sides arrive sorted and are read side by side, so repeats are dropped.
-- shows: MERGE (UNION)
SELECT name FROM authors UNION SELECT name FROM members;

-- name: EXCEPT
-- group: Compound and recursive
-- see: The same merge leaves out what the other side has. The index on name saves one sort.
-- shows: MERGE (EXCEPT)
SELECT name FROM members EXCEPT SELECT name FROM staff;

-- name: Recursion
-- group: Compound and recursive
-- see: Setup makes the first row; the recursive step runs once for each row found, and searches.
-- shows: RECURSIVE STEP
WITH RECURSIVE under(id) AS (SELECT 2 UNION ALL SELECT staff.id FROM staff JOIN under ON staff.boss_id = under.id)
SELECT count(*) FROM under;

-- name: Planning without statistics
-- group: Statistics and choice
-- rule: statistics
-- see: visits was never analysed: SQLite takes it for a million rows and expects far too many.
-- shows: SCAN visits
SELECT * FROM visits WHERE door = 'main' AND minutes > 200;

-- name: Samples of STAT4
-- group: Statistics and choice
-- rule: stat4
-- see: Few entries lie above this value, and SQLite knows it from its samples: it searches.
-- shows: SEARCH loans USING INDEX loans_branch_fine (branch=? AND fine_cents>?)
SELECT * FROM loans WHERE branch = 3 AND fine_cents > 990;

-- name: INDEXED BY
-- group: Statistics and choice
-- rule: manual_control
-- see: The index is forced. SQLite itself would have chosen the one that finds fewer rows.
-- shows: SEARCH loans USING INDEX loans_branch_fine (branch=?)
SELECT * FROM loans INDEXED BY loans_branch_fine WHERE branch = 3 AND member_id = 77;

-- name: OFFSET
-- group: Statistics and choice
-- rule: row_values
-- see: Rows that are skipped are read all the same: run it, and look at the rows visited.
-- shows: SCAN books USING COVERING INDEX books_title
SELECT title FROM books ORDER BY title COLLATE NOCASE LIMIT 20 OFFSET 4000;

-- name: Stability guarantee
-- group: Statistics and choice
-- rule: qpsg
-- see: SQLite looked at the bound value to plan this. With the guarantee switched on it would not.
-- param: :branch = 3
-- shows: SEARCH loans
SELECT * FROM loans WHERE branch = :branch AND fine_cents > 900;

-- name: Foreign key without an index
-- group: Statistics and choice
-- rule: foreign_key_child
-- see: The plan shows one search. With foreign keys on, each deleted author also searches books; without books_author it would read them all.
-- shows: SEARCH authors USING INTEGER PRIMARY KEY (rowid=?)
DELETE FROM authors WHERE id = 12;
