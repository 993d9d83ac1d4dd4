/** A number with a bar below it that shows its share of the most. */
import type { ComponentChildren } from "preact";
import { count } from "./format";

interface BarProps {
  value: number;
  most: number;
  /** Behind the number. */
  children?: ComponentChildren;
}

export function Bar({ value, most, children }: BarProps) {
  const share = value / most;
  return (
    <div class="bar">
      <span>
        {count(value)}
        {children}
      </span>
      <span class="bar-track" aria-hidden="true">
        <span
          class={share > 0.4 ? "bar-fill much" : "bar-fill"}
          style={{ width: `${Math.max(share * 100, value > 0 ? 1 : 0)}%` }}
        />
      </span>
    </div>
  );
}
