// The command of a unit -> the script that it runs, on the host's disk now. systemd says the command, so that no word of the process
// itself is believed. execve(2) (interpreter scripts), env(1), site(5) and PEP 405 (virtual environments).

import { fileName } from '../path-evidence.ts';
import type { StartCommand } from '../systemd/unit-start.ts';
import { hasSuffixOf, type Interpreter, interpreterOf, type Language, toldBy } from './interpreters.ts';
import type { HostFile, HostFiles } from './on-host.ts';

export interface NamedScript {
  language: Language;
  file: HostFile;
}

/** Why no script is known. not_its_script: the process runs something else, as behind a wrapper. */
export type NoScript = 'no_script' | 'not_its_script' | 'unreadable';

/** The kernel reads no more of a script's first line. */
const firstLine = 256;

/** @param program the program that the process runs */
export function findNamedScript(command: StartCommand, program: string, files: HostFiles): NamedScript | NoScript {
  const { path } = command;
  const running = interpreterOf(program);
  if (running === null) return 'not_its_script';
  const file = files.find(path);
  if (typeof file === 'string' || !file.regular) return 'unreadable';
  const shebang = parseShebang(files.beginningOf(file.path, firstLine) ?? '');
  if (shebang !== null) return speaks(shebang, running) ? { language: running.language, file } : 'not_its_script';
  // An alternative may have a name that tells nothing, so the name of the file counts too. busybox is many programs, by the name in the unit.
  const interpreter = interpreterOf(path) ?? (fileName(file.path) === 'busybox' ? null : interpreterOf(file.path));
  if (interpreter?.language !== running.language) return 'not_its_script';
  return findTold(command, program, running, files);
}

function findTold(
  command: StartCommand,
  program: string,
  interpreter: Interpreter,
  files: HostFiles,
): NamedScript | NoScript {
  const told = toldBy(interpreter, command.words);
  const paths =
    told === null ? [] : told.kind === 'script' ? [told.name] : modulePaths(told.name, command, program, files);
  for (const name of paths) {
    const each = resolveIn(command.folder, name);
    if (each === null) return 'no_script';
    const file = files.find(each);
    if (file === 'absent') continue;
    if (file === 'unknown' || !file.regular) return 'unreadable';
    // The value of an option that we do not know is not taken for the script.
    return isScript(file.path, interpreter, files) ? { language: interpreter.language, file } : 'no_script';
  }
  return paths.length === 0 ? 'no_script' : 'unreadable';
}

/**
 * Whether the process's own arguments tell its interpreter to run something else than the script, as after a wrapper, or if the unit was
 * edited since. A process that set its title tells nothing.
 */
export function isToldOtherwise(
  script: NamedScript,
  command: StartCommand,
  { commandLine, program }: { commandLine: string; program: string },
  files: HostFiles,
): boolean {
  const [first = '', ...words] = commandLine.split('\0');
  const interpreter = interpreterOf(first);
  const running = interpreterOf(program);
  if (running === null || interpreter?.language !== running.language) return false;
  const told = findTold({ ...command, words }, program, running, files);
  return typeof told === 'string' || told.file.path !== script.file.path;
}

/** Returns null for a path that cannot be known: it is relative, and the folder is not known, or the path leads up from the folder. */
function resolveIn(folder: string | null, path: string): string | null {
  if (path.startsWith('/')) return path;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return folder === null || names.includes('..') ? null : `${folder === '/' ? '' : folder}/${names.join('/')}`;
}

function isScript(path: string, interpreter: Interpreter, files: HostFiles): boolean {
  if (hasSuffixOf(path, interpreter)) return true;
  const shebang = parseShebang(files.beginningOf(path, firstLine) ?? '');
  return shebang !== null && speaks(shebang, interpreter);
}

/** Returns the program that the first line of a script names; null if the file is no script. */
function parseShebang(beginning: string): string | null {
  const [, program, rest = ''] = /^#![ \t]*([^ \t\n]+)([^\n]*)/.exec(beginning) ?? [];
  if (program === undefined || fileName(program) !== 'env') return program ?? null;
  return rest.split(/[ \t]+/).find((word) => word !== '' && !word.startsWith('-') && !word.includes('=')) ?? program;
}

function speaks(program: string, { language }: Interpreter): boolean {
  return interpreterOf(program)?.language === language;
}

/** Options with which Python does not look in its own folder first (-I and -P), and those with which it reads no variable (-I and -E). */
const withoutFolder = /^-[bBdEhiIOPqRsSuvVx]*[IP]/;
const withoutVariables = /^-[bBdEhiIOPqRsSuvVx]*[IE]/;

/**
 * Whether Python looks first in the folder in which it starts. PYTHONSAFEPATH counts since 3.11, and only if the unit sets it: the owner
 * of a process can write what its environment seems to be.
 */
function looksInFolder(options: readonly string[], environment: string, version: string): boolean {
  if (options.some((word) => withoutFolder.test(word))) return false;
  const isSafe = /(?:^|[ "'])PYTHONSAFEPATH=[^ "']/.test(environment);
  const minor = Number(/^python3\.([0-9]+)$/.exec(version)?.[1] ?? 0);
  return !isSafe || minor < 11 || options.some((word) => withoutVariables.test(word));
}

/** The places of a Python module, in the order in which Python looks. The first ones are relative. */
function modulePaths(name: string, command: StartCommand, program: string, files: HostFiles): string[] {
  const { path, words, environment } = command;
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(name)) return [];
  const module = name.replaceAll('.', '/');
  // The words behind -m are the module's own.
  const options = words.slice(0, words.findIndex((word) => interpreterOf(program)?.module?.test(word)) + 1);
  const own = looksInFolder(options, environment, fileName(program)) ? ['.'] : [];
  return [...own, ...moduleFolders(path, program, files)].flatMap((folder) => [
    `${folder}/${module}/__main__.py`,
    `${folder}/${module}.py`,
  ]);
}

function moduleFolders(path: string, program: string, files: HostFiles): string[] {
  const version = fileName(program);
  const [, environment] = /^(.*)\/bin\/[^/]+$/.exec(path) ?? [];
  const own = environment !== undefined && isFile(files.find(`${environment}/pyvenv.cfg`)) ? environment : null;
  return [
    `/usr/lib/${version}`,
    `/usr/lib64/${version}`,
    ...(own === null ? [] : [`${own}/lib/${version}/site-packages`]),
    `/usr/local/lib/${version}/site-packages`,
    `/usr/local/lib/${version}/dist-packages`,
    '/usr/lib/python3/dist-packages',
    `/usr/lib/${version}/site-packages`,
    `/usr/lib64/${version}/site-packages`,
  ];
}

function isFile(file: ReturnType<HostFiles['find']>): boolean {
  return typeof file !== 'string' && file.regular;
}
