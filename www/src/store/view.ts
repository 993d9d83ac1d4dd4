/** What is on show: the tab, and short notices above the page. */
import { signal } from "@preact/signals";

export const TABS = [
  { id: "plan", label: "Plan" },
  { id: "rows", label: "Rows" },
  { id: "bytecode", label: "Bytecode" },
  { id: "pages", label: "Pages" },
  { id: "compare", label: "Compare" },
  { id: "size", label: "Size" },
  { id: "suggest", label: "Suggest" },
  { id: "trial", label: "Trial" },
  { id: "patch", label: "Patch" },
] as const;
export type TabId = (typeof TABS)[number]["id"];
export const tab = signal<TabId>("plan");

export interface NoticeEntry {
  key: string;
  tone: "neutral" | "warn" | "bad" | "good";
  text: string;
  hint?: string | null;
  action?: { label: string; run: () => void };
}
export const notices = signal<NoticeEntry[]>([]);

/** Shows a notice; one with the same key takes its place. */
export function notify(entry: NoticeEntry): void {
  notices.value = [...notices.value.filter((other) => other.key !== entry.key), entry];
}

export function dismiss(key: string): void {
  notices.value = notices.value.filter((entry) => entry.key !== key);
}
