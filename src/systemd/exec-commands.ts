// The lines of ExecStart and its like that systemctl prints -> the programs that a start runs. org.freedesktop.systemd1(5),
// systemd.service(5); systemd.exec(5): settings that give a service other files than the host's make the programs unknown.

/** systemctl prints one line for each command. If one of these commands fails, the service does not go on. */
export const commandProperties = ['ExecStart', 'ExecStartPre', 'ExecStartPost', 'ExecCondition'] as const;

/** Settings by which a program may be at a path of the service and at none of the host. */
export const ownFilesProperties = [
  'RootDirectory',
  'RootImage',
  'BindPaths',
  'BindReadOnlyPaths',
  'MountImages',
  'ExtensionImages',
  'ExtensionDirectories',
] as const;

const command = /^\{ path=(.+?) ; argv\[\]=.* ; ignore_errors=(yes|no) ; /;

/**
 * Returns the absolute paths; null for a command whose program systemd looks up when it starts it, and for a line that is not
 * understood. A command that may fail is left out, but not one of ExecStart, because nothing runs in the service if it fails.
 * @param lines one command each
 */
export function parsePrograms(
  property: (typeof commandProperties)[number],
  lines: readonly string[],
): (string | null)[] {
  return lines.flatMap((line) => {
    const { path, mayFail } = parseCommand(line);
    return mayFail && property !== 'ExecStart' ? [] : [path];
  });
}

/** Returns the same, without every command that may fail. */
export function parseNeeded(lines: readonly string[]): (string | null)[] {
  return lines.map(parseCommand).flatMap(({ path, mayFail }) => (mayFail ? [] : [path]));
}

function parseCommand(line: string): { path: string | null; mayFail: boolean } {
  const [, path, mayFail] = command.exec(line) ?? [];
  return { path: path?.startsWith('/') ? path : null, mayFail: mayFail === 'yes' };
}
