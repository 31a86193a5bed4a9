// A time span as systemctl prints it -> seconds, as in `1min 30s`. systemd.time(7), format_timespan() in systemd's time-util.c.

const unitSeconds: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  month: 2_629_800,
  y: 31_557_600,
};

const part = /^([0-9]+(?:\.[0-9]+)?)(us|ms|s|min|h|d|w|month|y)$/;

/** Returns null for `infinity`, and for a text that is no time span. */
export function parseTimeSpan(text: string): number | null {
  if (text === '0') return 0;
  const seconds = text.split(' ').map((word) => {
    const [, number, unit] = part.exec(word) ?? [];
    return number === undefined ? Number.NaN : Number(number) * unitSeconds[unit!]!;
  });
  const sum = seconds.reduce((total, each) => total + each, 0);
  return Number.isFinite(sum) ? Number(sum.toFixed(6)) : null;
}
