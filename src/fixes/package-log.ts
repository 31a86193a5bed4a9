// The logs of a package manager -> the changes of packages: from which version to which, and when.

import { type Host, mostBytes, openLog, readTail } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { type Reading, readPieces } from './unpack.ts';

export interface Change {
  name: string;
  /** The version before the change. */
  from: string;
  /** The version after the change; null if the package was removed. */
  to: string | null;
  /** Milliseconds since the epoch, to the second. */
  beganAt: number;
  endedAt: number;
  /** When the package's own programs had run, to the second. Only dpkg's log says it. */
  settledAt?: number;
}

/** @typeParam Entry what the log is about, if not single changes */
export interface PackageLog<Entry = Change> {
  /** The oldest first. */
  changes: readonly Entry[];
  /** The log knows nothing before this time, in milliseconds since the epoch; null if there is no log. */
  beginsAt: number | null;
}

export interface LogFormat<Entry = Change> {
  timeOf: (line: Bytes) => number | null;
  parse: (lines: Iterable<Bytes>) => Entry[];
}

/** Two years of a log that is rotated once a month. */
const mostRotations = 24;

/**
 * Reads the log and its rotations, from the newest back to `since`. It stops at a rotation that is missing or cannot be read as a
 * whole, because nothing is known before a gap.
 */
export async function readLog<Entry>(
  host: Host,
  path: string,
  since: number,
  format: LogFormat<Entry>,
): Promise<PackageLog<Entry>> {
  const parts: Bytes[][] = [];
  let beginsAt: number | null = null;
  for (let rotation = 0; rotation <= mostRotations; rotation++) {
    const part = await readRotation(host, path, rotation);
    // Right after a rotation the new log may not exist yet.
    if (part === null && rotation > 0) break;
    if (part === null) continue;
    parts.unshift(part.lines);
    const first = firstTime(part.lines, format);
    if (first !== null) beginsAt = first;
    if (!part.isWhole || (beginsAt !== null && beginsAt <= since)) break;
  }
  return { changes: format.parse(parts.flat()), beginsAt };
}

function firstTime(lines: readonly Bytes[], { timeOf }: Pick<LogFormat, 'timeOf'>): number | null {
  for (const line of lines) {
    const at = timeOf(line);
    if (at !== null) return at;
  }
  return null;
}

interface Part {
  lines: Bytes[];
  /** Whether the lines begin where the rotation before them ends. */
  isWhole: boolean;
}

async function readRotation(host: Host, path: string, rotation: number): Promise<Part | null> {
  const suffix = rotation === 0 ? '' : `.${rotation}`;
  const plain = openLog(host, path + suffix);
  // Only the end of a long log is read, because the newest lines matter most.
  if (plain !== null && plain.size > mostBytes) return { lines: readTail(plain).split('\n').slice(1), isWhole: false };
  const file = plain ?? (rotation === 0 ? null : openLog(host, `${path}${suffix}.gz`));
  if (file === null) return null;
  const reading: Reading = { cut: false };
  let text = '';
  for await (const piece of readPieces(file, reading)) text += piece;
  return reading.cut ? null : { lines: text.split('\n'), isWhole: true };
}

/** Joins several logs of one host. The joined log begins at the latest begin, because before it one of the logs is missing. */
export function joinLogs(logs: readonly PackageLog[]): PackageLog {
  const begins = logs.flatMap(({ beginsAt }) => beginsAt ?? []);
  return {
    changes: logs.flatMap(({ changes }) => changes).sort((a, b) => a.beganAt - b.beganAt),
    beginsAt: begins.length === 0 ? null : Math.max(...begins),
  };
}
