/** Numbers and sizes as text. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1204331 → "1,204,331". */
export function count(value: number): string {
  return whole.format(value);
}

/** Three significant digits, without a tail of zeros. */
export function brief(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return whole.format(value);
  return String(Number(value.toPrecision(3)));
}

/** An estimate, with two significant digits: 8042113 → "8,000,000". */
export function about(value: number): string {
  return whole.format(Number(value.toPrecision(2)));
}

/** A ratio with three significant digits, all of them shown. */
export function ratio(value: number): string {
  return value >= 1000
    ? whole.format(value)
    : Number(value.toPrecision(3)).toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
}

/** A share of 1 with two significant digits: 0.0307 → "3.1 %". */
export function percent(share: number): string {
  const value = Number((share * 100).toPrecision(2));
  return share > 0 && value < 0.01 ? "under 0.01 %" : `${value} %`;
}

export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole.format(size) : brief(size)} ${units[unit]}`;
}

export function duration(ns: number): string {
  if (ns < 1e3) return `${brief(ns)} ns`;
  if (ns < 1e6) return `${brief(ns / 1e3)} µs`;
  if (ns < 1e9) return `${brief(ns / 1e6)} ms`;
  return `${brief(ns / 1e9)} s`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
