// An error of oclif's parser -> one line that names the flag or argument, and what was meant.

import type { Command } from '@oclif/core/command';
import { didYouMean } from '../did-you-mean.ts';
import { LibUsersError } from '../errors.ts';

interface ParseErrorParts {
  flags?: unknown;
  args?: unknown;
  message: string;
}

type CommandClass = Pick<Command.Class, 'id' | 'flags' | 'args' | 'baseFlags'>;

/** Returns our error if `thrown` is one of oclif's, else null. */
export function parseErrorToUsage(thrown: unknown, command: CommandClass): LibUsersError | null {
  if (!(thrown instanceof Error) || !('oclif' in thrown)) return null;
  const { flags, args, message }: ParseErrorParts = thrown;
  const help = `see lib-users ${command.id} --help`;
  const known = Object.keys({ ...command.baseFlags, ...command.flags }).map((name) => `--${name}`);
  if (/^Nonexistent flag/.test(message) && Array.isArray(flags)) {
    const name = String(flags[0]).replace(/=.*/s, '');
    return new LibUsersError('usage', `unknown flag ${name}`, `${didYouMeanFlag(name, known)}${help}`);
  }
  if (/^Unexpected argument/.test(message) && Array.isArray(args)) {
    return new LibUsersError('usage', `unexpected argument ${args[0]}`, help);
  }
  if (/^Missing \d+ required arg/.test(message) && Array.isArray(args)) {
    const names = args.map((arg: { name: string }) => arg.name.toUpperCase());
    return new LibUsersError('usage', `missing argument ${names.join(', ')}`, help);
  }
  return new LibUsersError('usage', reword(message), help);
}

function didYouMeanFlag(name: string, known: readonly string[]): string {
  const hint = didYouMean(name, known);
  return hint.startsWith('did') ? `${hint} ` : '';
}

const wordings: [pattern: RegExp, wording: string][] = [
  [/^Expected (--[\w-]+)=(.*) to be one of: (.*)$/s, '$1 $2: expected one of $3'],
  [/^Expected (.*) to be one of: (.*)$/s, '$1: expected one of $2'],
  [/^Flag (--[\w-]+) expects (.*)$/s, '$1 expects $2'],
  [/^Flag (--[\w-]+) can only be specified once$/, '$1 can be given only once'],
  [
    /^The following errors? occurred:\s*(?:\x1b\[\d+m)*(--[^=\n]+)=.* cannot also be provided when using (--[\w-]+).*$/s,
    '$1 and $2 exclude each other',
  ],
];

function reword(message: string): string {
  const first = message.replace(/\nSee more help with --help$/, '');
  const found = wordings.find(([pattern]) => pattern.test(first));
  return found ? first.replace(found[0], found[1]) : first.replace(/\s*\n\s*/g, ' ');
}
