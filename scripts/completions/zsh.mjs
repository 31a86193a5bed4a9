// Metadata -> one file for zsh, which completes lib-users, lib_users and fd_users with _arguments(1).

/**
 * @typedef {import('../metadata.mjs').Command} Command
 * @typedef {import('../metadata.mjs').DropIn} DropIn
 * @typedef {import('../metadata.mjs').Flag} Flag
 * @typedef {import('../metadata.mjs').Value} Value
 */

/**
 * A text within single quotes, in which _arguments gives a meaning to brackets, colons and backslashes.
 * @param {string} text
 */
const specText = (text) => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
/** @type {(text: string) => string} */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @type {Record<Value['kind'], (value: Value) => string>} */
const actions = {
  file: () => '_files',
  folder: () => '_files -/',
  one: ({ of }) => `(${of.join(' ')})`,
  'format-file': ({ of }) => `{_lib_users_format_file ${of.join(' ')}}`,
  any: () => ' ',
};
/** @type {(value: Value) => string} */
const action = (value) => actions[value.kind](value);

/** @param {Flag} flag */
function flagSpecs({ name, char, description, multiple, word, value }) {
  const about = `[${specText(description.replace(/\.$/, ''))}]`;
  const argument = value === null ? '' : `:${specText(value.kind === 'one' ? name : (word ?? ''))}:${action(value)}`;
  const equals = value === null ? '' : '=';
  const others = multiple ? '*' : char ? `(-${char} --${name})` : '';
  const long = `'${others}--${name}${equals}${about}${argument}'`;
  return char ? [`'${others}-${char}${value === null ? '' : '+'}${about}${argument}'`, long] : [long];
}

/** @param {import('../metadata.mjs').Argument} argument */
function argumentSpecs({ name, multiple, value }) {
  return [`'${multiple ? '*' : '1'}:${name.toLowerCase()}:${action(value)}'`];
}

/** @type {(lines: string[], indent: string) => string} */
const indented = (lines, indent) => lines.map((line) => `${indent}${line}`).join(' \\\n');

/** @param {Command} command */
function commandCase({ name, flags, args }) {
  const specs = [
    "'(- *)'{-h,--help}'[Print the help text]'",
    ...flags.flatMap(flagSpecs),
    ...args.flatMap(argumentSpecs),
  ];
  return `    ${name})\n      _arguments -s -S \\\n${indented(specs, '        ')}\n      ;;`;
}

/** @param {DropIn['options'][number]} option */
function dropInSpecs({ short, long, value, help }) {
  const argument = value === null ? '' : `:${value}:${value === 'LITERAL' ? '_files' : ' '}`;
  const star = value === null ? '' : '*';
  const about = `[${specText(help)}]`;
  const names = [...(short ? [`${short}${value === null ? '' : '+'}`] : []), `${long}${value === null ? '' : '='}`];
  return names.map((name) => `'${star}${name}${about}${argument}'`);
}

/**
 * @param {Command[]} commands
 * @param {DropIn[]} dropIns
 */
export function zshCompletion(commands, dropIns) {
  const names = commands.map(({ name, summary }) =>
    quoted(`${name}:${summary.replaceAll(':', '\\:').replace(/\.$/, '')}`),
  );
  return `#compdef lib-users ${dropIns.map(({ name }) => name).join(' ')}
# zsh completion for lib-users, made by scripts/completions.mjs.

# FORMAT=FILE
_lib_users_format_file() {
  if compset -P '*='; then _files; else compadd -S = -- "$@"; fi
}

_lib_users_commands() {
  local -a commands=(
${names.map((name) => `    ${name}`).join('\n')}
    'help:The help of a command'
  )
  _describe -t commands command commands
}

_lib_users() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
    '(- *)'{-h,--help}'[Print the help text]' \\
    '(- *)--version[Print the version]' \\
    '1:command:_lib_users_commands' \\
    '*::argument:->arguments'
  [[ $state == arguments ]] || return
  curcontext=\${curcontext%:*}:lib-users-$words[1]:
  case $words[1] in
${commands.map(commandCase).join('\n')}
    help)
      _arguments '1:command:_lib_users_commands'
      ;;
  esac
}

case $service in
  lib-users) _lib_users "$@" ;;
${dropIns
  .map(
    ({ name, options }) =>
      `  ${name})\n    _arguments -s -S \\\n${indented(options.flatMap(dropInSpecs), '      ')}\n    ;;`,
  )
  .join('\n')}
esac
`;
}
