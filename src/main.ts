// The executable: finds the command by name and hands over to oclif. lib_users and fd_users are the drop-in commands.

import { basename } from 'node:path';
import { defaultFormat, writeError } from './base-command.ts';
import { cliConfig } from './cli-config.ts';
import { commands } from './commands.ts';
import { asLibUsersError } from './documents/error.ts';
import { LibUsersError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { writeStdout } from './output.ts';
import { chosenFormat } from './requested-format.ts';
import { version } from './version.ts';

async function main(program: string, argv: string[]): Promise<void> {
  if (program === 'lib_users' || program === 'fd_users') {
    const { runDropIn } = await import('./drop-in/run.ts');
    process.exitCode = await runDropIn(program, argv, new Date());
    return;
  }
  const [name = '--help', ...rest] = argv;
  if (name === '--version') return writeStdout(`lib-users ${version}\n`);
  const command = commands.find((entry) => entry.name === name);
  if (['--help', '-h', 'help'].includes(name) || (command && wantsHelp(rest))) {
    const { renderHelp } = await import('./help.ts');
    const wanted = command ?? commands.find((entry) => entry.name === rest[0]) ?? null;
    return writeStdout(await renderHelp(wanted, commands));
  }
  if (command) {
    const { default: CommandClass } = await command.load();
    return new CommandClass(rest, cliConfig).execute();
  }
  const [kind, known] = name.startsWith('-')
    ? ['flag', ['--help', '--version']]
    : ['command', commands.map((entry) => entry.name)];
  throw new LibUsersError('usage', `unknown ${kind} ${name}`, `${didYouMean(name, known)}; see lib-users --help`);
}

function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

// A crash must never end with Node's own exit code 1, which would look like a finding to other tools.
async function report(thrown: unknown): Promise<void> {
  const error = asLibUsersError(thrown);
  const argv = process.argv.slice(2);
  writeError(error, chosenFormat(argv) ?? (await defaultFormat(undefined)), new Date());
  process.exitCode = error.exitCode;
}

function noListener(): void {}

// Node catches these to give a terminal back its mode, which is never changed here; and what is caught does not end a wait for
// the kernel, in which a hostile process may keep whoever reads of it. Without a listener libuv leaves the default in place.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, noListener).off(signal, noListener);

process.on('uncaughtException', (thrown) => void report(thrown).finally(() => process.exit()));
main(basename(process.argv[1] ?? ''), process.argv.slice(2))
  .catch(report)
  // Everything is written synchronously: nothing is left to wait for, and Node need not take its heap apart (2 ms).
  .finally(() => setImmediate(() => process.exit()));
