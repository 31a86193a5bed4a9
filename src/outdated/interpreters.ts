// The interpreters, as a table: the names of their programs, and how their command lines name a script. python(1), perlrun(1), ruby(1),
// node(1), php(1), java(1), sh(1p), lua(1), tclsh(1).

import { fileName } from '../path-evidence.ts';

export const languages = ['python', 'perl', 'ruby', 'node', 'php', 'shell', 'lua', 'tcl'] as const;
export type Language = (typeof languages)[number] | 'java';

export interface Interpreter {
  language: Language;
  /** The name of its program, with any version. */
  program: RegExp;
  /** Options that take the next word as their value. */
  withValue: RegExp | null;
  /** Options with a program text, in the same word or the next one, or that read it from a pipe, so that there is no script. */
  withText: RegExp | null;
  /** The option with the name of a module, which is behind it in the same word, or is the next word. */
  module: RegExp | null;
  /** The ends of its scripts' names. */
  suffix: RegExp;
}

/**
 * PHP-FPM is not in the table, because its unit names no script, and it looks by itself whether a script on disk is newer: see php.ts. Java is not,
 * because its class path stays open while it runs: a jar that was replaced is gone, and the kernel shows it. See isJava.
 */
const interpreters: readonly Interpreter[] = [
  {
    language: 'python',
    program: /^(?:python|pypy)[0-9.]*$/,
    withValue: /^(?:-[A-Za-z]*[WXQ]|--check-hash-based-pycs)$/,
    withText: /^-[bBdEhiIOPqRsSuvVx?]*c/,
    module: /^-[bBdEhiIOPqRsSuvVx?]*m(.*)$/,
    suffix: /\.py[wzc]?$/,
  },
  {
    language: 'perl',
    program: /^perl[0-9.]*$/,
    withValue: /^-I$/,
    withText: /^-(?:[A-Za-z0-9]*[eE]$|[eE])/,
    module: null,
    suffix: /\.(?:p[lm]|t|cgi|psgi)$/,
  },
  {
    language: 'ruby',
    program: /^j?ruby[0-9.]*$/,
    withValue: /^-[CEIr]$/,
    withText: /^-(?:[A-Za-z]*e$|e)/,
    module: null,
    suffix: /\.(?:rbw?|ru)$/,
  },
  {
    language: 'node',
    program: /^node(?:js)?[0-9.]*$/,
    withValue:
      /^(?:-[rC]|--(?:require|import|conditions|loader|experimental-loader|env-file|title|openssl-config|icu-data-dir|redirect-warnings|input-type|tls-keylog|unhandled-rejections|dns-result-order|max-http-header-size|(?:diagnostic|report|cpu-prof|heap-prof)-dir|report-filename))$/,
    withText: /^(?:-[a-z]*[ep]$|--(?:eval|print)(?:$|=))/,
    module: null,
    suffix: /\.[mc]?[jt]s$/,
  },
  {
    language: 'php',
    program: /^php(?!-fpm)[-a-z]*[0-9.]*$/,
    withValue: /^-[cdz]$/,
    withText: /^-[rBRE]/,
    module: null,
    suffix: /\.(?:php[0-9]?|phtml|phar|inc)$/,
  },
  {
    language: 'shell',
    program: /^(?:bash|dash|sh|ash|busybox|zsh(?:-[0-9.]+)?|ksh[0-9a-z+]*|mksh|lksh|yash)$/,
    withValue: /^(?:[-+][a-z]*[oO]|--rcfile|--init-file)$/,
    withText: /^-[A-Za-z]*[cs][A-Za-z]*$/,
    module: null,
    suffix: /\.(?:sh|bash|zsh|ksh)$/,
  },
  {
    language: 'lua',
    program: /^lua(?:jit)?[0-9.]*$/,
    withValue: /^-l$/,
    withText: /^-e/,
    module: null,
    suffix: /\.luac?$/,
  },
  {
    language: 'tcl',
    program: /^(?:tclsh|expect)[0-9.]*$/,
    withValue: /^-encoding$/,
    withText: /^-c/,
    module: null,
    suffix: /\.(?:tcl|tk|exp)$/,
  },
];

/** Every process is asked about, and one search dismisses most of them. */
const anyProgram = new RegExp(interpreters.map(({ program }) => program.source).join('|'));

/** Returns the interpreter of a program, by the program's name; null if the program is none. */
export function interpreterOf(program: string): Interpreter | null {
  const name = fileName(program);
  return anyProgram.test(name) ? (interpreters.find((each) => each.program.test(name)) ?? null) : null;
}

export function hasSuffixOf(path: string, { suffix }: Interpreter): boolean {
  return suffix.test(path);
}

/** The thing that a command line tells an interpreter to run; null if it is not in a file. */
export type Told = { kind: 'script' | 'module'; name: string } | null;

/**
 * Returns the script or module that an interpreter is told to run; null if there is none, as with a program text.
 * @param words the command line without its first word
 */
export function toldBy({ withValue, withText, module }: Interpreter, words: readonly string[]): Told {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const named = module?.exec(word)?.[1];
    if (named !== undefined) return tell('module', named || words[at + 1]);
    if (withText?.test(word)) return null;
    if (word === '--' || word === '-f') return tell('script', words[at + 1]);
    if (withValue?.test(word)) at++;
    else if (!/^[-+]/.test(word)) return tell('script', word);
  }
  return null;
}

function tell(kind: 'script' | 'module', name: string | undefined): Told {
  return name === undefined || name === '' || name === '-' ? null : { kind, name };
}

/** Folders of the system, in which an upgrade replaces a program under its own name. Elsewhere a new version may be beside the old one. */
const systemFolder = /^\/(?:usr|bin|sbin|lib[^/]*)\//;

/**
 * Whether a program can be outdated although nothing of it is gone: it runs scripts or jars, or it is in no folder of the system and a
 * service runs it, so that systemd can tell what it would start now.
 * @param isInService only asked for a program in no folder of the system
 */
export function mayBeOutdated(program: string, isInService: () => boolean): boolean {
  if (!program.startsWith('/')) return false;
  if (interpreterOf(program) !== null || isJava(program) || isPhpFpm(program) || isApache(program)) return true;
  return !systemFolder.test(program) && isInService();
}

export function isJava(program: string): boolean {
  return fileName(program) === 'java';
}

/** Whether a program is PHP-FPM. Arch has a second one, php-fpm-legacy. */
export function isPhpFpm(program: string): boolean {
  return /^php-fpm(?:-legacy)?[0-9.]*$/.test(fileName(program));
}

/** Whether a program is Debian's Apache, which may have PHP in it. */
export function isApache(program: string): boolean {
  return program === '/usr/sbin/apache2';
}
