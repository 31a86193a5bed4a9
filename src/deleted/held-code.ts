// A file that is held open or mapped without being executable -> whether it is code: an archive that a virtual machine loads
// classes from, an image, or the script that a shell reads. The kernel's links say which program holds the file. The file's name
// alone proves nothing, because a file server or a backup reads the same files. proc_pid_exe(5), proc_pid_fd(5).

import { type Interpreter, interpreterOf, toldBy } from '../outdated/interpreters.ts';
import { fileName } from '../path-evidence.ts';
import type { Bytes } from '../procfs/bytes.ts';

/** Facts about the process that uses the file. */
export interface Holder {
  /** The program that the exe link names, without the mark; null if the link was refused. */
  program: Bytes | null;
  /** Its arguments. The process's owner can change them, so they may only take evidence away. */
  readonly commandLine: Bytes;
  /** Whether it maps a file with this text in its path. */
  maps(part: Bytes): boolean;
}

/** A program that loads code from files that no processor executes. */
interface Runtime {
  /** The names of its program. */
  programs: RegExp;
  /** A library that a program maps if it embeds the runtime; null if no program embeds it. */
  library: Bytes | null;
  /** Paths that it loads code from, and keeps open or mapped while it runs. */
  code: RegExp;
}

const runtimes: readonly Runtime[] = [
  {
    programs: /^(?:java|javaw|jsvc|jshell)$/,
    library: '/libjvm.so',
    code: /\.(?:jar|war|ear|sar|rar|par|kar|hpi|jpi|jmod|jsa|class)$|\/lib\/modules$/i,
  },
  { programs: /^dotnet$/, library: '/libcoreclr.so', code: /\.(?:dll|exe|winmd)$/i },
  { programs: /^mono(?:-sgen)?$/, library: '/libmonosgen', code: /\.(?:dll|exe)$/i },
  { programs: /^(?:node|nodejs|electron)[0-9]*$/, library: null, code: /\.asar$/ },
  { programs: /^python[0-9.]*$|^pypy[0-9.]*$/, library: '/libpython', code: /\.(?:pyz|pyzw|egg|whl)$/ },
  { programs: /^php[-a-z]*[0-9.]*$/, library: '/libphp', code: /\.phar$/ },
  { programs: /^guile[-0-9.]*$/, library: '/libguile-', code: /\.go$/ },
  { programs: /^(?:sbcl|sbcl\.bin)$/, library: '/libsbcl', code: /\.core$/ },
  { programs: /^(?:lisp\.run|clisp|ccl|lx86cl(?:64)?)$/, library: null, code: /\.(?:mem|fas|image)$/ },
  {
    programs: /^(?:pharo|squeak|gst|cuis)[-a-zA-Z0-9.]*$/,
    library: '/libPharoVMCore',
    code: /\.(?:image|im|sources)$/,
  },
  { programs: /^beam(?:\.smp)?$/, library: null, code: /\.(?:beam|ez)$/ },
  { programs: /^(?:scheme|petite|chez|racket)[-a-z0-9.]*$/, library: null, code: /\.(?:boot|zo)$/ },
  { programs: /^dart(?:aotruntime)?$/, library: null, code: /\.(?:aot|dill|snapshot)$/ },
  // An emulator maps the program of another processor or system as data.
  {
    programs: /^(?:qemu-(?!img$|io$|nbd$|ga$)[a-z0-9_]+(?:-static)?|box(?:64|86)|FEXInterpreter)$/,
    library: null,
    code: /\/(?:s?bin|libexec)\/[^/]+$/,
  },
  { programs: /^wine(?:64)?(?:-preloader)?$/, library: null, code: /\.(?:exe|dll|drv|ocx|sys)$/i },
  { programs: /^emacs[-a-z0-9.]*$/, library: null, code: /\.(?:pdmp|elc)$/ },
];

/** Files that Chromium, Electron and Firefox keep open beside or below their own program. */
const ownParts = /\/(?:[^/]+\.(?:asar|pak)|omni\.ja|snapshot_blob\.bin|v8_context_snapshot[^/]*\.bin)$/;

/** bash moves the script that it reads to this descriptor, because scripts themselves use low numbers. bash, shell.c. */
const bashScriptFd = 255;

export interface UsedFile {
  path: Bytes;
  /** The descriptor, or null for a mapping. */
  fd: number | null;
}

/**
 * script: an interpreter was told to run it. archive: a program loads code from it. null: nothing shows that it is code.
 * @param file open for reading only, or mapped
 */
export function heldCodeOf({ path, fd }: UsedFile, holder: Holder): 'script' | 'archive' | null {
  if (holder.program === null) return null;
  const program = fileName(holder.program);
  const folder = holder.program.slice(0, -program.length);
  if (ownParts.test(path) && folder !== '/' && path.startsWith(folder)) return 'archive';
  if (fd === bashScriptFd && program === 'bash') return 'script';
  const interpreter = fd !== null && fd > 2 ? interpreterOf(program) : null;
  if (interpreter !== null && scriptOf(holder, interpreter) === fileName(path)) return 'script';
  const loads = runtimes.some(
    ({ programs, library, code }) =>
      code.test(path) && (programs.test(program) || (library !== null && holder.maps(library))),
  );
  return loads ? 'archive' : null;
}

/** Keeps the script of each process: a command line can be long, and a process can hold a hundred thousand files. */
const scripts = new WeakMap<Holder, Bytes | null>();

/** The name of the file that an interpreter was told to run; null if there is none. */
function scriptOf(holder: Holder, interpreter: Interpreter): Bytes | null {
  const known = scripts.get(holder);
  if (known !== undefined) return known;
  const script = parseScript(holder.commandLine, interpreter);
  scripts.set(holder, script);
  return script;
}

function parseScript(commandLine: Bytes, interpreter: Interpreter): Bytes | null {
  const [first, ...rest] = commandLine.split('\0');
  const words = first !== undefined && fileName(first) === 'busybox' ? rest.slice(1) : rest;
  const told = toldBy(interpreter, words);
  return told?.kind === 'script' ? fileName(told.name) : null;
}
