// One block of `systemctl show` -> how systemd starts a service: its main process and its command. org.freedesktop.systemd1(5).

import { ownFilesProperties } from './exec-commands.ts';
import type { UnitQuestion } from './systemctl.ts';
import { readNames, readValues } from './unit-values.ts';

export interface UnitStart {
  mainPid: number | null;
  /** The unit's cgroup path; null if it has none now. */
  controlGroup: string | null;
  /** Whether the unit file changed on disk since systemd read it. */
  needsReload: boolean;
  /** Whether the service may see other files than the host's at the same paths. */
  hasOwnFiles: boolean;
  /** When the unit last changed its state, in milliseconds of the monotonic clock; null if that is not known. */
  changedAt: number | null;
  /** The command of ExecStart=; null if there is none, or several, or if it is not understood. */
  command: StartCommand | null;
}

export interface StartCommand {
  /** The absolute path of the program. */
  path: string;
  /** The words behind the name of the program, up to the first that is not certain. */
  words: readonly string[];
  /** Whether these are all words. */
  isWhole: boolean;
  /** Environment= as systemctl prints it: the assignments, with a blank between them, and some of them in quotes. */
  environment: string;
  /** Whether the unit has EnvironmentFile=, so that there may be more. */
  hasEnvironmentFiles: boolean;
  /** The folder in which the program starts, as an absolute path; null if it is a user's home, or need not exist. */
  folder: string | null;
}

const plain = [
  'MainPID',
  'ControlGroup',
  'NeedDaemonReload',
  'StateChangeTimestampMonotonic',
  'WorkingDirectory',
  'Environment',
  'EnvironmentFiles',
] as const;

export const unitStart: UnitQuestion<UnitStart> = {
  properties: ['Id', 'Names', ...plain, 'ExecStart', ...ownFilesProperties],
  parse: parseStart,
};

function parseStart(block: string, name: string): UnitStart | null {
  const values = readValues(block);
  if (values === null || readNames(values, name) === null) return null;
  const [pid = '', cgroup = '', reload = '', changed = '', folder = '', environment = '', environmentFiles = ''] =
    plain.map((property) => values.get(property));
  if (!/^[0-9]{1,10}$/.test(pid) || !/^(?:yes|no)$/.test(reload)) return null;
  return {
    mainPid: Number(pid) || null,
    controlGroup: cgroup || null,
    needsReload: reload === 'yes',
    hasOwnFiles: ownFilesProperties.some((property) => values.get(property)),
    changedAt: /^[1-9][0-9]{0,15}$/.test(changed) ? Number(changed) / 1000 : null,
    command: parseCommand(values.get('ExecStart') ?? '', folder, { environment, environmentFiles }),
  };
}

const line = /^\{ path=(\/.*?) ; argv\[\]=(.*) ; ignore_errors=(?:yes|no) ; /;

/** A word with a variable, or one that may have been quoted: systemctl joins the words by blanks, and old versions quote none. */
const uncertain = /["'\\$]/;

/** systemctl prints `!` before a folder that need not exist, and `~` for a home. Without a setting a service starts in the root folder. */
function parseCommand(
  lines: string,
  folder: string,
  { environment, environmentFiles }: Record<'environment' | 'environmentFiles', string>,
): StartCommand | null {
  const [, path, argv] = line.exec(lines) ?? [];
  if (lines.includes('\n') || path === undefined || argv === undefined) return null;
  const words = argv.split(' ').slice(1);
  const end = words.findIndex((word) => uncertain.test(word));
  const known = folder === '' ? '/' : folder.startsWith('/') ? folder : null;
  return {
    ...{ path, words: end === -1 ? words : words.slice(0, end), isWhole: end === -1, folder: known },
    ...{ environment, hasEnvironmentFiles: environmentFiles !== '' },
  };
}
