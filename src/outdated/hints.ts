// A process's own arguments and folder, and the files on disk -> hints that it may be outdated. The process's owner can write any
// arguments, so a hint is for people only. proc_pid_cmdline(5), proc_pid_cwd(5).

import { fileName } from '../path-evidence.ts';
import { interpreterOf, type Language, toldBy } from './interpreters.ts';
import { birthToleranceMs, judgeScript, type Reborn } from './judge.ts';
import type { HostFiles } from './on-host.ts';

export interface Hinting {
  program: string;
  /** NUL-separated. */
  commandLine: string;
  folder: string | null;
  beganAt: number;
}

/** Judges the script that the arguments name; null if they name none that is newer than the process. */
export function judgeArguments({ program, commandLine, folder, beganAt }: Hinting, files: HostFiles): Reborn | null {
  const interpreter = interpreterOf(program);
  const told = interpreter && toldBy(interpreter, commandLine.split('\0').slice(1));
  if (told?.kind !== 'script') return null;
  const path = told.name.startsWith('/') ? told.name : folder === null ? null : `${folder}/${told.name}`;
  const file = path === null ? 'unknown' : files.find(path);
  if (typeof file === 'string' || !file.regular) return null;
  return judgeScript({ language: interpreter!.language, file }, beganAt);
}

/** Something that was installed into a virtual environment of Python. */
export interface ChangedEnvironment {
  language: Language;
  path: string;
  since: number;
}

/**
 * Judges the virtual environment whose program a command line begins with, by the time of the folder of its packages: an installation
 * makes and removes folders in it.
 */
export function judgeEnvironment(
  { program, commandLine, beganAt }: Hinting,
  files: HostFiles,
): ChangedEnvironment | null {
  if (interpreterOf(program)?.language !== 'python') return null;
  for (const word of commandLine.split('\0').slice(0, 2)) {
    const environment = /^(\/.*)\/bin\/[^/]+$/.exec(word)?.[1];
    if (environment === undefined || typeof files.find(`${environment}/pyvenv.cfg`) === 'string') continue;
    const folder = files.find(`${environment}/lib/${fileName(program)}/site-packages`);
    if (typeof folder === 'string' || folder.modifiedAt <= beganAt + birthToleranceMs) return null;
    return { language: 'python', path: folder.path, since: folder.modifiedAt };
  }
  return null;
}
