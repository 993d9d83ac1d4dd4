/* tslint:disable */
/* eslint-disable */

/** What the worker lends to the engine. */
export interface Host {
    now_ns(): number;
    cancelled(): boolean;
    progress(progress: Progress): void;
    reading(reading: Reading): void;
    rows(batch: RowBatch): void;
    advice_so_far(soFar: AdviceSoFar): void;
    /** True once the best advice by now will do. */
    enough(): boolean;
}

/** An empty file of the page's private file system, and how much may be written to it. */
export interface ScratchFile {
    file: FileSystemSyncAccessHandle;
    limit_bytes: number;
}

/** A database file with what lies beside it. */
export interface PickedFiles {
    database: Blob;
    wal: Blob | null;
    journal: Blob | null;
    /** Where parts that are read twice are copied to. */
    kept: ScratchFile | null;
}



/** Why there is no answer to a request for a part of a file. */
export type NoAnswer = "no_answer" | "silent" | "broken_off" | "redirect" | "cancelled";

/** The answer to a request for a part of a file. Headers are null where they are missing or hidden. */
export interface Part {
    failure: NoAnswer | null;
    status: number;
    content_range: string | null;
    content_length: number | null;
    content_encoding: string | null;
    content_type: string | null;
    etag: string | null;
    last_modified: string | null;
    /** At most one byte more than was asked for. */
    bytes: Uint8Array;
}

/** A file on a server, as the worker lends it to the engine. */
export interface RemoteFile {
    /** Waits for so many bytes from `offset` on; fewer at the end of the file. */
    part(offset: number, length: number): Part;
    /** Waits; false once the person has cancelled. */
    pause(ms: number): boolean;
    /** Told which version of the file was opened. */
    opened(version: string): void;
    /** The version it must be, if it was open before. */
    expected: string | null;
    /** Where parts that are read twice are copied to. */
    kept: ScratchFile | null;
}


/**
 * A condition: of `evaluated` rows `passed` went on.
 */
export interface Predicate {
    address: number;
    node: number;
    evaluated: number;
    passed: number | null;
}

/**
 * A guess, from what the parameter is compared with.
 */
export type ParameterType = "integer" | "real" | "number" | "text" | "unknown";

/**
 * A plan that was printed elsewhere.
 */
export interface PastedPlan {
    plan: PlanNode[];
    plan_text: string;
    findings: PlanFinding[];
}

/**
 * After over before; null where there was none before.
 */
export interface Ratios {
    vm_steps: number | null;
    page_requests: number | null;
    page_reads: number | null;
}

/**
 * Another statement that was run and gave the same rows for less work.
 */
export interface Rewrite {
    sql: string;
    why: string;
    before: Counters;
    after: Counters;
    before_plan_text: string;
    after_plan_text: string;
    /**
     * Positions of the statements of the text that it takes the place of.
     */
    replaces: number[];
}

/**
 * Both count from 0.
 */
export interface CellOptions {
    row: number;
    column: number;
    deadline_ms: number;
}

/**
 * Bytes, which reach the page as one array and not as a list of numbers.
 */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * From this size on the plan is another.
 */
export interface Flip {
    factor: number;
    tables: TableRows[];
    below_text: string;
    above_text: string;
}

/**
 * How much of the database the present run has read; `total_bytes` is about what it will read,
 * where that is known.
 */
export interface Reading {
    read_bytes: number;
    total_bytes: number | null;
}

/**
 * Numbers travel as text: integers so that all 64 bits arrive, reals as SQLite writes them.
 */
export type Cell = { type: "null" } | { type: "integer"; value: string } | { type: "real"; value: string } | { type: "text"; value: string; lossy: boolean; cut_from: number | null } | { type: "blob"; bytes: number; hex: string };

/**
 * Of a node: its own, without that of the nodes below it.
 */
export interface Work {
    vm_steps: number;
    page_requests: number;
    page_reads: number;
}

/**
 * One level of a tree, in the order of its keys.
 */
export interface TreeLevel {
    kind: PageKind;
    /**
     * `u32`: page numbers.
     */
    pages: Uint8Array;
    /**
     * `u32`: the page above each.
     */
    parents: Uint8Array;
}

/**
 * One statement, looked at closely.
 */
export interface Findings {
    /**
     * Its position in the text.
     */
    index: number;
    /**
     * The statement's own text.
     */
    sql: string;
    /**
     * The most costly first.
     */
    findings: Finding[];
    /**
     * What was not looked at, and why: sentences.
     */
    not_looked_at: string[];
}

