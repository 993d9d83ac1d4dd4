/** A logarithmic scale and its ticks. */

export interface LogScale {
  min: number;
  max: number;
  /** A value to 0…1 of the width. */
  at(value: number): number;
  ticks: number[];
}

/** Covers all values, and 1 unless told otherwise, widened to whole decades, or to 1-2-5 steps when the range is small. */
export function logScale(values: number[], withOne = true): LogScale {
  const finite = values.filter((value) => value > 0 && Number.isFinite(value));
  const usable = withOne || finite.length === 0 ? [...finite, 1] : finite;
  const low = Math.min(...usable) * 0.9;
  const high = Math.max(...usable) * 1.1;
  const steps: number[] = [];
  for (let decade = Math.floor(Math.log10(low)) - 1; decade <= Math.ceil(Math.log10(high)) + 1; decade++) {
    for (const factor of [1, 2, 5]) steps.push(Number((factor * 10 ** decade).toPrecision(6)));
  }
  const min = steps.filter((step) => step <= low).at(-1) ?? low;
  const max = steps.find((step) => step >= high) ?? high;
  const inside = steps.filter((step) => step >= min && step <= max);
  const decades = inside.filter((step) => Math.abs(Math.log10(step) - Math.round(Math.log10(step))) < 1e-9);
  const span = Math.log(max) - Math.log(min);
  return {
    min,
    max,
    at: (value) => (Math.log(Math.min(max, Math.max(min, value))) - Math.log(min)) / span,
    ticks: inside.length <= 7 ? inside : decades,
  };
}
