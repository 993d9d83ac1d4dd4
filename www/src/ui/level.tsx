/** How much something is, as three blocks of rising height: a sign that needs no colour. */

interface LevelProps {
  /** 0 to 3. */
  level: number;
  /** What each level from 1 means. */
  words: readonly [string, string, string];
}

export function Level({ level, words }: LevelProps) {
  const meaning = words[level - 1];
  if (!meaning) return null;
  return (
    <span class={`level level-${level}`} title={meaning}>
      {[1, 2, 3].map((step) => (
        <span key={step} class={step <= level ? "level-on" : ""} aria-hidden="true" />
      ))}
      <span class="sr-only">{meaning}</span>
    </span>
  );
}

export const SHARE_WORDS = ["10 % or more of the whole", "40 % or more", "90 % or more"] as const;
export const OFF_WORDS = [
  "10 times off or more",
  "100 times off or more",
  "1,000 times off or more",
] as const;
