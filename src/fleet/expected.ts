// A list of hosts that should report -> those of which no report was read.

import { LibUsersError } from '../errors.ts';
import { distinct, keyMaker } from '../keys.ts';

/** Characters that no host has in its name. A list of another form (an inventory, YAML, commas) would be hosts that never report. */
const foreign = /[\s\x00-\x1f\x7f,;:=[\]{}()"'<>|\\/]/;

/**
 * One name a line; blank lines and lines that begin with # are left out, and so are names that stand twice. Throws invalid_document.
 * @param source the name of the list in messages
 */
export function parseExpected(text: string, source: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const odd = lines.findIndex((line) => !line.startsWith('#') && foreign.test(line));
  if (odd !== -1) {
    const message = `${source}:${odd + 1}: not the name of a host: "${lines[odd]!.slice(0, 80)}"`;
    throw new LibUsersError('invalid_document', message, 'write one name a line, and nothing else in the line');
  }
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
