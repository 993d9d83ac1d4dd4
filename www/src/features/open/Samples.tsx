/** The sample databases, each with a line on what there is to see. */
import type { SampleInfo } from "../../engine/types";
import { count } from "../../ui/format";

interface SampleListProps {
  samples: SampleInfo[];
  onOpen: (sample: SampleInfo) => void;
}

export function SampleList({ samples, onOpen }: SampleListProps) {
  return (
    <ul class="samples">
      {samples.map((sample) => (
        <li key={sample.id}>
          <button
            type="button"
            class="sample"
            data-testid={`sample-${sample.id}`}
            onClick={() => onOpen(sample)}
          >
            <span class="sample-title">{sample.title}</span>
            <span class="sample-rows">{count(sample.rows_at_default)} rows</span>
            <span class="sample-summary">{sample.summary}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