/**
 * One value in full. `guess` says what its bytes seem to be, and is empty where that is not
 * known; `extension` is for a file's name.
 */
export interface WholeCell {
    value: WholeValue;
    guess: string;
    extension: string;
}

/**
 * Prices of a million rows, and runs of a statement of weight 1.
 */
export interface RowPrices {
    read: number;
    written: number;
    runs: number;
}

/**
 * Rows for each value of the index's first column: as statistics have it, and the most for which
 * SQLite would choose it.
 */
export interface Threshold {
    believed: number;
    needed: number;
}

/**
 * Rows of a run that goes on; `first_row` counts from 0.
 */
export interface RowBatch {
    columns: string[];
    first_row: number;
    rows: Cell[][];
}

/**
 * The best advice while the search goes on; nothing of it is proven yet.
 */
export interface AdviceSoFar {
    changes: string[];
    bytes: number | null;
    work: number | null;
    best_seen: number | null;
}

/**
 * The closed list of codes.
 */
export type ErrorCode = "empty_file" | "not_a_database" | "encrypted_file" | "truncated_file" | "corrupt_file" | "unsupported_file" | "not_attached" | "sql_syntax" | "unknown_name" | "not_runnable" | "writes" | "no_statement" | "sql_error" | "cancelled" | "deadline" | "out_of_memory" | "bad_link" | "unknown_sample" | "no_database" | "bad_index" | "remote_unreachable" | "remote_refused" | "remote_redirect" | "remote_no_ranges" | "remote_changed" | "bad_plan" | "bad_log" | "internal";

/**
 * The index forced on one table of the statement; one of `with` and `because` is null.
 */
export interface ForcedUse {
    sql: string;
    label: string;
    with: Alternative | null;
    /**
     * Why it cannot be, in SQLite's words.
     */
    because: string | null;
}

/**
 * The numbers without the map.
 */
export interface Pages {
    name: string | null;
    before: PagesSummary;
    after: PagesSummary | null;
}

/**
 * The statements of a text as far as they are known without SQLite, and the plan of the one that is meant.
 */
export interface ExplainedAt {
    statements: Statement[];
    meant: StatementPlan | null;
}

/**
 * The work of what a finding is about, in one run.
 */
export interface Cost {
    vm_steps: number;
    page_requests: number;
    page_reads: number;
    /**
     * Of the statement's work, from 0 to 1.
     */
    share: number;
}

/**
 * Those parts of a `PlanNode` that are drawn: one can be given as it is.
 */
export interface GraphNode {
    id: number;
    parent: number;
    detail: string;
    op: GraphOp;
    tone: Tone;
    badge: string;
    loops: GraphLoops | null;
    measures: Measure[];
}

/**
 * Two nodes that do the same job, or one that only one plan has.
 */
export interface Pair {
    before: number | null;
    after: number | null;
    kind: PairKind;
    sentence: string;
    ratios: Ratios | null;
}

/**
 * UTF-16 offsets, `end` exclusive.
 */
export interface Span {
    start: number;
    end: number;
}

/**
 * What SQLite expects of one round of a node's loop: rows that leave it, and its cost, which has no
 * unit.
 */
export interface LoopEstimate {
    node: number;
    rows: number;
    cost: number | null;
}

/**
 * What a log comes to.
 */
export interface Log {
    format: LogFormat;
    /**
     * For “read as …”.
     */
    title: string;
    lines: number;
    statements: number;
    /**
     * Some query stands in it more than once.
     */
    repeats: boolean;
    /**
     * Those that took the most time in all first; without times, the most frequent.
     */
    queries: LoggedQuery[];
    loops: QueryLoop[];
    left_out: LeftOut[];
    other_lines: number;
    first_other_lines: LogLine[];
}

/**
 * What a node does; `table` and `index` are null where it reads none.
 */
export interface Op {
    type: string;
    table: string | null;
    alias: string | null;
    /**
     * The table as the statement names it, where that can be told: `invoices AS i`.
     */
    source: string | null;
    index: IndexUse | null;
}

/**
 * What a piece of a statement is to a node.
 */
export type Role = "source" | "key" | "filter" | "clause" | "subquery";

/**
 * What the advice does with some statistics, in words, and the queries that take more work than before.
 */
export interface Holds {
    statistics: Statistics;
    text: string;
    slower: string[];
}

/**
 * What the advice may take, and what a person decided of it.
 */
export interface SuggestOptions {
    max_indexes: number | null;
    budget_bytes: number | null;
    pinned: string[];
    forbidden: string[];
}

/**
 * What the text of a plan tells by itself.
 */
