// A Debian package, by dpkg-deb.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, sourceDate, version } from '../project.mjs';
import { run } from './run.mjs';
import { layOut } from './stage.mjs';
import { compressed, systemEntries } from './system.mjs';

const architectures = { x64: 'amd64', arm64: 'arm64' };
const docs = 'usr/share/doc/lib-users';
/** @type {(name: string) => string} */
const packaging = (name) => join(root, 'packaging/deb', name);
const template = readFileSync(packaging('control'), 'utf8');
const [, maintainer] = /^Maintainer: (.*)$/m.exec(template) ?? [];
if (!maintainer) throw new Error('packaging/deb/control names no Maintainer');

/** The changelog in Debian's own format, which Debian wants. CHANGELOG.md has the changes. */
function changelog() {
  const date = new Date(sourceDate() * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `lib-users (${version}) stable; urgency=medium`;
  return `${entry}\n\n  * See CHANGELOG.md.\n\n -- ${maintainer}  ${date}\n`;
}

/**
 * @param {import('./targets.mjs').Wanted} wanted
 * @returns {string} the name of the package
 */
export function buildDeb({ target, executable, licenses, stage, out }) {
  const architecture = architectures[target.machine];
  const entries = [
    ...systemEntries({ executable, zshFolder: 'usr/share/zsh/vendor-completions' }),
    { to: `${docs}/changelog.gz`, text: compressed(changelog()) },
    { to: `${docs}/copyright`, from: packaging('copyright') },
    { to: `${docs}/THIRD-PARTY-LICENSES.gz`, text: compressed(licenses) },
    { to: 'usr/share/lintian/overrides/lib-users', from: packaging('lintian-overrides') },
  ];
  const files = entries.filter(({ from, text }) => from !== undefined || text !== undefined);
  /** @type {(entry: import('./stage.mjs').Entry) => string | Buffer} */
  const contents = ({ from, text }) => text ?? readFileSync(from ?? '');
  /** @type {(entry: import('./stage.mjs').Entry) => string} */
  const md5 = (entry) => createHash('md5').update(contents(entry)).digest('hex');
  const size = files.reduce((sum, { from, text }) => sum + (text?.length ?? statSync(from ?? '').size), 0);
  const control = template
    .replace('%VERSION%', version)
    .replace('%ARCH%', architecture)
    .replace('%SIZE%', String(Math.ceil(size / 1024)));
  const tree = join(stage, 'deb');
  layOut(tree, [
    ...entries,
    { to: 'DEBIAN/control', text: control },
    { to: 'DEBIAN/md5sums', text: files.map((entry) => `${md5(entry)}  ${entry.to}\n`).join('') },
  ]);
  const name = `lib-users_${version}_${architecture}.deb`;
  const compression = ['-Zxz', '-z1', '--threads-max=2'];
  run('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, join(out, name)], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceDate()) },
  });
  return name;
}
