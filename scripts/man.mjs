// The commands' own metadata and the schema of the configuration -> man pages in build/man/, or the folder that is named.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPage } from './man/command-page.mjs';
import { configPage } from './man/config-page.mjs';
import { dropInPage } from './man/drop-in-page.mjs';
import { overviewPage } from './man/overview-page.mjs';
import { readMetadata } from './metadata.mjs';
import { root, sourceDate, version } from './project.mjs';

const { commands, dropIns } = await readMetadata();
const pages = ['lib-users(1)', ...commands.map(({ name }) => `lib-users-${name}(1)`), 'lib-users-config(5)'];
const about = { version, date: new Date(sourceDate() * 1000).toISOString().slice(0, 10) };
const schema = JSON.parse(readFileSync(join(root, 'schema/config.schema.json'), 'utf8'));
const example = readFileSync(join(root, 'docs/config.example.yaml'), 'utf8');

const out = process.argv[2] ?? join(root, 'build/man');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/** @type {(name: string, text: string) => void} */
const write = (name, text) => writeFileSync(join(out, name), text);
write('lib-users.1', overviewPage(commands, { pages, ...about }));
for (const command of commands) write(`lib-users-${command.name}.1`, commandPage(command, { pages, ...about }));
for (const dropIn of dropIns) write(`${dropIn.name}.1`, dropInPage(dropIn, about));
write('lib-users-config.5', configPage(schema, example, about));
