// The program that the tests start: LIB_USERS_PROGRAM is its path, an executable or a file for Node. Without that variable it is
// the file of the npm package, dist/lib-users.cjs.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from './project.ts';

export type CommandLine = [program: string, ...args: string[]];

/** The file of the npm package, for tests that are of that file whatever the variable says. */
export const npmFile: string = join(projectRoot, 'dist/lib-users.cjs');

export const programFile: string = resolve(projectRoot, process.env.LIB_USERS_PROGRAM || npmFile);
assert.ok(existsSync(programFile), `${programFile} is not there: run \`npm run build\` or \`npm run pack\` first`);

const wantsNode = programFile.endsWith('.cjs');

/** The command line that starts the program, or a copy of it or a link to it at `path`, with these arguments. */
export function commandLine(args: readonly string[] = [], path: string = programFile): CommandLine {
  return wantsNode ? [process.execPath, path, ...args] : [path, ...args];
}

/** The same as words of a shell script. */
export function shellWords(): string {
  return commandLine()
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
}

/** A copy in `folder`, for a user who may not read the original, or for another root. */
export function copyProgram(folder: string): string {
  const path = join(folder, basename(programFile));
  copyFileSync(programFile, path);
  return path;
}

/** A link to it in `folder`: lib_users and fd_users are names that change what the program does. */
export function linkProgram(folder: string, name: string): string {
  const path = join(folder, name);
  symlinkSync(programFile, path);
  return path;
}

export interface Placed {
  /** The files of this machine that a guest gets, and their paths there. */
  binds: Readonly<Record<string, string>>;
  command: CommandLine;
}

/** The program at `path` of a guest, with the Node that it may want beside it; on the guest's PATH if `path` is. */
export function placeInGuest(path: string): Placed {
  if (!wantsNode) return { binds: { [programFile]: path }, command: [path] };
  const node = join(path, '../node');
  return { binds: { [process.execPath]: node, [programFile]: path }, command: [node, path] };
}

/**
 * True if the program is the npm package's file; else the test is skipped, with CI=true as well: nothing is missing, since what
 * the test asks is a question to Node. Use: `if (!asksNode(t)) return;`
 */
export function asksNode(t: TestContext): boolean {
  if (!wantsNode) t.skip('of the npm file alone, because it asks something of Node');
  return wantsNode;
}
