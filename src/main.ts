// The program: finds the command by its name and hands over to oclif. lib_users and fd_users are the drop-in commands. Code that
// this file itself does not need is loaded on first use: oclif alone takes as long as a scan of a small host.

import { chosenFormat } from './cli/requested-format.ts';
import { commands } from './commands.ts';
import { helperRole } from './crew/role.ts';
import { didYouMean } from './did-you-mean.ts';
import { asLibUsersError } from './documents/error.ts';
import { LibUsersError } from './errors.ts';
import { writeStdout } from './output.ts';
import { programArguments, programName } from './program.ts';
import { version } from './version.ts';

/** Whether the command line scans this host, as far as that can be told without reading its flags. */
function willScan(): boolean {
  const [name = '', ...rest] = programArguments;
  if (programName === 'lib_users' || programName === 'fd_users') return true;
  if (wantsHelp(rest)) return false;
  return name === 'scan' || (['plan', 'check'].includes(name) && rest.every((arg) => arg.startsWith('-')));
}

async function main(): Promise<void> {
  if (willScan()) (await import('./crew/start.ts')).startEarly();
  if (programName === 'lib_users' || programName === 'fd_users') {
    const { runDropIn } = await import('./drop-in/run.ts');
    process.exitCode = await runDropIn(programName, programArguments, new Date());
    return;
  }
  const [name = '--help', ...rest] = programArguments;
  if (name === '--version') return writeStdout(`lib-users ${version}\n`);
  const command = commands.find((entry) => entry.name === name);
  if (['--help', '-h', 'help'].includes(name) || (command && wantsHelp(rest))) {
    const { renderHelp } = await import('./help.ts');
    const wanted = command ?? commands.find((entry) => entry.name === rest[0]) ?? null;
    return writeStdout(await renderHelp(wanted, commands));
  }
  if (command) {
    const { default: CommandClass } = await command.load();
    const { cliConfig } = await import('./cli/oclif-config.ts');
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

// A crash must never end with the runtime's own exit code 1, because other tools would take it for a finding.
async function report(thrown: unknown): Promise<void> {
  const error = asLibUsersError(thrown);
  // This comes first, because the code below may fail in the same way.
  process.exitCode = error.exitCode;
  const { defaultFormat, writeError } = await import('./cli/base-command.ts');
  writeError(error, chosenFormat(programArguments) ?? (await defaultFormat(undefined)), new Date());
}

function noListener(): void {}

function runProgram(): void {
  // Node catches these signals to give a terminal back its mode, which is never changed here. A caught signal also ends nothing
  // before the current work is done, or before a file system answers. Without a listener libuv leaves the default in place.
  // Bun catches neither signal, and there this code would only undo that a caller lets the program ignore SIGINT.
  if (!process.versions.bun) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, noListener).off(signal, noListener);
  }

  process.on('uncaughtException', (thrown) => void report(thrown).finally(() => process.exit()));
  main()
    .catch(report)
    // Everything is written synchronously: nothing is left to wait for, and Node need not free its heap piece by piece (2 ms).
    .finally(() => setImmediate(() => process.exit()));
}

if (programArguments[0] === helperRole && programArguments.length === 1) {
  void import('./crew/run-helper.ts').then(({ runHelper }) => runHelper());
} else runProgram();
