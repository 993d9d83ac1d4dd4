"""Writes the database files that the browser tests open. Same bytes in, same rows out: no clock, no random source.

usage: make_files.py KIND PATH
"""

import hashlib
import os
import shutil
import sqlite3
import sys

ORDERS = 60_000
CUSTOMERS = 2_000
STATUSES = ("open", "paid", "sent", "returned")


def numbers(seed):
    """A small linear congruential generator (constants of Numerical Recipes)."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 8


def fill(connection, orders=ORDERS):
    connection.executescript(
        """
        CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
        CREATE TABLE orders(
          id INTEGER PRIMARY KEY,
          customer_id INTEGER NOT NULL REFERENCES customers(id),
          status TEXT NOT NULL,
          created_at TEXT NOT NULL,
          total REAL NOT NULL
        );
        """
    )
    draw = numbers(417)
    connection.executemany(
        "INSERT INTO customers VALUES (?, ?, ?)",
        ((i, f"Customer {i}", f"City {next(draw) % 90}") for i in range(1, CUSTOMERS + 1)),
    )
    connection.executemany(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
        (
            (
                i,
                next(draw) % CUSTOMERS + 1,
                STATUSES[next(draw) % 4],
                f"{2022 + next(draw) % 3}-{next(draw) % 12 + 1:02}-{next(draw) % 28 + 1:02}",
                next(draw) % 100_000 / 100,
            )
            for i in range(1, orders + 1)
        ),
    )
    connection.commit()


def shop(path):
    connection = sqlite3.connect(path)
    fill(connection)
    connection.close()


def small(path):
    connection = sqlite3.connect(path)
    fill(connection, 500)
    connection.close()


def unanalysed(path):
    """Two indexes and no statistics: SQLite takes the one on two kinds, not the one on 4,001 devices."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, device TEXT NOT NULL)")
    connection.executemany(
        "INSERT INTO events VALUES (?, ?, ?)",
        ((i, i % 2, f"device {i * 7919 % 4001}") for i in range(1, 20_001)),
    )
    connection.execute("CREATE INDEX by_kind ON events(kind)")
    connection.execute("CREATE INDEX by_device ON events(device)")
    connection.commit()
    connection.close()


def doubled(path):
    """Indexes that others make superfluous, one that nothing reads, and one that a foreign key needs."""
    connection = sqlite3.connect(path)
    fill(connection, 6_000)
    connection.executescript(
        """
        CREATE INDEX by_customer ON orders(customer_id);
        CREATE INDEX customer_again ON orders(customer_id);
        CREATE INDEX by_status ON orders(status);
        CREATE INDEX by_status_day ON orders(status, created_at);
        CREATE INDEX by_total ON orders(total);
        """
    )
    connection.close()


def utf16(path):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA encoding = 'UTF-16le'")
    fill(connection, 500)
    connection.execute("UPDATE customers SET name = 'Ünïcode ☃' WHERE id = 1")
    connection.commit()
    connection.close()


def wal(path):
    """A file in WAL mode whose newest table, `late`, exists only in the -wal file beside it."""
    work = path + ".work"
    connection = sqlite3.connect(work)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    fill(connection, 500)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("CREATE TABLE late(id INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO late VALUES (?)", ((i,) for i in range(7)))
    connection.commit()
    # Copied while the connection is open: closing it would fold the -wal file into the database.
    shutil.copyfile(work, path)
    shutil.copyfile(work + "-wal", path + "-wal")
    connection.close()
    os.remove(work)


def truncated(path):
    small(path)
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)


def text(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,name\n1,not a database\n" * 400)


def empty(path):
    open(path, "wb").close()


def scrambled(path):
    """Looks like an encrypted database: whole pages of bytes without any pattern."""
    draw = numbers(99)
    with open(path, "wb") as file:
        file.write(bytes((next(draw) >> 4) % 256 for _ in range(8 * 4096)))


def apply(path, script, query):
    """Runs a script on a file, then prints the plan of a query, a line per step."""
    connection = sqlite3.connect(path)
    with open(script, encoding="utf-8") as file:
        connection.executescript(file.read())
    for row in connection.execute("EXPLAIN QUERY PLAN " + query):
        print(row[3])
    print("integrity:", connection.execute("PRAGMA integrity_check").fetchone()[0])
    connection.close()


def contents(path):
    """Prints a hash of everything in a file. Holes of a sparse file count by their place, not byte by byte."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        length = file.seek(0, os.SEEK_END)
        digest.update(str(length).encode())
        at = 0
        while at < length:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:  # Only a hole is left.
                break
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            digest.update(f"\n{at}-{end}\n".encode())
            file.seek(at)
            while at < end:
                bytes_read = file.read(min(1 << 20, end - at))
                digest.update(bytes_read)
                at += len(bytes_read)
    print(digest.hexdigest())


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    globals()[kind](*rest)
