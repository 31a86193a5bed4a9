// rpm -qf, batched: one answer a path, in order. rpm(8). A path that no package owns answers with a line of its own on stdout.

import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { explainOutcome, type Run } from '../spawn.ts';
import type { Owners } from './packages.ts';

const limits = { deadlineMs: 30_000, maxBytes: 16 * 1024 * 1024 };
const mark = 'lib-users';
const format = `${mark}\\t%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t[%{FILENAMES}\\n]`;

/**
 * rpm looks a path up on disk to follow links, and several packages may own one path; so each owner is asked for with the list
 * of its files, and a path belongs to the package whose list names it.
 */
export function queryRpm(paths: readonly Bytes[], run: Run): Owners {
  const owners = new Map<Bytes, Package>();
  const outcome = run('rpm', ['-qf', '--queryformat', format, '--', ...paths.map(toArgument)], limits);
  if (outcome.kind !== 'ok') return { owners, problem: explainOutcome('rpm', outcome, limits) };
  const files = parseRpm(outcome.stdout.toString('latin1'));
  for (const path of paths) {
    const owner = files.get(path);
    if (owner) owners.set(path, owner);
  }
  return { owners, problem: null };
}

/** Every file that the answer's packages own. */
export function parseRpm(answer: Bytes): Map<Bytes, Package> {
  const files = new Map<Bytes, Package>();
  for (const block of answer.split(`${mark}\t`).slice(1)) {
    const [name = '', version = '', list = ''] = block.split('\t');
    for (const file of list.split('\n')) {
      if (file.startsWith('/')) files.set(file, { manager: 'rpm', name, version: version.replace(/^0:/, '') });
    }
  }
  return files;
}

function toArgument(path: Bytes): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
