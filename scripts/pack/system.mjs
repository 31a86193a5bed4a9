// The places of a package's files on a host, the same for .deb and .rpm: hier(7) and each shell's vendor folder.
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../project.mjs';
import { eachOf, papers } from './stage.mjs';

const docs = 'usr/share/doc/lib-users';

/**
 * @param {{ executable: string, zshFolder: string }} places
 * @returns {import('./stage.mjs').Entry[]}
 */
export function systemEntries({ executable, zshFolder }) {
  /** @type {Record<string, (name: string) => string>} by suffix */
  const completionPlace = {
    '.bash': (name) => `usr/share/bash-completion/completions/${basename(name, '.bash')}`,
    '.fish': (name) => `usr/share/fish/vendor_completions.d/${name}`,
    '': (name) => `${zshFolder}/${name}`,
  };
  /** @type {(name: string) => string} */
  const completionOf = (name) => {
    const place = completionPlace[extname(name)];
    if (!place) throw new Error(`no shell is known to read ${name}`);
    return place(name);
  };
  return [
    { to: 'usr/lib/lib-users/lib-users', from: executable, mode: 0o755 },
    ...['lib-users', 'lib_users', 'fd_users'].map((name) => ({
      to: `usr/bin/${name}`,
      link: '../lib/lib-users/lib-users',
    })),
    { to: 'etc/lib-users/config.d', folder: true },
    ...papers(docs),
    { to: `${docs}/examples/config.yaml`, from: join(root, 'docs/config.example.yaml') },
    ...['apt', 'dnf', 'grafana', 'prometheus'].flatMap((name) =>
      eachOf(`packaging/${name}`, (file) => `${docs}/examples/${name}/${file}`),
    ),
    ...eachOf(
      'schema',
      (name) => `usr/share/lib-users/schema/${name}`,
      (name) => name.endsWith('.json'),
    ),
    ...eachOf('packaging/systemd', (name) => `usr/lib/systemd/system/${name}`),
    ...eachOf('build/completions', completionOf),
    ...eachOf('build/man', (name) => `usr/share/man/man${name.at(-1)}/${name}.gz`).map(({ to, from }) => ({
      to,
      text: compressed(readFileSync(from)),
    })),
  ];
}

/**
 * As gzip -9n does: without a name and a date.
 * @param {string | Buffer} data
 */
export const compressed = (data) => gzipSync(data, { level: 9 });
