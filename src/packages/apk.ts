// apk info -W, batched: `PATH is owned by NAME-VERSION`, one line a path. apk-info(8).

import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { explainOutcome, type Run } from '../spawn.ts';
import type { Owners } from './packages.ts';

const limits = { deadlineMs: 30_000, maxBytes: 16 * 1024 * 1024 };

export function queryApk(paths: readonly Bytes[], run: Run): Owners {
  const names = paths.map((path) => Buffer.from(path, 'latin1').toString('utf8'));
  const outcome = run('apk', ['info', '-W', '--', ...names], limits);
  if (outcome.kind !== 'ok') return { owners: new Map(), problem: explainOutcome('apk', outcome, limits) };
  return { owners: parseApk(outcome.stdout.toString('latin1')), problem: null };
}

/** A version begins at the first hyphen that a digit follows, its release -rN included. */
export function parseApk(answer: Bytes): Map<Bytes, Package> {
  const owners = new Map<Bytes, Package>();
  for (const line of answer.split('\n')) {
    const match = /^(\/.*) is owned by ([^ ]+?)-([0-9][^ -]*(?:-r[0-9]+)?)$/.exec(line);
    if (match) owners.set(match[1] ?? '', { manager: 'apk', name: match[2] ?? '', version: match[3] ?? '' });
  }
  return owners;
}
