const counts = new Intl.NumberFormat("en-US");

/** `31,022` */
export function count(value: number): string {
  return counts.format(Math.round(value));
}

/** `1 file`, `2 files` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `142 MiB` */
export function size(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? count(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min` */
export function span(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `0.21 ms`, `14 ms`, `1.3 s` */
export function latency(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(2)} ms`;
}

/** A name that may hold anything, without what a terminal would act upon. */
export function printable(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, "\u{fffd}");
}

/** As much of a text as fits in a line. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
