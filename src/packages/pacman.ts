// pacman -Qo, batched: one line per owner, `PATH is owned by NAME VERSION`, with the links in the folder resolved. pacman(8).

import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import { ask, type Owners } from './ask.ts';
import { indexNames, readMergedFolders } from './merged-folders.ts';

export function queryPacman(paths: readonly Bytes[], run: Run, root: string): Owners {
  const { lines, problem } = ask(run, 'pacman', ['-Qo', '--'], paths);
  return { owners: parsePacman(lines, indexNames(paths, readMergedFolders(root))), problem };
}

/** @param names all names of the asked paths; the first of several owners counts */
export function parsePacman(lines: readonly Bytes[], names: ReadonlyMap<Bytes, readonly Bytes[]>): Map<Bytes, Package> {
  const owners = new Map<Bytes, Package>();
  for (const line of lines) {
    const [, file, name, version] = /^(\/.*?)\/? is owned by ([^ ]+) ([^ ]+)$/s.exec(line) ?? [];
    if (file === undefined || name === undefined || version === undefined) continue;
    for (const path of names.get(file) ?? []) {
      if (!owners.has(path)) owners.set(path, { manager: 'pacman', name, version });
    }
  }
  return owners;
}
