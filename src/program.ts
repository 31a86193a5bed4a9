// How this program was started, by Node or as the standalone executable.

import { fileName } from './path-evidence.ts';

const [, script = ''] = process.argv;

/** Bun keeps the files inside an executable below this folder, which is on no disk. */
export const isExecutable = script.startsWith('/$bunfs/');

/** The name that the caller used: lib_users and fd_users are links to lib-users, and each is a program of its own. */
export const programName: string = fileName(isExecutable ? process.argv0 : script);

/** The words that the caller wrote after that name. */
export const programArguments: readonly string[] = process.argv.slice(2);

/** The file that holds all of this program. A helper can be started from it. */
export const programFile: string = script;
