// LIB_USERS_PROGRAM, the path of an executable or of a file for Node -> the program that the tests start. Without the variable it
// is the file of the npm package, dist/lib-users.cjs.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from './project.ts';

export type CommandLine = [program: string, ...args: string[]];

/** The file of the npm package, for tests about that file, whatever the variable says. */
export const npmFile: string = join(projectRoot, 'dist/lib-users.cjs');

export const programFile: string = resolve(projectRoot, process.env.LIB_USERS_PROGRAM || npmFile);
assert.ok(existsSync(programFile), `${programFile} is not there: run \`npm run build\` or \`npm run pack\` first`);

const wantsNode = programFile.endsWith('.cjs');

/** The command line that starts the program with these arguments; `path` may be a copy of it or a link to it. */
export function commandLine(args: readonly string[] = [], path: string = programFile): CommandLine {
  return wantsNode ? [process.execPath, path, ...args] : [path, ...args];
}

/**
 * The same for tests that are not about the start itself: it is faster if scripts/test.mjs has made a snapshot for it
 * (program-snapshot.cjs).
 */
export function quickCommandLine(args: readonly string[], path: string = programFile): CommandLine {
  const [file, ...argv] = commandLine(args, path);
  const snapshot = path === npmFile ? process.env.LIB_USERS_SNAPSHOT : undefined;
  return snapshot === undefined ? [file, ...argv] : [file, '--snapshot-blob', snapshot, ...argv];
}

/** The command line as words of a shell script. */
export function shellWords(): string {
  return commandLine()
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
}

/** Makes a copy in `folder`, for a user who may not read the original, or for another root. */
export function copyProgram(folder: string): string {
  const path = join(folder, basename(programFile));
  copyFileSync(programFile, path);
  return path;
}

/** Makes a link in `folder`, because the names lib_users and fd_users change what the program does. */
export function linkProgram(folder: string, name: string): string {
  const path = join(folder, name);
  symlinkSync(programFile, path);
  return path;
}

export interface Placed {
  /** Files of this machine that a guest gets, and their paths there. */
  binds: Readonly<Record<string, string>>;
  command: CommandLine;
}

/** Places the program in a guest at `path`, with Node beside it if it needs that. If `path` is on the guest's PATH, so is the program. */
export function placeInGuest(path: string): Placed {
  if (!wantsNode) return { binds: { [programFile]: path }, command: [path] };
  const node = join(path, '../node');
  return { binds: { [process.execPath]: node, [programFile]: path }, command: [node, path] };
}

/**
 * True if the program is the npm package's file; else the test is skipped, also with CI=true. Nothing is missing then, because the
 * test is about Node. Use: `if (!asksNode(t)) return;`
 */
export function asksNode(t: TestContext): boolean {
  if (!wantsNode) t.skip('for the npm file only, because the test is about Node');
  return wantsNode;
}
