/** A part of the page whose code is fetched when it is first shown. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Note } from "./basics";

type Part = () => JSX.Element | null;

export function later(load: () => Promise<Part>): Part {
  const state = signal<{ part: Part } | "unasked" | "asked" | "failed">("unasked");
  const ask = () => {
    state.value = "asked";
    load().then(
      (part) => {
        state.value = { part };
      },
      () => {
        state.value = "failed";
      },
    );
  };
  return () => {
    const now = state.value;
    if (typeof now === "object") return <now.part />;
    if (now === "failed") {
      return (
        <Note tone="bad" action={{ label: "Try again", run: ask }}>
          This part of the page could not be loaded.
        </Note>
      );
    }
    if (now === "unasked") queueMicrotask(ask);
    return <p class="fine">Loading…</p>;
  };
}
