// Metadata -> completions for bash 4 and newer. The function finds the words in COMP_WORDS, where bash has cut
// `--format=js` and `json=FILE` at the `=` (COMP_WORDBREAKS), and answers for what comes after the last `=`.

/** Patterns of `case`, those with the same answer in one line. */
function cases(pairs, indent) {
  const patterns = new Map();
  for (const [pattern, answer] of pairs) patterns.set(answer, [...(patterns.get(answer) ?? []), `'${pattern}'`]);
  return [...patterns].map(([answer, all]) => `${indent}${all.join(' | ')}) ${answer} ;;`).join('\n');
}

const flagWords = ({ name, char }) => [`--${name}`, ...(char ? [`-${char}`] : [])];
const words = (list, word) => `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "${word}"))`;

/** Readline completes paths by itself, with quotes and tildes. */
const answers = {
  file: () => 'compopt -o default',
  folder: () => 'compopt -o dirnames',
  one: ({ of }, word) => words(of, word),
  'format-file': ({ of }) =>
    `if [[ $value == *=* ]]; then compopt -o default; else compopt -o nospace; COMPREPLY=($(compgen -S = -W '${of.join(' ')}' -- "$value")); fi`,
  any: () => ':',
};
const answer = (value, word) => answers[value.kind](value, word);

export function bashCompletion(commands) {
  const names = commands.map(({ name }) => name);
  const valued = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ value }) => value !== null)
      .flatMap((flag) => flagWords(flag).map((word) => [`${name} ${word}`, `${answer(flag.value, '$value')}; return`])),
  );
  const flags = commands.map((command) => [
    command.name,
    words([...command.flags.flatMap(flagWords), '--help'], '$cur'),
  ]);
  const args = commands.flatMap(({ name, args: [arg] }) => (arg ? [[name, answer(arg.value, '$cur')]] : []));
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

export function bashDropInCompletion({ name, options }) {
  const all = options.flatMap(({ short, long }) => [long, ...(short ? [short] : [])]);
  const valued = options.flatMap(({ short, long, value }) =>
    value === null ? [] : [long, short].map((word) => [word, value === 'LITERAL' ? 'compopt -o default' : ':']),
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
