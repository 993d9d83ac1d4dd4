/**
 * The shapes that cross the boundary to the engine: the reviewed copy of what the engine's package declares.
 * worker.ts assigns the package's own class to `Workbench`, so `npm run check` fails when the two differ.
 * Names are snake_case, a missing value is null, enums are tagged by `type`, counts are at most 2^53-1.
 * Spans are UTF-16 offsets into the text that was passed in.
 */

export interface Span {
  start: number;
  end: number;
}
export type ErrorCode =
  | "empty_file"
  | "not_a_database"
  | "encrypted_file"
  | "truncated_file"
  | "corrupt_file"
  | "unsupported_file"
  | "sql_syntax"
  | "unknown_name"
  | "not_runnable"
  | "writes"
  | "no_statement"
  | "sql_error"
  | "cancelled"
  | "deadline"
  | "out_of_memory"
  | "bad_link"
  | "unknown_sample"
  | "no_database"
  | "bad_index"
  | "internal";
export interface WireError {
  code: ErrorCode;
  message: string;
  span: Span | null;
  hint: string | null;
}
export interface Notice {
  code: string;
  message: string;
}

export interface About {
  sqlite_version: string;
  source_id: string;
  compile_options: string[];
  scanseek_version: string;
}
export interface SampleInfo {
  id: string;
  title: string;
  summary: string;
  version: number;
  scales: number[];
  default_scale: number;
  rows_at_default: number;
}

export interface SampleRef {
  id: string;
  scale: number;
  version: number;
}
export interface DatabaseInfo {
  name: string;
  size_bytes: number;
  page_size: number;
  page_count: number;
  encoding: string;
  journal_mode: string;
  fingerprint: string;
  sample: SampleRef | null;
}
export interface ColumnInfo {
  name: string;
  declared_type: string;
  not_null: boolean;
  primary_key: number;
  collation: string;
  hidden: boolean;
  default_sql: string | null;
  references: string | null;
}
export interface IndexColumn {
  /** Null for an expression. */
  name: string | null;
  descending: boolean;
  collation: string;
}
export interface IndexInfo {
  name: string;
  table: string;
  columns: IndexColumn[];
  unique: boolean;
  partial: boolean;
  origin: "create_index" | "unique" | "primary_key";
  sql: string | null;
}
export interface TableInfo {
  name: string;
  kind: "table" | "view" | "virtual" | "shadow";
  row_count: number | null;
  columns: ColumnInfo[];
  indexes: IndexInfo[];
  without_rowid: boolean;
  strict: boolean;
  sql: string;
}
export interface Schema {
  tables: TableInfo[];
}
export interface Opened {
  database: DatabaseInfo;
  schema: Schema;
  notices: Notice[];
  /** A sample's queries, with `-- name:` comments. */
  workload: string | null;
}

export interface Statement {
  index: number;
  name: string;
  weight: number;
  sql: string;
  span: Span;
  kind: "read" | "write" | "schema" | "transaction" | "other";
  parameters: string[];
}

export interface IndexUse {
  name: string | null;
  covering: boolean;
  automatic: boolean;
  partial: boolean;
  primary_key: boolean;
}
/** `type` is "scan", "search", "temp_b_tree" and so on, or "other" for text that is not known. */
export interface Op {
  type: string;
  table: string | null;
  alias: string | null;
  index: IndexUse | null;
}
export interface LoopStats {
  loops: number;
  rows_visited: number;
  rows_out: number | null;
  rows_estimated: number;
  vm_steps: number | null;
  page_requests: number | null;
}
export interface PlanNode {
  id: number;
  parent: number;
  depth: number;
  detail: string;
  op: Op;
  /** How to tint the badge. */
  tone: "bad" | "warn" | "good" | "neutral";
  /** A word such as "SCAN", "SEARCH" or "SORT". */
  badge: string;
  /** One plain sentence. */
  sentence: string;
  help: string;
  help_url: string;
  loops: LoopStats | null;
}
export interface Finding {
  rule: string;
  severity: "high" | "medium" | "low";
  node: number | null;
  message: string;
}
export interface Counters {
  vm_steps: number;
  page_requests: number;
  page_reads: number;
  rows_returned: number;
  fullscan_steps: number;
  sorts: number;
  autoindex_rows: number;
}
export interface StatementPlan {
  name: string;
  sql: string;
  statement: Statement;
  plan: PlanNode[];
  plan_text: string;
  counters: Counters | null;
  findings: Finding[];
  error: WireError | null;
}
export interface Explained {
  sqlite_version: string;
  statements: StatementPlan[];
}

export type Cell =
  | { type: "null" }
  | { type: "integer"; value: string }
  | { type: "real"; value: number }
  | { type: "text"; value: string; lossy: boolean }
  | { type: "blob"; bytes: number; hex: string };
