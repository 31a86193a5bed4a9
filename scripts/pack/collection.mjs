// The Ansible collection as Galaxy takes it: a tar.gz with MANIFEST.json and FILES.json, which have the digest of every file
// (docs.ansible.com, "Collection structure"). ansible-galaxy makes the same from the same folder, but would need Ansible here.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { root, sourceDate } from '../project.mjs';
import { run } from './run.mjs';
import { layOut } from './stage.mjs';

/** @type {(data: string | Buffer) => string} */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
/** @type {(name: string, ftype: 'dir' | 'file', digest: string | null) => object} */
const entry = (name, ftype, digest) => ({
  name,
  ftype,
  chksum_type: digest === null ? null : 'sha256',
  chksum_sha256: digest,
  format: 1,
});

/**
 * @param {{ stage: string, out: string }} folders
 * @returns {string} the name of the archive
 */
export function buildCollection({ stage, out }) {
  const source = join(root, 'ansible');
  const { namespace, name, version, license, ...galaxy } = parse(readFileSync(join(source, 'galaxy.yml'), 'utf8'));
  const files = run('git', ['ls-files', '-z', '--', 'ansible'])
    .split('\0')
    .filter(Boolean)
    .map((path) => path.slice('ansible/'.length))
    .filter((path) => path !== 'galaxy.yml')
    .sort();
  const folders = [...new Set(files.flatMap((path) => parents(path)))].sort();
  const listed = {
    files: [
      entry('.', 'dir', null),
      ...folders.map((path) => entry(path, 'dir', null)),
      ...files.map((path) => entry(path, 'file', sha256(readFileSync(join(source, path))))),
    ],
    format: 1,
  };
  const filesJson = json(listed);
  const { authors, readme, tags, description, dependencies, repository, documentation, homepage, issues } = galaxy;
  const manifest = {
    collection_info: {
      namespace,
      name,
      version,
      authors,
      readme,
      tags,
      description,
      license,
      license_file: null,
      dependencies,
      repository,
      documentation,
      homepage,
      issues,
    },
    file_manifest_file: entry('FILES.json', 'file', sha256(filesJson)),
    format: 1,
  };
  layOut(stage, [
    { to: 'MANIFEST.json', text: json(manifest) },
    { to: 'FILES.json', text: filesJson },
    ...files.map((path) => ({ to: path, from: join(source, path) })),
  ]);
  const archive = `${namespace}-${name}-${version}.tar.gz`;
  const tar = join(stage, '..', 'collection.tar');
  const sameEveryTime = ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner'];
  run('tar', [
    '-cf',
    tar,
    ...sameEveryTime,
    `--mtime=@${sourceDate()}`,
    '-C',
    stage,
    'MANIFEST.json',
    'FILES.json',
    ...tops(files),
  ]);
  writeFileSync(join(out, archive), gzipSync(readFileSync(tar), { level: 9 }));
  return archive;
}

/**
 * Writes null for undefined, which JSON would leave out, because ansible-galaxy wants the keys.
 * @param {unknown} value
 */
const json = (value) => `${JSON.stringify(value, (_, each) => (each === undefined ? null : each), 1)}\n`;

/** @type {(files: string[]) => string[]} */
const tops = (files) => [...new Set(files.map((path) => path.replace(/\/.*/, '')))].sort();

/** @param {string} path */
function parents(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
