// Metadata -> completions for fish, one `complete` a command, flag and argument.

/**
 * @typedef {import('../metadata.mjs').Command} Command
 * @typedef {import('../metadata.mjs').DropIn} DropIn
 * @typedef {import('../metadata.mjs').Flag} Flag
 * @typedef {import('../metadata.mjs').Value} Value
 */

/** @type {(text: string) => string} */
const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
/** @type {(text: string) => string} */
const sentence = (text) => quoted(text.replace(/\.$/, ''));

/**
 * -x: a value and no files; -r -F: a value, which may be a file.
 * @type {Record<Value['kind'], (value: Value) => string>}
 */
const values = {
  file: () => '-r -F',
  folder: () => "-x -a '(__fish_complete_directories)'",
  one: ({ of }) => `-x -a ${quoted(of.join(' '))}`,
  'format-file': ({ of }) => `-x -a '(__lib_users_format_file ${of.join(' ')})'`,
  any: () => '-x',
};

/** @type {(value: Value) => string} */
const argumentValue = ({ kind, of }) => (kind === 'one' ? `-f -a ${quoted(of.join(' '))}` : '-F');

/** @param {Command[]} commands */
export function fishCompletion(commands) {
  /** @type {(...parts: string[]) => string} */
  const line = (...parts) => ['complete -c lib-users', ...parts.filter((part) => part !== '')].join(' ');
  /** @type {(name: string) => string} */
  const after = (name) => `-n '__fish_seen_subcommand_from ${name}'`;
  const first = "-n '__fish_is_first_token'";
  const lines = commands.flatMap(({ name, flags, args }) => [
    '',
    ...flags.map((flag) => {
      const char = flag.char ? `-s ${flag.char}` : '';
      const value = flag.value === null ? '' : values[flag.value.kind](flag.value);
      return line(after(name), char, `-l ${flag.name}`, value, `-d ${sentence(flag.description)}`);
    }),
    ...args.map(({ value }) => line(after(name), argumentValue(value))),
  ]);
  return `# fish completion for lib-users, made by scripts/completions.mjs.

# FORMAT=FILE
function __lib_users_format_file
    set -l word (commandline -ct | string replace -r '^--also=' '')
    set -l parts (string split -m 1 = -- $word)
    if set -q parts[2]
        printf "$parts[1]=%s\\n" (__fish_complete_path $parts[2])
    else
        printf '%s=\\n' $argv
    end
end

${line('-f')}
${line('-s h -l help', "-d 'Print the help text'")}
${line(first, '-l version', "-d 'Print the version'")}
${commands.map(({ name, summary }) => line(first, `-a ${name}`, `-d ${sentence(summary)}`)).join('\n')}
${line(first, '-a help', "-d 'The help of a command'")}
${line(after('help'), `-a ${quoted(commands.map(({ name }) => name).join(' '))}`)}
${lines.join('\n')}
`;
}

/** @param {DropIn} dropIn */
export function fishDropInCompletion({ name, options }) {
  const lines = options.map(({ short, long, value, help }) => {
    const kind = value === null ? '' : value === 'LITERAL' ? ' -r -F' : ' -x';
    return `complete -c ${name}${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}${kind} -d ${quoted(help)}`;
  });
  return `# fish completion for ${name}, made by scripts/completions.mjs.\n\ncomplete -c ${name} -f\n${lines.join('\n')}\n`;
}
