// lib_users and fd_users: their flags, their output, their exit codes (0, and 2 for a wrong command line).

import { takeCrew } from '../crew/start.ts';
import { unseenWarnings } from '../documents/unseen.ts';
import { LibUsersError } from '../errors.ts';
import { writeStderr, writeStdout } from '../output.ts';
import { sanitize } from '../render/sanitize.ts';
import { scanHost } from '../scan/scan.ts';
import { version } from '../version.ts';
import { type DropInArguments, parseArguments, renderArgumentHelp, renderUsage } from './arguments.ts';
import { type Program, programs } from './program.ts';
import { renderDropIn } from './render.ts';

/** Returns the exit code. */
export async function runDropIn(name: Program['name'], argv: readonly string[], now: Date): Promise<number> {
  const program = programs[name];
  try {
    const parsed = parseArguments(program, argv);
    if (parsed.action === 'help') writeStdout(renderArgumentHelp(program));
    else if (parsed.action === 'version') writeStdout(`${name} 0.15 (lib-users ${version})\n`);
    else await scan(program, parsed, now);
    return 0;
  } catch (error) {
    if (!(error instanceof LibUsersError)) throw error;
    const usage = error.code === 'usage' ? renderUsage(program) : '';
    writeStderr(`${usage}${name}: error: ${sanitize(error.message)}\n`);
    return error.exitCode;
  }
}

async function scan(program: Program, options: DropInArguments, now: Date): Promise<void> {
  const report = await scanHost({
    procPath: '/proc',
    include: [program.include],
    pids: [],
    units: [],
    rules: program.rules,
    defaultRules: false,
    ignore: options.ignorePatterns,
    ignoreLiteral: options.ignoreLiterals,
    commandLine: 'full',
    detail: 'processes',
    packages: false,
    fixes: false,
    possible: false,
    systemctl: false,
    labels: {},
    now,
    readers: takeCrew,
    onProgress: null,
  });
  for (const { message } of unseenWarnings(report)) writeStderr(`${program.name}: warning: ${sanitize(message)}\n`);
  writeStdout(renderDropIn(report, options));
}
