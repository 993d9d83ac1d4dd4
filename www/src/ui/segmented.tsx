/** A choice of few, all visible. */

interface SegmentedProps<Id extends string> {
  label: string;
  options: { id: Id; label: string; title?: string }[];
  current: Id;
  onChange: (id: Id) => void;
}

export function Segmented<Id extends string>({ label, options, current, onChange }: SegmentedProps<Id>) {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          aria-pressed={option.id === current}
          title={option.title}
          onClick={() => onChange(option.id)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
