// The answers of real shells to a TAB: bash with bash-completion and zsh on terminals of their own, each told to insert all
// that it would offer, and fish by its own `complete -C`. Each finds the files by itself, in its vendors' folder.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';

export const programs = ['lib-users', 'lib_users', 'fd_users'];

/** The place in which a shell completes: its start-up files, the completions, and a folder with the files that it may offer. */
export interface Place {
  home: string;
  folder: string;
}

/** Prints its arguments, so that the line as it was completed can be seen. */
const answer = `{ printf '\\nANSWER'; printf '<%s>' "$@"; printf '\\n'; }`;
const functions = programs.map((name) => `${name}() ${answer}`).join('\n');

const startFiles: Readonly<Record<string, string>> = {
  bashrc: `source /usr/share/bash-completion/bash_completion
${functions.replaceAll(/^(lib-users|\w+)\(\)/gm, 'function $1()')}
bind 'set bell-style none'
bind 'set enable-bracketed-paste off'
PS1='ready> '
`,
  '.zshrc': `fpath=("$HOME/zsh" $fpath)
autoload -U compinit; compinit -u -d "$HOME/zcompdump"
${functions}
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey '^Xa' all-matches
unsetopt PROMPT_SP
PS1='ready> '
`,
};

export function preparePlace(home: string): Place {
  const made = join(home, 'made');
  const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, 'scripts/completions.mjs'), made]);
  assert.equal(status, 0, String(stderr));
  const folders = ['bash-completion/completions', 'zsh', 'fish/vendor_completions.d', 'bin', 'files/reports'];
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true });
  for (const name of readdirSync(made)) {
    const [, stem = '', ending] = /^(.*?)(?:\.(bash|fish))?$/.exec(name) ?? [];
    const folder = ending === 'bash' ? 'bash-completion/completions' : ending ? 'fish/vendor_completions.d' : 'zsh';
    copyFileSync(join(made, name), join(home, folder, ending === 'bash' ? stem : name));
  }
  for (const [name, text] of Object.entries(startFiles)) writeFileSync(join(home, name), text);
  // fish loads completions only for programs that exist.
  for (const name of programs) writeFileSync(join(home, 'bin', name), '#!/bin/sh\n', { mode: 0o755 });
  for (const name of ['report.json', 'my report.json']) writeFileSync(join(home, 'files', name), '');
  return { home, folder: join(home, 'files') };
}

function run({ home, folder }: Place, argv: readonly string[]): string {
  const env = { PATH: `${home}/bin:/usr/bin:/bin`, HOME: home, TERM: 'xterm', LANG: 'C.UTF-8', ZDOTDIR: home };
  const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, XDG_DATA_HOME: home, XDG_DATA_DIRS: `${home}:/usr/share` },
  });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** The arguments of the line after `keys`; the last word is one or more. */
function typed(place: Place, line: string, keys: string, shell: readonly string[]): string[] {
  const output = run(place, ['python3', join(projectRoot, 'test/completions/type.py'), line + keys, ...shell]);
  const words = [...output.trim().matchAll(/<(.*?)>(?=<|$)/g)].map(([, word = '']) => word);
  const before = line.trimEnd().split(' ').length - (line.endsWith(' ') ? 1 : 2);
  return words.slice(before);
}

/** The words that the last word of the line can become, by shell. */
export const shells: Readonly<Record<string, (place: Place, line: string) => string[]>> = {
  bash: (place, line) =>
    typed(place, line, '\x1b*', ['bash', '--noprofile', '--rcfile', join(place.home, 'bashrc'), '-i']),
  zsh: (place, line) => typed(place, line, '\x18a', ['zsh', '-d', '-i']),
  fish: (place, line) =>
    run(place, ['fish', '-c', 'complete -C "$argv[1]"', '--', line])
      .split('\n')
      .filter((each) => each !== '')
      .map((each) => each.split('\t')[0] ?? ''),
};
