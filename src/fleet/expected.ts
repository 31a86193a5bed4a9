// A list of hosts that should report -> those of which no report was read.

import { distinct, keyMaker } from '../keys.ts';

/** One name a line; blank lines and lines that begin with # are left out, and so are names that stand twice. */
export function parseExpected(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return distinct(lines.filter((line) => line !== '' && !line.startsWith('#')));
}

/**
 * Leaves out the expected names that a host has. An inventory may know a host by its full name and the host itself only the first
 * label of it, or the other way round, so web-1 and web-1.example.org are the same. Two full names are the same only if they are equal.
 */
export function findNeverReported(expected: readonly string[], hostnames: readonly string[]): string[] {
  const keyOf = keyMaker();
  const whole = new Set<string>();
  const short = new Set<string>();
  const firstLabels = new Set<string>();
  for (const name of hostnames) {
    const lower = name.toLowerCase();
    whole.add(keyOf(lower));
    if (lower.includes('.')) firstLabels.add(keyOf(firstLabel(lower)));
    else short.add(keyOf(lower));
  }
  return expected.filter((name) => {
    const lower = name.toLowerCase();
    if (whole.has(keyOf(lower))) return false;
    return !(lower.includes('.') ? short.has(keyOf(firstLabel(lower))) : firstLabels.has(keyOf(lower)));
  });
}

function firstLabel(name: string): string {
  return name.slice(0, name.indexOf('.'));
}
