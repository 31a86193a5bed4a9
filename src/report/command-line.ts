// A NUL-separated command line -> the arguments in the report. The mode says how much is shown, because arguments may be secrets.

import type { Process, Scan } from '../documents/generated/report.ts';
import { type Bytes, toText } from '../procfs/bytes.ts';

type Command = Pick<Process, 'command' | 'command_base64' | 'command_truncated'>;

/** @param mode full: all arguments; program: argv[0] up to its first blank; none: nothing */
export function renderCommand(
  line: { commandLine: Bytes; commandTruncated: boolean },
  mode: Scan['command_line'],
): Command {
  const nothing = { command: [], command_base64: null, command_truncated: false };
  if (mode === 'none' || line.commandLine === '') return nothing;
  const raw = line.commandLine.endsWith('\0') ? line.commandLine.slice(0, -1) : line.commandLine;
  // A process that rewrites its title has one long argument, and the words after its first blank may be secrets too.
  const shown = mode === 'program' ? (/^[^\0 \t\n]*/.exec(raw)?.[0] ?? '') : raw;
  const argv = shown.split('\0').map(toText);
  const lossless = argv.every((argument) => argument.base64 === null);
  return {
    command: argv.map((argument) => argument.text),
    command_base64: lossless
      ? null
      : Buffer.from(mode === 'full' ? line.commandLine : shown, 'latin1').toString('base64'),
    command_truncated: mode === 'full' && line.commandTruncated,
  };
}
