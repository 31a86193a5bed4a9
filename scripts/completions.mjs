// The commands' own metadata -> completions in build/completions/, or the folder that is named: *.bash without the suffix for
// bash-completion/completions, _lib-users for zsh/vendor-completions, *.fish for fish/vendor_completions.d. bash and fish load
// a file by the name of the command, so the drop-in commands have their own.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashCompletion, bashDropInCompletion } from './completions/bash.mjs';
import { fishCompletion, fishDropInCompletion } from './completions/fish.mjs';
import { zshCompletion } from './completions/zsh.mjs';
import { readMetadata } from './metadata.mjs';
import { root } from './project.mjs';

const { commands, dropIns } = await readMetadata();
const out = process.argv[2] ?? join(root, 'build/completions');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/** @type {(name: string, text: string) => void} */
const write = (name, text) => writeFileSync(join(out, name), text);
write('lib-users.bash', bashCompletion(commands));
write('_lib-users', zshCompletion(commands, dropIns));
write('lib-users.fish', fishCompletion(commands));
for (const dropIn of dropIns) {
  write(`${dropIn.name}.bash`, bashDropInCompletion(dropIn));
  write(`${dropIn.name}.fish`, fishDropInCompletion(dropIn));
}
