// Lays out the files of one artefact below build/stage, every one with the same date, as tar, dpkg-deb and rpmbuild take them.
import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root, sourceDate } from '../project.mjs';

/**
 * @typedef {{ to: string, from?: string, text?: string | Buffer, link?: string, folder?: true, mode?: number }} Entry one of a copy
 *   of `from`, a file with `text`, a symlink, and an empty folder
 */

/**
 * @param {string} folder is made anew
 * @param {Entry[]} entries with paths relative to `folder`
 */
export function layOut(folder, entries) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const entry of entries) {
    const target = join(folder, entry.to);
    mkdirSync(entry.folder ? target : dirname(target), { recursive: true });
    if (entry.link !== undefined) symlinkSync(entry.link, target);
    else if (entry.text !== undefined) writeFileSync(target, entry.text);
    else if (entry.from !== undefined) copyFileSync(entry.from, target);
    if (entry.link === undefined && !entry.folder) chmodSync(target, entry.mode ?? 0o644);
  }
  const date = sourceDate();
  chmodSync(folder, 0o755);
  lutimesSync(folder, date, date);
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = join(path.parentPath, path.name);
    if (path.isDirectory()) chmodSync(full, 0o755);
    lutimesSync(full, date, date);
  }
}

/** @returns {Entry[]} README.md and what it links to, each at its place below `folder`: so its links work where it is read */
export function papers(folder = '') {
  const links = readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?![a-z]+:)([^)#]+)/g);
  const names = new Set(['README.md', ...[...links].map(([, name = '']) => name)]);
  return [...names].map((name) => ({ to: join(folder, name), from: join(root, name) }));
}

/**
 * @param {string} folder of the project
 * @param {(name: string) => string} to
 * @param {(name: string) => boolean} keep
 * @returns {(Entry & { from: string })[]} one for each file of the folder
 */
export function eachOf(folder, to, keep = () => true) {
  const path = join(root, folder);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && keep(entry.name))
    .map(({ name }) => ({ to: to(name), from: join(path, name) }))
    .sort((a, b) => (a.to < b.to ? -1 : 1));
}
