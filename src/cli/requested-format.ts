// A command line -> the format that it asks for, found without a parser, because a command line that does not parse
// names a format too, and its error must come out in that format.

const machineFormats = new Set(['json', 'ndjson', 'rows']);

/** Whether programs read the format as JSON, so that errors are documents too. */
export function isJsonFormat(format: string): boolean {
  return machineFormats.has(format);
}

/** The format of --format, --json or --output (json if no other flag names one); null if the terminal decides. */
export function chosenFormat(argv: readonly string[]): string | null {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const formats = flags.flatMap((arg, index) => {
    if (arg.startsWith('--format=')) return arg.slice('--format='.length);
    return arg === '--format' ? (flags[index + 1] ?? []) : [];
  });
  // A monitoring system takes every other exit code than UNKNOWN's for a state of the host.
  if (formats.includes('nagios')) return 'nagios';
  if (flags.includes('--json')) return 'json';
  const last = formats.at(-1);
  if (last !== undefined) return last;
  return flags.some((arg) => arg === '--output' || arg.startsWith('--output=')) ? 'json' : null;
}
