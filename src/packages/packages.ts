// Paths -> the packages that own them now. Only databases that exist on the host are asked, each once.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import { queryApk } from './apk.ts';
import type { Owners } from './ask.ts';
import { readDpkg } from './dpkg.ts';
import { queryPacman } from './pacman.ts';
import { queryRpm } from './rpm.ts';

type Query = (paths: readonly Bytes[], run: Run, root: string) => Owners;

/** Files, not the folder: rpm creates an empty database if there is none in the folder, and we write nothing. */
const rpmFiles = ['usr/lib/sysimage/rpm', 'var/lib/rpm'].flatMap((folder) =>
  ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((file) => `${folder}/${file}`),
);

const databases: readonly { marks: readonly string[]; query: Query }[] = [
  { marks: ['var/lib/dpkg/status'], query: (paths, _run, root) => readDpkg(paths, root) },
  { marks: rpmFiles, query: queryRpm },
  { marks: ['var/lib/pacman/local'], query: queryPacman },
  { marks: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'], query: queryApk },
];

/**
 * Paths with a newline are not asked for, because no package has such a file. rpm and pacman look the paths up on disk, so the
 * caller leaves out paths on file systems that may hang.
 * @param root prefix of the databases that are looked for; the programs always answer for /
 */
export function queryPackages(paths: readonly Bytes[], run: Run, root = '/'): Owners {
  const owners = new Map<Bytes, Package>();
  const problems: string[] = [];
  const present = databases.filter(({ marks }) => marks.some((mark) => existsSync(join(root, mark))));
  if (present.length === 0) problems.push('no package database of dpkg, rpm, pacman or apk was found');
  for (const { query } of present) {
    // A Debian host may have an empty rpm database too, so the next database is asked for paths without an owner.
    const wanted = paths.filter((path) => path.startsWith('/') && !path.includes('\n') && !owners.has(path));
    if (wanted.length === 0) break;
    const answer = query(wanted, run, root);
    for (const [path, owner] of answer.owners) owners.set(path, owner);
    if (answer.problem) problems.push(answer.problem);
  }
  return { owners, problem: problems.length > 0 ? problems.join('; ') : null };
}