export interface PlanFinding {
    rule: string;
    severity: Severity;
    node: number | null;
    message: string;
    /**
     * What the rule means and what may help.
     */
    help: string;
    /**
     * The rule of SQLite's planner behind it, as in `Words`.
     */
    planner_rule: string;
    help_url: string | null;
}

/**
 * What to draw of a plan that crossed before.
 */
export interface GraphRequest {
    nodes: GraphNode[];
    /**
     * Null if the statement did not run.
     */
    metric: Metric | null;
    rows_returned: number | null;
    rest_measures: Measure[];
    /**
     * Null takes the way that fits better.
     */
    direction: Direction | null;
    room_width: number;
    room_height: number;
    /**
     * Nodes whose children are not drawn.
     */
    collapsed: number[];
    /**
     * Nodes with a smaller share are drawn as one; 0 for none.
     */
    below: number;
    /**
     * Parents whose small nodes are drawn all the same; 0 is the top.
     */
    shown: number[];
}

/**
 * What was asked of an attached database, whose pages are on no map.
 */
export interface AttachedRequests {
    name: string;
    requests: number;
    reads: number;
}

/**
 * Whether one statement can take the place of those of a loop.
 */
export interface LoopProof {
    finding: Finding | null;
    not_looked_at: string[];
}

/**
 * Why an index is not used.
 */
export interface WhyNot {
    index: string;
    table: string;
    chosen: Alternative;
    forced: ForcedUse[];
    /**
     * Switches under which SQLite chooses it by itself.
     */
    switches: string[];
    /**
     * The same in words.
     */
    switch_labels: string[];
    threshold: Threshold | null;
    sentences: string[];
}

/**
 * `database` is the name an attached database has; null is the main one.
 */
export interface TableInfo {
    database: string | null;
    name: string;
    kind: TableKind;
    row_count: number | null;
    rows_estimated: number | null;
    columns: ColumnInfo[];
    indexes: IndexInfo[];
    without_rowid: boolean;
    strict: boolean;
    sql: string;
}

/**
 * `first_row` counts from 0; with `whole`, long values are not cut.
 */
export interface PageOptions {
    first_row: number;
    row_cap: number;
    whole: boolean;
    deadline_ms: number;
}

/**
 * `from` and `to` are positions among the cards; `own` and `shared` are SVG path data.
 */
export interface GraphEdge {
    from: number;
    to: number;
    own: string;
    shared: string;
    width: number;
    level: number | null;
    rows: string;
    off: string;
    label_x: number;
    label_y: number;
}

/**
 * `length` is that of the fragment, in characters.
 */
export interface SharedLink {
    fragment: string;
    length: number;
}

/**
 * `level` is 1 from a share of 10 %, 2 from 40 %, 3 from 90 %.
 */
export interface Measure {
    metric: Metric;
    value: number;
    /**
     * 0 to 1.
     */
    share: number;
    /**
     * With all nodes below.
     */
    subtree_share: number;
    level: number;
}

/**
 * `more` tells whether there are rows after these.
 */
export interface RowsPage {
    rows: Cell[][];
    more: boolean;
}

/**
 * `name` is null for an expression.
 */
export interface IndexColumn {
    name: string | null;
    descending: boolean;
    collation: string;
}

/**
 * `switch` is `without_<optimisation>`, `statistics_<which>` or `case_sensitive_like`.
 */
export interface SwitchEffect {
    switch: string;
    /**
     * The same in words.
     */
    label: string;
    plan: PlanNode[];
    plan_text: string;
    counters: Counters | null;
}

export interface About {
    scanseek_version: string;
    sqlite_version: string;
    source_id: string;
    compile_options: string[];
}

export interface Advice {
    name: string;
    table: string;
    ddl: string;
    bytes: number;
    share_of_file: number;
    warning: string | null;
    reasons: Reason[];
    helps: string[];
    without: number;
    steps_per_insert: number | null;
    pinned: boolean;
}

export interface AdviceBound {
    achieved: number;
    best_seen: number;
    plans: number;
    runs: number;
    built: number;
}

export interface AdvicePoint {
    changes: string[];
    bytes: number;
    work: number;
    advised: boolean;
}

export interface AdvisedDrop {
    name: string;
    table: string;
    ddl: string;
    kind: DropKind;
    label: string;
    help: string;
    because: string;
    proof: string[];
    covered_by: string | null;
    bytes: number;
    steps_per_insert: number | null;
    steps_per_update: number | null;
    steps_per_delete: number | null;
    taken: boolean;
    needs: string[];
}

