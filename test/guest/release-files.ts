// Released files as a controller has them: archives of several versions and their SHA256SUMS. The program in them is this
// checkout's, under another version number, and runs on the guest's node: the archives that `npm run pack` makes differ in that.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmFile } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import type { Cleanup } from './guest.ts';

export const version = (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string })
  .version;
export const architecture = process.arch;

export const archiveName = (of: string) => `lib-users-${of}-linux-${architecture}.tar.xz`;

/** The program under another version number. */
function program(of: string): Buffer {
  return Buffer.from(readFileSync(npmFile, 'utf8').replaceAll(JSON.stringify(version), JSON.stringify(of)));
}

/** A program for a processor for which there is no build, by its header. */
export const foreignProgram = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...new Uint8Array(8), 2, 0, 0xf3, 0]),
  Buffer.alloc(4096),
]);

/** Writes the archive of a version into a folder -> its SHA-256. */
export function packArchive(folder: string, of: string, content: Uint8Array = program(of)): string {
  const top = `lib-users-${of}-linux-${architecture}`;
  mkdirSync(join(folder, top, 'schema'), { recursive: true });
  writeFileSync(join(folder, top, 'lib-users'), content);
  chmodSync(join(folder, top, 'lib-users'), 0o755);
  writeFileSync(join(folder, top, 'schema/README.md'), 'schemas');
  const { status, stderr } = spawnSync('tar', ['-C', folder, '-cJf', join(folder, archiveName(of)), top]);
  if (status !== 0) throw new Error(`tar ended with ${status}: ${stderr}`);
  rmSync(join(folder, top), { recursive: true });
  return createHash('sha256')
    .update(readFileSync(join(folder, archiveName(of))))
    .digest('hex');
}

/** A folder with the archives of these versions and SHA256SUMS, removed with the test. */
export function releaseFiles(cleanup: Cleanup, versions: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'lib-users-release-'));
  cleanup.after(async () => rmSync(folder, { recursive: true, force: true }));
  const sums = versions.map((of) => `${packArchive(folder, of)}  ${archiveName(of)}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  return folder;
}
