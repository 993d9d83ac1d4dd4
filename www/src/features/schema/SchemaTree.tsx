/** The open databases: their facts, and their tables, columns and indexes as trees. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ColumnInfo, DatabaseInfo, IndexInfo, TableInfo } from "../../engine/types";
import { detach } from "../../store/actions_open";
import { choose, isChosen } from "../../store/chosen";
import { opened, tables } from "../../store/database";
import { insertText } from "../../store/editor";
import { about, bytes, count, plural } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { moveFocus } from "../../ui/tree";

/** The tables that are unfolded, by their names as typed. */
const unfolded = signal<ReadonlySet<string>>(new Set());

function fold(name: string, open: boolean): void {
  const next = new Set(unfolded.value);
  if (open) next.add(name);
  else next.delete(name);
  unfolded.value = next;
}

/** A name as it is typed in SQL: plain when it can be, quoted otherwise. */
function typed(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A table's name as it is typed in SQL, with that of its attached database. */
function typedTable({ database, name }: TableInfo): string {
  return database === null ? typed(name) : `${typed(database)}.${typed(name)}`;
}

export function SchemaPanel() {
  const value = opened.value;
  if (!value) return null;
  return (
    <div class="schema">
      <div class="schema-head">
        <h2 title={value.database.name}>{value.database.name}</h2>
        <Facts database={value.database} />
      </div>
      <div class="schema-trees">
        <SchemaTree database={null} />
        {value.attached.map(({ name, database }) => (
          <section key={name} aria-label={`Attached as ${name}`} data-testid={`attached-${name}`}>
            <div class="schema-head attached-head">
              <h2 class="mono" title={`${database.name}, attached as ${name}`}>
                {name}
              </h2>
              <button
                type="button"
                class="button quiet icon-only"
                aria-label={`Detach ${name}`}
                title={`Detach ${name}`}
                onClick={() => void detach(name)}
              >
                <Icon name="close" />
              </button>
              <Facts database={database} named />
            </div>
            <SchemaTree database={name} />
          </section>
        ))}
      </div>
    </div>
  );
}

function Facts({ database, named = false }: { database: DatabaseInfo; named?: boolean }) {
  const facts = [
    named ? database.name : null,
    bytes(database.size_bytes),
    named ? null : database.encoding,
    database.journal_mode === "wal" ? "WAL" : null,
    database.sample ? "sample" : null,
  ].filter(Boolean);
  return (
    <p class="fine" title={`${count(database.page_count)} pages of ${count(database.page_size)} bytes`}>
      {facts.join(" · ")}
    </p>
  );
}

function SchemaTree({ database }: { database: string | null }) {
  const root = useRef<HTMLUListElement>(null);
  const list = tables.value.filter((table) => table.database === database && table.kind !== "shadow");
  if (list.length === 0) return <p class="fine schema-empty">This database has no tables.</p>;

  const onKeyDown = (event: KeyboardEvent) => {
    const item = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (!item) return;
    const table = item.dataset.table;
    const parent = item.dataset.parent;
    if (event.key === "ArrowRight" && table) fold(table, true);
    else if (event.key === "ArrowLeft" && table) fold(table, false);
    else if (event.key === "ArrowLeft" && parent) {
      root.current?.querySelector<HTMLElement>(`[data-table="${CSS.escape(parent)}"]`)?.focus();
    } else if (event.key === "Delete" && item.dataset.drop) {
      choose(item.dataset.drop, !isChosen(item.dataset.drop), "own");
    } else if (event.key === "Enter") item.click();
    else if (event.key === " " && table) fold(table, !unfolded.value.has(table));
    else if (!moveFocus(root.current, item, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <ul class="tree" role="tree" aria-label={database ?? "Tables"} ref={root} onKeyDown={onKeyDown}>
      {list.map((table, index) => (
        <TableItem key={table.name} table={table} name={typedTable(table)} first={index === 0} />
      ))}
    </ul>
  );
}

/** `name` is the table's as typed. */
function TableItem({ table, name, first }: { table: TableInfo; name: string; first: boolean }) {
  const open = unfolded.value.has(name);
  const kind = table.kind === "table" ? "" : table.kind;
  return (
    <li role="none">
      <div
        class="tree-row table-row"
        role="treeitem"
        aria-expanded={open}
        aria-level={1}
        tabIndex={first ? 0 : -1}
        data-table={name}
        title={`Put ${name} into the editor`}
        onClick={() => insertText(name)}
      >
        {/* The keyboard folds with the arrow keys, so this is for the pointer alone. */}
        <span
          class={open ? "fold open" : "fold"}
          data-testid={`fold-${table.database === null ? table.name : name}`}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            fold(name, !open);
          }}
        >
          <Icon name="chevron" size={14} />
        </span>
        <span class="tree-name mono">{table.name}</span>
        {kind && <span class="tag">{kind}</span>}
        {table.row_count !== null && <span class="tree-count">{count(table.row_count)}</span>}
        {table.row_count !== null && <span class="sr-only">{plural(table.row_count, "row")}</span>}
        {table.rows_estimated !== null && (
          <span class="tree-count" title="Estimated from a few pages; counting would read the whole table.">
            ≈ {about(table.rows_estimated)}
            <span class="sr-only"> rows, estimated</span>
          </span>
        )}
      </div>
      {open && (
        <ul role="group" aria-label={table.name}>
          {table.columns
            .filter((column) => !column.hidden)
            .map((column) => (
              <ColumnItem key={column.name} column={column} table={name} />
            ))}
          {table.indexes.map((index) => (
            <IndexItem key={index.name} index={index} table={name} database={table.database} />
          ))}
        </ul>
      )}
    </li>
  );
}

function ColumnItem({ column, table }: { column: ColumnInfo; table: string }) {
  const notes = [
    column.primary_key ? "primary key" : "",
    column.not_null ? "not null" : "",
    column.references ? `→ ${column.references}` : "",
  ].filter(Boolean);
  return (
    <li role="none">
      <div
        class="tree-row leaf"
        role="treeitem"
        aria-level={2}
        tabIndex={-1}
        data-parent={table}
        title={notes.join(", ") || undefined}
        onClick={() => insertText(typed(column.name))}
      >
        <span class="tree-name mono">{column.name}</span>
        {column.primary_key > 0 && <span class="tag">key</span>}
        <span class="tree-type mono">{column.declared_type.toLowerCase()}</span>
      </div>
    </li>
  );
}

const ORIGIN = { create_index: "", unique: "unique", primary_key: "key" } as const;

interface IndexItemProps {
  index: IndexInfo;
  table: string;
  database: string | null;
}

/** The statement that leaves an index out of what is tried; those of constraints cannot be. */
function dropOf({ index, database }: Pick<IndexItemProps, "index" | "database">): string | null {
  if (index.origin !== "create_index") return null;
  return `DROP INDEX ${database === null ? "" : `${typed(database)}.`}${typed(index.name)}`;
}

function IndexItem({ index, table, database }: IndexItemProps) {
  const drop = dropOf({ index, database });
  const out = drop !== null && isChosen(drop);
  const columns = index.columns
    .map((column) => (column.name ?? "expression") + (column.descending ? " desc" : ""))
    .join(", ");
  const tag = ORIGIN[index.origin] || (index.unique ? "unique" : "");
  return (
    <li role="none">
      <div
        class="tree-row leaf index-row"
        role="treeitem"
        aria-level={2}
        tabIndex={-1}
        data-parent={table}
        data-drop={drop ?? undefined}
        aria-description={
          drop ? (out ? "left out; Delete takes it in again" : "Delete leaves it out") : undefined
        }
        title={index.sql ?? index.name}
        onClick={() => insertText(typed(index.name))}
      >
        <Icon name="index" size={14} />
        <span class="tree-name">
          <span class="mono">{index.origin === "create_index" ? index.name : `(${columns})`}</span>
          {index.origin === "create_index" && <span class="index-columns mono">({columns})</span>}
          {index.partial && <span class="index-columns mono">only some rows</span>}
        </span>
        {tag && <span class="tag">{tag}</span>}
        {/* By keyboard it is the Delete key. */}
        {drop && (
          <span
            class={out ? "leave-out on" : "leave-out"}
            aria-hidden="true"
            data-testid={`leave-out-${index.name}`}
            title={out ? "Take it in again" : "Leave it out: plans, trials and the patch do without it"}
            onClick={(event) => {
              event.stopPropagation();
              choose(drop, !out, "own");
            }}
          >
            {out ? "left out" : "leave out"}
          </span>
        )}
      </div>
    </li>
  );
}
