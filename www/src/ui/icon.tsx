/** The page's few pictures, drawn with strokes in the colour of the text around them. */

const PATHS = {
  open: "M3 6.5A1.5 1.5 0 0 1 4.5 5h3l2 2h6A1.5 1.5 0 0 1 17 8.5V14.5a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5z",
  drop: "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M3.5 13.5v2A1.5 1.5 0 0 0 5 17h10a1.5 1.5 0 0 0 1.5-1.5v-2",
  samples:
    "M4 5.5C4 4.1 6.7 3 10 3s6 1.1 6 2.5S13.3 8 10 8 4 6.9 4 5.5zm0 0v9C4 15.9 6.7 17 10 17s6-1.1 6-2.5v-9M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5",
  share: "M8 11.5 12.5 7M7 8.5 5 10.4a3.2 3.2 0 0 0 4.6 4.6l1.9-2M13 11.5l2-1.9A3.2 3.2 0 0 0 10.4 5L8.5 7",
  globe:
    "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3.2 10h13.6M10 3C6.2 6.8 6.2 13.2 10 17M10 3c3.8 3.8 3.8 10.2 0 14",
  run: "M6.5 4.5v11l9-5.5z",
  stop: "M5.5 5.5h9v9h-9z",
  copy: "M7 7V4.5A1.5 1.5 0 0 1 8.5 3h7A1.5 1.5 0 0 1 17 4.5v7a1.5 1.5 0 0 1-1.5 1.5H13M4.5 7h7A1.5 1.5 0 0 1 13 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 15.5v-7A1.5 1.5 0 0 1 4.5 7z",
  download: "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M4 16.5h12",
  close: "M5.5 5.5l9 9m0-9-9 9",
  chevron: "M7.5 5l5 5-5 5",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  bad: "M10 3.5 17.5 16h-15zM10 8.5v3.2m0 2.1v.1",
  warn: "M10 3.5 16.5 10 10 16.5 3.5 10zM10 7.5v3m0 2v.1",
  good: "M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6zM7 10.2l2.2 2.2 4-4.4",
  neutral: "M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6zM10 9v4.5m0-7v.1",
  auto: "M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6zm0 0v13.6m1.5-11.5h2m-2 3h4.6m-4.6 3h4.6m-4.6 3h2",
  light:
    "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM10 2v1.8m0 12.4V18M2 10h1.8m12.4 0H18M4.4 4.4l1.2 1.2m8.8 8.8 1.2 1.2m0-11.2-1.2 1.2m-8.8 8.8-1.2 1.2",
  dark: "M16.5 11.8A6.8 6.8 0 0 1 8.2 3.5a6.8 6.8 0 1 0 8.3 8.3z",
  table: "M3.5 4.5h13v11h-13zm0 3.6h13M8 8.1v7.4",
  index: "M4 5h12M4 10h7M4 15h5m5.5-5.5v6m0 0 2-2m-2 2-2-2",
  expand: "M11.5 4.5h4v4m0-4-5 5M8.5 15.5h-4v-4m0 4 5-5",
  plus: "M10 4.5v11m-5.5-5.5h11",
  minus: "M4.5 10h11",
  fit: "M4 7.5V4h3.5m5 0H16v3.5m0 5V16h-3.5m-5 0H4v-3.5",
  turn: "M4 10a6 6 0 0 1 10.6-3.8M15 3v3.5h-3.5M16 10a6 6 0 0 1-10.6 3.8M5 17v-3.5h3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="logo-ground" />
      <path d="M7 8.5h18M7 23.5h18" class="logo-line" />
      <path d="M7 13.5h18" class="logo-line logo-dim" />
      <path d="M7 18.5h9" class="logo-hit" />
      <circle cx="21.5" cy="18.5" r="3.2" class="logo-dot" />
    </svg>
  );
}
