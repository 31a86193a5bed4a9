// apk info -W (--who-owns), batched: one line per path, `PATH is owned by NAME-VERSION`; paths without an owner are on stderr. apk-info(8).

import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import { ask, type Owners } from './ask.ts';

export function queryApk(paths: readonly Bytes[], run: Run): Owners {
  const { lines, problem } = ask(run, 'apk', ['info', '-W', '--'], paths);
  return { owners: parseApk(lines, new Set(paths)), problem };
}

/** If no package has a link, apk names the owner of the link's target. That is not the owner of the path. */
export function parseApk(lines: readonly Bytes[], paths: ReadonlySet<Bytes>): Map<Bytes, Package> {
  const owners = new Map<Bytes, Package>();
  for (const line of lines) {
    // The version begins after the last hyphen before a digit, not counting its own release -rN.
    const match = /^(\/.*) is owned by ([^ ]+?)-([0-9][^ -]*(?:-r[0-9]+)?)$/s.exec(line);
    if (match && paths.has(match[1]!)) owners.set(match[1]!, { manager: 'apk', name: match[2]!, version: match[3]! });
  }
  return owners;
}
