// Metadata -> completions for bash 4 and newer. The function finds the words in COMP_WORDS, where bash has cut
// `--format=js` and `json=FILE` at the `=` (COMP_WORDBREAKS), and answers for what comes after the last `=`.

/**
 * @typedef {import('../metadata.mjs').Command} Command
 * @typedef {import('../metadata.mjs').DropIn} DropIn
 * @typedef {import('../metadata.mjs').Flag} Flag
 * @typedef {import('../metadata.mjs').Value} Value
 */

/**
 * Patterns of `case`, those with the same answer in one line.
 * @param {[pattern: string, answer: string][]} pairs
 * @param {string} indent
 */
function cases(pairs, indent) {
  /** @type {Map<string, string[]>} by answer */
  const patterns = new Map();
  for (const [pattern, answer] of pairs) patterns.set(answer, [...(patterns.get(answer) ?? []), `'${pattern}'`]);
  return [...patterns].map(([answer, all]) => `${indent}${all.join(' | ')}) ${answer} ;;`).join('\n');
}

/** @type {(flag: Pick<Flag, 'name' | 'char'>) => string[]} */
const flagWords = ({ name, char }) => [`--${name}`, ...(char ? [`-${char}`] : [])];
/** @type {(list: readonly string[], word: string) => string} */
const words = (list, word) => `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "${word}"))`;

/**
 * Readline completes paths by itself, with quotes and tildes.
 * @type {Record<Value['kind'], (value: Value, word: string) => string>}
 */
const answers = {
  file: () => 'compopt -o default',
  folder: () => 'compopt -o dirnames',
  one: ({ of }, word) => words(of, word),
  'format-file': ({ of }) =>
    `if [[ $value == *=* ]]; then compopt -o default; else compopt -o nospace; COMPREPLY=($(compgen -S = -W '${of.join(' ')}' -- "$value")); fi`,
  any: () => ':',
};
/** @type {(value: Value, word: string) => string} */
const answer = (value, word) => answers[value.kind](value, word);

/** @param {Command[]} commands */
export function bashCompletion(commands) {
  const names = commands.map(({ name }) => name);
  /** @type {[string, string][]} */
  const valued = [];
  /** @type {[string, string][]} */
  const flags = [];
  /** @type {[string, string][]} */
  const args = [];
  for (const {
    name,
    flags: all,
    args: [arg],
  } of commands) {
    for (const { value, ...flag } of all) {
      if (value === null) continue;
      for (const word of flagWords(flag)) valued.push([`${name} ${word}`, `${answer(value, '$value')}; return`]);
    }
    flags.push([name, words([...all.flatMap(flagWords), '--help'], '$cur')]);
    if (arg) args.push([name, answer(arg.value, '$cur')]);
  }
  return `# bash completion for lib-users, made by scripts/completions.mjs.

_lib_users() {
  local command= cur= previous= word joined= flag value
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == = ]]; then
      cur+== joined=1
    elif [[ $joined ]]; then
      cur+=$word joined=
    else
      previous=$cur cur=$word
    fi
  done
  if ((COMP_CWORD == 1)); then
    ${words([...names, 'help', '--help', '--version'], '$cur')}
    return
  fi
  command=\${COMP_WORDS[1]}
  if [[ $command == help ]]; then
    ${words(names, '$cur')}
    return
  fi
  if [[ $cur == --*=* ]]; then flag=\${cur%%=*} value=\${cur#*=}; else flag=$previous value=$cur; fi
  case "$command $flag" in
${cases(valued, '    ')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${cases(flags, '      ')}
    esac
    return
  fi
  case $command in
${cases(args, '    ')}
  esac
}

complete -F _lib_users lib-users
`;
}

/** @param {DropIn} dropIn */
export function bashDropInCompletion({ name, options }) {
  const all = options.flatMap(({ short, long }) => [long, ...(short ? [short] : [])]);
  /** @type {[string, string][]} */
  const valued = options.flatMap(({ short, long, value }) =>
    value === null
      ? []
      : [long, ...(short ? [short] : [])].map((word) => [word, value === 'LITERAL' ? 'compopt -o default' : ':']),
  );
  return `# bash completion for ${name}, made by scripts/completions.mjs.

_lib_users_as_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  [[ $cur == = ]] && cur=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
${cases(valued, '    ')}
    *) ${words(all, '$cur')} ;;
  esac
}

complete -F _lib_users_as_${name} ${name}
`;
}
