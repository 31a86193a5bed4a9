// The format that a command line asks for, read without a parser: a command line that does not parse has one as well,
// and its error must come out in it.

const machineFormats = new Set(['json', 'ndjson', 'rows']);

/** Whether programs read it as JSON, so that errors are documents too. */
export function isJsonFormat(format: string): boolean {
  return machineFormats.has(format);
}

/** What --format, --json or --output (json unless said otherwise) asks for, or null where the terminal decides. */
export function chosenFormat(argv: readonly string[]): string | null {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const formats = flags.flatMap((arg, index) => {
    if (arg.startsWith('--format=')) return arg.slice('--format='.length);
    return arg === '--format' ? (flags[index + 1] ?? []) : [];
  });
  // To a monitoring system every other exit code than UNKNOWN's would be a state of the host.
  if (formats.includes('nagios')) return 'nagios';
  if (flags.includes('--json')) return 'json';
  const last = formats.at(-1);
  if (last !== undefined) return last;
  return flags.some((arg) => arg === '--output' || arg.startsWith('--output=')) ? 'json' : null;
}
