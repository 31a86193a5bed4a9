// A process's own arguments and folder, and the files on disk -> hints that it may be outdated. The process's owner can write any
// arguments, so a hint is for people only. proc_pid_cmdline(5), proc_pid_cwd(5).

import { distinct } from '../keys.ts';
import { fileName } from '../path-evidence.ts';
import { interpreterOf, isJava, type Language, toldBy } from './interpreters.ts';
import type { HostFile, HostFiles } from './on-host.ts';
import { birthToleranceMs, judgeScript, type Reborn } from './reborn.ts';

export interface Hinting {
  program: string;
  /** NUL-separated. */
  commandLine: string;
  folder: string | null;
  beganAt: number;
}

/** The script that a process's arguments name; null if they name none that is there. */
export function scriptOfArguments(
  { program, commandLine, folder }: Omit<Hinting, 'beganAt'>,
  files: HostFiles,
): { language: Language; file: HostFile } | null {
  const interpreter = interpreterOf(program);
  const told = interpreter && toldBy(interpreter, commandLine.split('\0').slice(1));
  const file = told?.kind === 'script' ? find(told.name, folder, files) : null;
  return interpreter === null || file === null ? null : { language: interpreter.language, file };
}

/** Judges the script that the arguments name; null if they name none that is newer than the process. */
export function judgeArguments(hinting: Hinting, files: HostFiles): Reborn | null {
  const script = scriptOfArguments(hinting, files);
  return script && judgeScript(script, hinting.beganAt);
}

/** Returns the regular file at the path, which may be below the folder; null if there is none. */
function find(path: string, folder: string | null, files: HostFiles): HostFile | null {
  const whole = path.startsWith('/') ? path : folder === null ? null : `${folder}/${path}`;
  const file = whole === null ? 'unknown' : files.find(whole);
  return typeof file === 'string' || !file.regular ? null : file;
}

/** The most jars of one class path that are looked at. */
const mostJars = 256;

/**
 * Returns the jars of the class path in the arguments that were written to in place. The JVM keeps a jar open and reads on in it. A jar
 * that was replaced by another file is left to the kernel, which shows that it is gone.
 */
export function judgeClassPath({ program, commandLine, folder, beganAt }: Hinting, files: HostFiles): Reborn[] {
  if (!isJava(program)) return [];
  return jarsOf(commandLine.split('\0').slice(1)).flatMap((jar) => {
    const file = find(jar, folder, files);
    const judged = file === null ? null : judgeScript({ language: 'java', file }, beganAt);
    return judged?.how === 'modified' ? [judged] : [];
  });
}

/** java(1). */
function jarsOf(words: readonly string[]): string[] {
  const paths = words.flatMap((word, at) => {
    const joined = /^(?:--class-path|-Djava\.class\.path)=(.*)$/.exec(word)?.[1];
    return joined ?? (/^(?:-jar|-cp|-classpath|--class-path)$/.test(word) ? (words[at + 1] ?? []) : []);
  });
  const jars = paths.flatMap((path) => path.split(':')).filter((path) => path.endsWith('.jar'));
  return distinct(jars.slice(0, mostJars));
}

/** Something was installed into a virtual environment of Python (venv_changed), or among the modules of an application. */
export interface ChangedEnvironment {
  evidence: 'venv_changed' | 'modules_changed';
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
    return { evidence: 'venv_changed', language: 'python', path: folder.path, since: folder.modifiedAt };
  }
  return null;
}

/** The file that a package manager of the language writes anew with each installation: npm(1), composer(1), bundle(1). */
const installed: Readonly<Partial<Record<Language, string>>> = {
  node: 'node_modules/.package-lock.json',
  php: 'vendor/composer/installed.json',
  ruby: 'Gemfile.lock',
};

/** How many folders are looked at from that of the script up. */
const mostFolders = 4;

/** Judges the modules of an application, whose folder is that of the process, that of its script, or one above the script. */
export function judgeModules(hinting: Hinting, files: HostFiles): ChangedEnvironment | null {
  const { program, folder, beganAt } = hinting;
  const interpreter = interpreterOf(program);
  const mark = interpreter === null ? undefined : installed[interpreter.language];
  if (interpreter === null || mark === undefined) return null;
  const script = scriptOfArguments(hinting, files);
  const folders = [...(script === null ? [] : foldersAbove(script.file.path)), ...(folder === null ? [] : [folder])];
  for (const each of folders) {
    const file = find(`${each}/${mark}`, null, files);
    if (file === null) continue;
    const since = Math.max(file.modifiedAt, file.bornAt ?? 0);
    const isChanged = since > beganAt + birthToleranceMs;
    return isChanged ? { evidence: 'modules_changed', language: interpreter.language, path: file.path, since } : null;
  }
  return null;
}

function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names
    .flatMap((_, index) => (index === 0 ? [] : [names.slice(0, index + 1).join('/')]))
    .reverse()
    .slice(0, mostFolders);
}

/** The names that Debian's policies for the languages ask of a library. Whether a script imports the library is not known. */
const libraryNames: Readonly<Partial<Record<Language, RegExp>>> = {
  python: /^python3?-/,
  perl: /^lib.+-perl$/,
  ruby: /^ruby-/,
  node: /^node-/,
  php: /^php[0-9.]*-/,
  tcl: /^tcl-/,
  lua: /^lua-/,
};

/** Whether a package of Debian is a library of the language, by its name. */
export function isLibraryOf(language: Language, name: string): boolean {
  return libraryNames[language]?.test(name) ?? false;
}
