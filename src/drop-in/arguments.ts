// The command line of lib_users and fd_users -> the options that it asks for. They parse with Python's argparse, which scripts rely
// on: short flags in one word (-ms, -iGLOB), unambiguous prefixes of long ones (--mach), values after = or as a word.

import { LibUsersError } from '../errors.ts';
import type { Program } from './program.ts';

export interface DropInArguments {
  /** help and version end the program at once. */
  action: 'scan' | 'help' | 'version';
  machine: boolean;
  showItems: boolean;
  services: boolean;
  ignorePatterns: string[];
  ignoreLiterals: string[];
}

type Target = 'help' | 'version' | 'machine' | 'showItems' | 'services' | 'ignorePatterns' | 'ignoreLiterals';

interface Option {
  short: string | null;
  long: string;
  target: Target;
  /** The name of the flag's value in the help; null if the flag takes none. */
  value: string | null;
  help: string;
}

export function optionsOf(program: Program): Option[] {
  const items = program.include === 'maps' ? 'libraries' : 'files';
  return [
    { short: '-h', long: '--help', target: 'help', value: null, help: 'print this text' },
    { short: null, long: '--version', target: 'version', value: null, help: 'print the version' },
    {
      short: '-m',
      long: '--machine-readable',
      target: 'machine',
      value: null,
      help: 'one line a command: PIDS;FILES;COMMAND',
    },
    { short: '-s', long: program.showItems, target: 'showItems', value: null, help: `name the deleted ${items} too` },
    {
      short: '-S',
      long: '--services',
      target: 'services',
      value: null,
      help: 'name the systemd units of the processes',
    },
    {
      short: '-i',
      long: '--ignore-pattern',
      target: 'ignorePatterns',
      value: 'GLOB',
      help: 'leave out files that match GLOB (repeatable)',
    },
    {
      short: '-I',
      long: '--ignore-literal',
      target: 'ignoreLiterals',
      value: 'LITERAL',
      help: 'leave out the file LITERAL (repeatable)',
    },
  ];
}

/** Throws usage, with the message of argparse. */
export function parseArguments(program: Program, argv: readonly string[]): DropInArguments {
  const options = optionsOf(program);
  const parsed: DropInArguments = {
    action: 'scan',
    machine: false,
    showItems: false,
    services: false,
    ignorePatterns: [],
    ignoreLiterals: [],
  };
  // argparse looks at every word before it acts on the first: an ambiguous one is an error even after --help.
  const end = argv.indexOf('--');
  for (const word of end < 0 ? argv : argv.slice(0, end)) findOption(word, options);
  const words = [...argv];
  const unrecognized: string[] = [];
  while (words.length > 0 && parsed.action === 'scan') {
    const word = words.shift()!;
    if (word === '--') {
      unrecognized.push(...words.splice(0));
      break;
    }
    const found = findOption(word, options);
    if (found === null) unrecognized.push(word);
    else apply(found.option, found.attached, parsed, words);
  }
  if (parsed.action === 'scan' && unrecognized.length > 0) {
    throw new LibUsersError('usage', `unrecognized arguments: ${unrecognized.join(' ')}`);
  }
  return parsed;
}

interface Found {
  option: Option;
  /** The text in the same word, after = or the short flag. */
  attached: { text: string; afterEquals: boolean } | null;
}

function findOption(word: string, options: readonly Option[]): Found | null {
  if (!word.startsWith('-') || word === '-') return null;
  if (!word.startsWith('--')) {
    const option = options.find(({ short }) => short === word.slice(0, 2));
    if (!option) return null;
    const text = word.slice(2);
    const afterEquals = text.startsWith('=');
    return { option, attached: text === '' ? null : { text: afterEquals ? text.slice(1) : text, afterEquals } };
  }
  const [, name = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
  const exact = options.find(({ long }) => long === name);
  const matching = exact ? [exact] : options.filter(({ long }) => long.startsWith(name));
  if (matching.length > 1) {
    const names = matching.map(({ long }) => long).join(', ');
    throw new LibUsersError('usage', `ambiguous option: ${word} could match ${names}`);
  }
  const [option] = matching;
  return option ? { option, attached: value === undefined ? null : { text: value, afterEquals: true } } : null;
}

function apply(option: Option, attached: Found['attached'], parsed: DropInArguments, words: string[]): void {
  const { target } = option;
  if (target === 'ignorePatterns' || target === 'ignoreLiterals') {
    parsed[target].push(attached?.text ?? takeValue(option, words));
    return;
  }
  if (attached?.afterEquals) fail(option, `ignored explicit argument '${attached.text}'`);
  // -ms: the rest of the word are flags of their own.
  if (attached) words.unshift(`-${attached.text}`);
  if (target === 'help' || target === 'version') parsed.action = target;
  else parsed[target] = true;
}

/** The next word, unless it looks like a flag. */
function takeValue(option: Option, words: string[]): string {
  const value = words.shift();
  if (value === undefined || /^-(?!\d+$|\d*\.\d+$)[^ ]+$/s.test(value)) fail(option, 'expected one argument');
  return value;
}

function fail({ short, long }: Option, problem: string): never {
  throw new LibUsersError('usage', `argument ${short === null ? '' : `${short}/`}${long}: ${problem}`);
}

export function renderUsage(program: Program): string {
  const flags = optionsOf(program).map(
    ({ short, long, value }) => `[${short ?? long}${value === null ? '' : ` ${value}`}]`,
  );
  return `usage: ${program.name} ${flags.join(' ')}\n`;
}

export function renderArgumentHelp(program: Program): string {
  const rows = optionsOf(program).map(({ short, long, value, help }) => {
    const names = [short, long].filter((name) => name !== null);
    return `  ${names.map((name) => (value === null ? name : `${name} ${value}`)).join(', ')}\n          ${help}\n`;
  });
  return `${renderUsage(program)}\n${rows.join('')}`;
}