export interface RunOptions {
  row_cap: number;
  deadline_ms: number;
}
export interface Ran {
  /** The plan with its loops and counters filled in. */
  statement: StatementPlan;
  columns: string[];
  rows: Cell[][];
  rows_returned: number;
  truncated: boolean;
  elapsed_ns: number;
  stopped: "end" | "deadline" | "cancelled";
}

export interface Reason {
  rule: string;
  text: string;
}
export interface Advice {
  name: string;
  table: string;
  ddl: string;
  bytes: number;
  reasons: Reason[];
  helps: string[];
}
export interface QueryAdvice {
  name: string;
  weight: number;
  sql: string;
  before: Counters;
  after: Counters;
  before_plan: PlanNode[];
  after_plan: PlanNode[];
  before_text: string;
  after_text: string;
  same_result: boolean;
  verdict: "faster" | "slower" | "same" | "not_measured";
  note: string | null;
}
export interface NotAdvised {
  ddl: string;
  because: string;
}
export interface NotAnalysed {
  sql: string;
  because: string;
}
export interface Suggested {
  create: Advice[];
  analyze: boolean;
  baseline: Counters;
  advised: Counters;
  queries: QueryAdvice[];
  not_advised: NotAdvised[];
  not_analysed: NotAnalysed[];
  patch: Patch;
}
export interface Patch {
  up: string;
  down: string;
}

export interface ArmResult {
  arm: string;
  median_ns: number;
  p95_ns: number;
  samples: number;
  batch: number;
  /** One per pair, per execution. */
  sample_ns: number[];
  counters: Counters;
  same_result: boolean;
}
export type Verdict = "faster" | "slower" | "no_clear_difference" | "not_measurable";
export interface Effect {
  arm: string;
  ratio: number;
  low: number;
  high: number;
  verdict: Verdict;
  sentence: string;
}
export interface QueryTrial {
  name: string;
  arms: ArmResult[];
  effects: Effect[];
  note: string | null;
}
export interface Trial {
  arms: string[];
  queries: QueryTrial[];
}
export interface TrialOptions {
  budget_ms: number;
}

export interface LinkState {
  sql: string;
  indexes: string[];
}
export interface SharedClaim {
  query: string;
  arm: "as_is" | "with_indexes";
  counters: Counters;
}
export interface Notebook {
  database:
    | { type: "sample"; id: string; scale: number; version: number }
    | { type: "file"; name: string; fingerprint: string; size_bytes: number };
  sql: string;
  indexes: string[];
  claims: SharedClaim[];
  sqlite_version: string;
  title: string | null;
}
export interface SharedLink {
  /** Begins with "#v1.". */
  fragment: string;
  length: number;
}
export interface ClaimCheck {
  query: string;
  arm: "as_is" | "with_indexes";
  expected: Counters;
  actual: Counters | null;
  holds: boolean;
  because: string | null;
}
export interface LinkCheck {
  database_matches: boolean;
  message: string;
  checks: ClaimCheck[];
}

export interface Progress {
  stage: string;
  done: number;
  total: number | null;
}

/** What the worker lends the engine: a clock, a cancel flag and a progress listener. */
export interface Host {
  now_ns: () => number;
  cancelled: () => boolean;
  progress: (p: Progress) => void;
}
export type WorkbenchClass = new (host: Host) => Workbench;

/** The one class of the engine, as the worker sees it. */
export interface Workbench {
  about(): About;
  samples(): SampleInfo[];
  open_sample(id: string, scale: number): Opened;
  /** `wal` is the content of the -wal file that came along. */
  open_file(name: string, bytes: Uint8Array, wal: Uint8Array | null): Opened;
  close(): void;
  /** Splits only; works without a database. */
  statements(sql: string): Statement[];
  /** The plans of all statements; nothing is executed. */
  explain(sql: string): Explained;
  /** The same if these CREATE INDEX statements were applied. */
  explain_with(sql: string, indexes: string[]): Explained;
  /** Exactly one statement, which only reads. */
  run(sql: string, options: RunOptions): Ran;
  /** All statements of the text are the workload. */
  suggest(sql: string): Suggested;
  /** Two arms: as is, and with the indexes. */
  trial(sql: string, indexes: string[], options: TrialOptions): Trial;
  /** `sql` is the workload the indexes are for; the scripts name it in comments. */
  patch(indexes: string[], sql: string): Patch;
  /** Runs the queries in both arms for the claims. */
  share(state: LinkState): SharedLink;
  read_link(fragment: string): Notebook;
  /** The database of the link must be open. */
  check_link(fragment: string): LinkCheck;
  /** Panics, on purpose. */
  crash_for_test(): void;
}