export interface Alternative {
    plan: PlanNode[];
    plan_text: string;
    loops: LoopEstimate[];
    counters: Counters | null;
}

export interface ArmResult {
    arm: string;
    median_ns: number;
    p95_ns: number;
    samples: number;
    batch: number;
    sample_ns: number[];
    counters: Counters;
    same_result: boolean;
}

export interface Attached {
    name: string;
    database: DatabaseInfo;
}

export interface Bill {
    before: number;
    after: number;
}

export interface Billed {
    queries: BilledQuery[];
    not_analysed: NotAnalysed[];
}

export interface BilledQuery {
    name: string;
    weight: number;
    before: RowsTouched;
    after: RowsTouched;
}

export interface Bytecode {
    opcodes: Opcode[];
    predicates: Predicate[];
}

export interface ClaimCheck {
    query: string;
    arm: ClaimArm;
    expected: Counters;
    actual: Counters | null;
    holds: boolean;
    because: string | null;
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

export interface Comparison {
    before: StatementPlan;
    after: StatementPlan;
    pairs: Pair[];
    sentence: string;
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

export interface DatabaseInfo {
    name: string;
    size_bytes: number;
    page_size: number;
    page_count: number;
    encoding: string;
    journal_mode: string;
    sample: SampleRef | null;
}

export interface Effect {
    arm: string;
    ratio: number;
    low: number;
    high: number;
    verdict: Verdict;
    sentence: string;
}

export interface Explained {
    sqlite_version: string;
    statements: StatementPlan[];
}

export interface Exponents {
    vm_steps: number;
    page_requests: number;
}

export interface Finding {
    rule: string;
    /**
     * A few words for a heading.
     */
    title: string;
    help: string;
    help_url: string;
    /**
     * The rule of SQLite's planner behind it, as in `Words`, if there is one.
     */
    planner_rule: string | null;
    severity: Severity;
    node: number | null;
    /**
     * In the statement's own text.
     */
    span: Span | null;
    /**
     * What happens.
     */
    message: string;
    /**
     * What SQLite was made to show.
     */
    proof: string;
    /**
     * What to do.
     */
    advice: string;
    cost: Cost | null;
    rewrite: Rewrite | null;
}

export interface Graph {
    direction: Direction;
    width: number;
    height: number;
    cards: GraphCard[];
    edges: GraphEdge[];
}

export interface GraphCard {
    kind: CardKind;
    id: number;
    parent: number;
    depth: number;
    x: number;
    y: number;
    width: number;
    height: number;
    badge: string;
    tone: Tone;
    title: string;
    subtitle: string;
    figure: string;
    share: number | null;
    percent: string;
    level: number;
    has_children: boolean;
    hidden: number;
}

export interface GraphLoops {
    rows_out: number | null;
    estimate_ratio: number | null;
}

export interface GraphOp {
    table: string | null;
    alias: string | null;
    source: string | null;
}

export interface Growth {
    /**
     * From all the data to the smallest part.
     */
    points: GrowthPoint[];
    /**
     * Of `work ~ rows^e`.
     */
    exponents: Exponents | null;
    sentence: string;
    notes: string[];
}

export interface GrowthPoint {
    tables: TableRows[];
    rows: number;
    plan_text: string;
    /**
     * Null if it did not end in time.
     */
    counters: Counters | null;
}

export interface Heat {
    /**
     * In the statement's own text.
     */
    span: Span;
    measures: Measure[];
}

export interface IndexInfo {
    name: string;
    table: string;
    columns: IndexColumn[];
    unique: boolean;
    partial: boolean;
    origin: IndexOrigin;
    sql: string | null;
}

export interface IndexUse {
    name: string | null;
    covering: boolean;
    automatic: boolean;
    partial: boolean;
    primary_key: boolean;
}

export interface LeftOut {
    title: string;
    count: number;
    first_line: number;
    first: string;
}

export interface LinkCheck {
    database_matches: boolean;
    message: string;
    checks: ClaimCheck[];
}

export interface LinkState {
    sql: string;
    indexes: string[];
}

export interface LogLine {
    line: number;
    text: string;
}

export interface LoggedQuery {
    name: string;
    sql: string;
    writes: boolean;
    calls: number;
    times: LoggedTimes | null;
    first_line: number;
    several_rows: boolean;
    values: SeenValue[];
    /**
     * The statement with its facts in comments.
     */
    text: string;
}

export interface LoggedTimes {
    calls: number;
    total_ns: number;
    mean_ns: number;
    max_ns: number | null;
}

export interface LoopStats {
    loops: number;
    rows_visited: number;
    rows_out: number | null;
    rows_out_per_loop: number | null;
    /**
     * For one loop, to be compared with `rows_out_per_loop`.
     */
    rows_estimated: number;
    /**
     * How many times more rows came out than were expected.
     */
    estimate_ratio: number | null;
    /**
     * 1 from ×10, 2 from ×100, 3 from ×1000, too high or too low.
     */
    estimate_level: number | null;
    vm_steps: number | null;
    page_requests: number | null;
    page_reads: number | null;
}

export interface NotAdvised {
    ddl: string;
    because: string;
}

export interface NotAnalysed {
    name: string;
    sql: string;
    because: string;
}

export interface NotTried {
    name: string;
    because: string;
}

export interface Notebook {
    title: string | null;
    database: NotebookDatabase;
    attached: NotebookAttached[];
    sql: string;
    indexes: string[];
    claims: SharedClaim[];
    sqlite_version: string;
}

export interface NotebookAttached {
    name: string;
    database: NotebookDatabase;
}

export interface Notice {
    code: string;
    message: string;
}

export interface Opcode {
    address: number;
    opcode: string;
    p1: number;
    p2: number;
    p3: number;
    p4: string;
    p5: number;
    comment: string | null;
    subprogram: string | null;
    /**
     * The plan node it works for; null is "expressions and control".
     */
    node: number | null;
    executions: number;
    page_requests: number;
    page_reads: number;
}

export interface Opened {
    database: DatabaseInfo;
    attached: Attached[];
    schema: Schema;
    notices: Notice[];
    workload: string | null;
    /**
     * A gallery's queries; empty for most.
     */
    patterns: Pattern[];
}

export interface OptimizationWords {
    id: string;
    label: string;
    help: string;
}

export interface PackedMap {
    /**
     * What the kinds in `runs` are.
     */
    kinds: PageKind[];
    /**
     * `u32`: tree, kind, level and number of pages, for each run of like pages.
     */
    runs: Uint8Array;
    /**
     * One byte a page: percent, or 255 where it is not known.
     */
    fill: Uint8Array;
}

export interface PackedTrace {
    /**
     * `u32`: the pages asked for, by number.
     */
    pages: Uint8Array;
    /**
     * `f64`: how often each was.
     */
    requests: Uint8Array;
    /**
     * `u32`: how often each had to be read.
     */
    reads: Uint8Array;
    /**
     * `u32`: the pages in the order they were asked for.
     */
    order: Uint8Array;
    /**
     * `u32`: how often in a row.
     */
    order_requests: Uint8Array;
    /**
     * One byte: 1 where the page had to be read.
     */
    order_reads: Uint8Array;
    requests_in_order: number;
    whole_order: boolean;
}

export interface PageTree {
    kind: TreeKind;
    /**
     * In words where it is no table or index.
     */
    name: string;
    table: string;
    root: number;
    pages: number;
    inner: number;
    leaves: number;
    overflow: number;
    depth: number;
    fill_percent: number | null;
    touched: number;
    requests: number;
    reads: number;
    /**
     * Of all requests of the statement, from 0 to 1.
     */
    share: number | null;
}

export interface PagesSummary {
    page_size: number;
    page_count: number;
    extent: MapExtent;
    damaged: boolean;
    trees: PageTree[];
    counters: Counters | null;
    stopped: Stopped | null;
    temporary_requests: number;
    attached: AttachedRequests[];
}

export interface Patch {
    up: string;
    down: string;
}

export interface Pattern {
    group: string;
    name: string;
    see: string;
    /**
     * A rule of the planner, as in `Words`.
     */
    rule: string | null;
    /**
     * For the editor.
     */
    text: string;
}

export interface Piece {
    role: Role;
    /**
     * In the statement's own text.
     */
    span: Span;
}

export interface Place {
    /**
     * The most telling first; several of one role may be a choice, which the note then says.
     */
    pieces: Piece[];
    note: string | null;
}

export interface PlanNode {
    id: number;
    parent: number;
    depth: number;
    /**
     * Its line in the plan's text, from 0 below the heading.
     */
    line: number;
    detail: string;
    op: Op;
    tone: Tone;
    badge: string;
    sentence: string;
    help: string;
    help_url: string;
    loops: LoopStats | null;
    work: Work | null;
    /**
     * Of a plan that was measured.
     */
    measures: Measure[];
}

export interface PlannerRule {
    id: string;
    title: string;
    fact: string;
    help_url: string;
}

export interface Progress {
    stage: string;
    done: number;
    total: number | null;
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
    verdict: QueryVerdict;
    note: string | null;
}

export interface QueryLoop {
    /**
     * Its place among the queries.
     */
    query: number;
    column: string;
    calls: number;
    runs: number;
    longest_calls: number;
    first_line: number;
    last_line: number;
    total_ns: number | null;
    parent: number | null;
    /**
     * Not proven.
     */
    replacement: string | null;
    leaves_limit_out: boolean;
    is_grouped: boolean;
    statements: string[];
}

export interface QueryTrial {
    name: string;
    arms: ArmResult[];
    effects: Effect[];
    note: string | null;
}

export interface Ran {
    statement: StatementPlan;
    columns: string[];
    rows_kept: number;
    rows_returned: number;
    truncated: boolean;
    elapsed_ns: number;
    stopped: Stopped;
    /**
     * SQLite compiled it again for the values of its parameters.
     */
    reprepared: boolean;
    /**
     * Why another run may give other rows.
     */
    varies: Varies | null;
}

export interface Reason {
    rule: string;
    text: string;
}

export interface RowsTouched {
    read: number;
    written: number;
}

export interface RunOptions {
    row_cap: number;
    deadline_ms: number;
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

export interface Scaled {
    /**
     * From the smallest to the largest; the data as it is has the factor 1.
     */
    sizes: ScaledPlan[];
    flips: Flip[];
    assumptions: string[];
}

export interface ScaledPlan {
    factor: number;
    /**
     * Of the tables that the plan reads.
     */
    tables: TableRows[];
    /**
     * Rows that SQLite expects to visit in all loops.
     */
    rows_expected: number;
    /**
     * Which of the different plans it is: sizes of the same plan have the same number.
     */
    plan_number: number;
    plan: PlanNode[];
    plan_text: string;
}

export interface Schema {
    tables: TableInfo[];
}

export interface SeenValue {
    name: string;
    value: string | null;
    rare: string | null;
}

export interface SharedClaim {
    query: string;
    arm: ClaimArm;
    counters: Counters;
}

export interface Side {
    sql: string;
    /**
     * `CREATE INDEX`, `DROP INDEX` and `ANALYZE` statements.
     */
    changes: string[];
    switches: Switches | null;
}

export interface Statement {
    index: number;
    name: string;
    weight: number;
    /**
     * What there is to see in its plan, if its comments say so.
     */
    see: string | null;
    sql: string;
    span: Span;
    kind: StatementKind;
    parameters: string[];
    /**
     * One a parameter.
     */
    parameter_types: ParameterType[];
}

export interface StatementPlan {
    name: string;
    sql: string;
    statement: Statement;
    plan: PlanNode[];
    /**
     * Where each node of the plan stands in the statement.
     */
    places: Place[];
    /**
     * How much of the work each stretch of the statement stands for; stretches do not overlap.
     */
    heat: Heat[];
    plan_text: string;
    counters: Counters | null;
    /**
     * Work of no node: expressions and control.
     */
    rest: Work | null;
    rest_measures: Measure[];
    /**
     * At first sight, or closer after a closer look.
     */
    findings: Finding[];
    /**
     * What was not looked at, and why.
     */
    not_looked_at: string[];
    notices: Notice[];
    error: WireError | null;
}

export interface StatisticsWords {
    id: Statistics;
    label: string;
}

export interface Suggested {
    create: Advice[];
    drop: AdvisedDrop[];
    analyze: boolean;
    analyze_because: string[];
    baseline: Counters;
    advised: Counters;
    queries: QueryAdvice[];
    not_advised: NotAdvised[];
    not_analysed: NotAnalysed[];
    bound: AdviceBound;
    curve: AdvicePoint[];
    holds: Holds[];
    patch: Patch;
}

export interface Switches {
    statistics: Statistics;
    /**
     * Names of optimisations, as in `Why`.
     */
    without: string[];
    case_sensitive_like: boolean;
}

export interface TableRows {
    name: string;
    rows: number;
}

export interface Trial {
    arms: string[];
    queries: QueryTrial[];
    not_tried: NotTried[];
}

export interface TrialOptions {
    budget_ms: number;
}

export interface Why {
    base: StatementPlan;
    changes: SwitchEffect[];
    tried: number;
}

export interface WireError {
    code: ErrorCode;
    message: string;
    span: Span | null;
    hint: string | null;
}

export interface Words {
    optimizations: OptimizationWords[];
    statistics: StatisticsWords[];
    planner_rules: PlannerRule[];
}

export interface Xray {
    name: string | null;
    before: XrayArm;
    after: XrayArm | null;
}

export interface XrayArm {
    summary: PagesSummary;
    map: PackedMap;
    trace: PackedTrace | null;
}

export type CardKind = "result" | "step" | "more";

export type ClaimArm = "as_is" | "with_indexes";

export type Direction = "down" | "right";

export type DropKind = "duplicate" | "prefix" | "unused" | "replaceable";

export type ExportFormat = "text" | "markdown" | "mermaid";

export type IndexOrigin = "create_index" | "unique" | "primary_key";

export type LogFormat = "sql" | "sqlite_trace" | "django" | "rails" | "sql_alchemy" | "pg_stat_statements" | "lines";

export type MapExtent = "whole" | "inner_pages";

export type Metric = "rows_visited" | "rows_out" | "vm_steps" | "page_requests" | "page_reads";

export type NotebookDatabase = { type: "sample"; id: string; scale: number; version: number } | { type: "file"; name: string; fingerprint: string; size_bytes: number };

export type PageKind = "inner" | "leaf" | "overflow" | "freelist_trunk" | "freelist_leaf" | "pointer_map" | "lock_byte" | "damaged" | "not_reached";

export type PairKind = "same" | "changed" | "removed" | "added";

export type QueryVerdict = "faster" | "slower" | "same" | "not_measured";

export type Severity = "high" | "medium" | "low";

export type StatementKind = "read" | "write" | "schema" | "transaction" | "other";

export type Statistics = "as_found" | "none" | "analyze" | "optimize";

export type Stopped = "end" | "deadline" | "cancelled";

export type TableKind = "table" | "view" | "virtual" | "shadow";

export type TextPart = { type: "text"; value: string } | { type: "invalid"; hex: string };

export type Theme = "auto" | "light" | "dark";

export type Tone = "bad" | "warn" | "good" | "neutral";

export type TreeKind = "table" | "index" | "freelist" | "pointer_map" | "lock_byte" | "not_reached";

export type Varies = "random" | "clock";

export type Verdict = "faster" | "slower" | "no_clear_difference" | "not_measurable";

export type WholeValue = { type: "null" } | { type: "integer"; value: string } | { type: "real"; value: string } | { type: "text"; bytes: Bytes; characters: number; parts: TextPart[]; parts_are_all: boolean; json: string | null } | { type: "blob"; bytes: Bytes };


/**
 * Reads a log piece by piece, since it may be large.
 */
export class LogReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * All that was read; nothing can be pushed any more.
     */
    finish(): Log;
    /**
     * Nothing read yet.
     */
    constructor();
    /**
     * The next piece of its bytes.
     */
    push(bytes: Uint8Array | number[]): void;
}

/**
 * All use-cases over one open database.
 */
export class Workbench {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Which versions are running.
     */
    about(): About;
    /**
     * Attaches a picked file to the open database under a name.
     */
    attach(name: string, file_name: string, picked: PickedFiles): Opened;
    /**
     * What that costs.
     */
    bill(billed: Billed, prices: RowPrices): Bill;
    /**
     * Counts the rows that each statement of a text touches, as it is and with the changes.
     */
    billed(sql: string, changes: string[]): Billed;
    /**
     * The program of the one statement of a text; with options it is run and counted.
     */
    bytecode(sql: string, options: RunOptions | null): Bytecode;
    /**
     * One value of what the one statement of a text gives.
     */
    cell(sql: string, options: CellOptions): WholeCell;
    /**
     * Counts everything a link claims again, on the open database.
     */
    check_link(fragment: string): LinkCheck;
    /**
     * Closes the database.
     */
    close(): void;
    /**
     * Two plans side by side; with options both are run.
     */
    compare(before: Side, after: Side, options: RunOptions | null): Comparison;
    /**
     * Counts the rows of every table, as far as `budget_ms` reaches.
     */
    count_rows(budget_ms: number): Schema;
    /**
     * Panics, so that a test can see the page survive it.
     */
    crash_for_test(): void;
    /**
     * What a text or blob is whose bytes the page has.
     */
    describe(bytes: Uint8Array | number[], blob: boolean): WholeCell;
    /**
     * Takes an attached database away.
     */
    detach(name: string): Opened;
    /**
     * The plan of every statement; nothing is executed.
     */
    explain(sql: string): Explained;
    /**
     * The plan of the statement at an offset of the text alone.
     */
    explain_at(sql: string, offset: number): ExplainedAt;
    /**
     * The plan of every statement under switches of the planner.
     */
    explain_under(sql: string, switches: Switches): Explained;
    /**
     * The same if these indexes existed; they are not built.
     */
    explain_with(sql: string, indexes: string[]): Explained;
    /**
     * A plan as text for other places, with what was measured.
     */
    export_plan(plan: StatementPlan, format: ExportFormat): string;
    /**
     * Looks closely at one statement of a text, by its position: variants of it are explained and run.
     */
    findings(sql: string, index: number, options: RunOptions): Findings;
    /**
     * The mark of the open file.
     */
    fingerprint(): string;
    /**
     * Places the cards and lines of a plan.
     */
    graph(request: GraphRequest): Graph;
    /**
     * The same as the text of an SVG file.
     */
    graph_svg(request: GraphRequest, title: string, theme: Theme): string;
    /**
     * The work of the one statement of a text on all the data and on parts of it.
     */
    growth(sql: string, options: RunOptions): Growth;
    /**
     * True for a text that is a log, to be read as a workload; false for SQL to be taken as it is.
     */
    is_log(text: string): boolean;
    /**
     * Length in bytes of the longest part of a remote file that is asked for at once.
     */
    longest_part_bytes(): number;
    /**
     * A workbench with nothing open.
     */
    constructor(host: Host);
    /**
     * Opens a file's bytes, with those of its `-wal` file if it was given too.
     */
    open_bytes(name: string, bytes: Uint8Array | number[], wal?: Uint8Array | number[] | null): Opened;
    /**
     * Opens a picked file. Only parts of it are read, as they are needed.
     */
    open_file(name: string, picked: PickedFiles): Opened;
    /**
     * Opens a file on a server. Only parts of it are read, as they are needed.
     */
    open_remote(name: string, file: RemoteFile): Opened;
    /**
     * Makes a sample and opens it.
     */
    open_sample(id: string, scale: number): Opened;
    /**
     * Some rows from the middle of what the one statement of a text gives.
     */
    page(sql: string, options: PageOptions): RowsPage;
    /**
     * The scripts for these indexes, with what they do for the statements of a text.
     */
    patch(indexes: string[], sql: string): Patch;
    /**
     * Runs the statements of a loop, and the one statement for all of them.
     */
    prove_loop(statements: string[], options: RunOptions): LoopProof;
    /**
     * Reads a link; nothing is opened or run.
     */
    read_link(fragment: string): Notebook;
    /**
     * A plan that was printed elsewhere, read from text; works without a database.
     */
    read_plan(text: string): PastedPlan;
    /**
     * Prices to begin with.
     */
    row_prices(): RowPrices;
    /**
     * Runs the one statement of a text, if it only reads; the host is given its rows as they come.
     */
    run(sql: string, options: RunOptions): Ran;
    /**
     * Runs the one statement of a text under switches of the planner.
     */
    run_under(sql: string, switches: Switches, options: RunOptions): Ran;
    /**
     * The samples on offer.
     */
    samples(): SampleInfo[];
    /**
     * The plans of the one statement of a text at a hundredth to a thousand times the rows.
     */
    scaled(sql: string): Scaled;
    /**
     * Counts every query in both arms and makes a link.
     */
    share(state: LinkState): SharedLink;
    /**
     * Keeps written pages in this file when memory is short.
     */
    spill_to(file: FileSystemSyncAccessHandle): void;
    /**
     * Splits a text into statements; works without a database.
     */
    statements(sql: string): Statement[];
    /**
     * Suggests indexes for all statements of a text.
     */
    suggest(sql: string, options: SuggestOptions): Suggested;
    /**
     * Runs the one statement of a text `times` times, rows thrown away; nanoseconds in total.
     */
    time(sql: string, times: number): number;
    /**
     * A tree of that map level by level.
     */
    tree_levels(tree: number, changes: string[]): TreeLevel[];
    /**
     * Compares every query with and without the indexes.
     */
    trial(sql: string, indexes: string[], options: TrialOptions): Trial;
    /**
     * Which switches change the plan of the one statement of a text; with options also what it
     * costs under each.
     */
    why(sql: string, options: RunOptions | null): Why;
    /**
     * Why the one statement of a text does not use an index: its name, or a `CREATE INDEX` statement.
     */
    why_not(sql: string, index: string, options: RunOptions | null): WhyNot;
    /**
     * The words that do not depend on a plan.
     */
    words(): Words;
    /**
     * What every page is for, and which of them the one statement of a text asks for, as the
     * database is and with changes. Without a statement: the map alone.
     */
    xray(sql: string, changes: string[], options: RunOptions): Xray;
}
