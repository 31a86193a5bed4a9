// What the logs of a package manager say: which package went from which version to which, and when.

import type { Bytes } from '../procfs/bytes.ts';
import { type Host, mostBytes, openLog, type Reading, readPieces, readTail } from './trusted-file.ts';

export interface Change {
  name: string;
  /** The version before. */
  from: string;
  /** The version after it; null if the package was removed. */
  to: string | null;
  /** Milliseconds since the epoch, to the second. */
  beganAt: number;
  endedAt: number;
}

export interface PackageLog {
  /** The oldest first. */
  changes: readonly Change[];
  /** Before this nothing is known, in milliseconds since the epoch; null if there is no log. */
  beginsAt: number | null;
}

export interface LogFormat {
  timeOf: (line: Bytes) => number | null;
  parse: (lines: Iterable<Bytes>) => Change[];
}

/** As many rotations as anybody keeps of a log that is rotated once a month. */
const mostRotations = 24;

/**
 * The log and its rotations, from the newest back to `since`. A rotation that is missing, or that cannot be read as a whole, ends
 * what is known.
 */
export async function readLog(host: Host, path: string, since: number, format: LogFormat): Promise<PackageLog> {
  const parts: Bytes[][] = [];
  let beginsAt: number | null = null;
  for (let rotation = 0; rotation <= mostRotations; rotation++) {
    const part = await readRotation(host, path, rotation);
    // Right after a rotation the log itself may not be there yet.
    if (part === null && rotation > 0) break;
    if (part === null) continue;
    parts.unshift(part.lines);
    const first = firstTime(part.lines, format);
    if (first !== null) beginsAt = first;
    if (!part.isWhole || (beginsAt !== null && beginsAt <= since)) break;
  }
  return { changes: format.parse(parts.flat()), beginsAt };
}

function firstTime(lines: readonly Bytes[], { timeOf }: LogFormat): number | null {
  for (const line of lines) {
    const at = timeOf(line);
    if (at !== null) return at;
  }
  return null;
}

interface Part {
  lines: Bytes[];
  /** Whether it begins where the rotation before it ends. */
  isWhole: boolean;
}

async function readRotation(host: Host, path: string, rotation: number): Promise<Part | null> {
  const suffix = rotation === 0 ? '' : `.${rotation}`;
  const plain = openLog(host, path + suffix);
  // The end of a long log is what matters.
  if (plain !== null && plain.size > mostBytes) return { lines: readTail(plain).split('\n').slice(1), isWhole: false };
  const file = plain ?? (rotation === 0 ? null : openLog(host, `${path}${suffix}.gz`));
  if (file === null) return null;
  const reading: Reading = { cut: false };
  let text = '';
  for await (const piece of readPieces(file, reading)) text += piece;
  return reading.cut ? null : { lines: text.split('\n'), isWhole: true };
}

/** Several logs of one host: before the latest begin of them nobody knows all. */
export function joinLogs(logs: readonly PackageLog[]): PackageLog {
  const begins = logs.flatMap(({ beginsAt }) => beginsAt ?? []);
  return {
    changes: logs.flatMap(({ changes }) => changes).sort((a, b) => a.beganAt - b.beganAt),
    beginsAt: begins.length === 0 ? null : Math.max(...begins),
  };
}
