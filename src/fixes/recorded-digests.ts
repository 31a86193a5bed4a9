// A file of a package -> the digest of its content that the package database records, if the database records one. deb-md5sums(5), rpm(8),
// pacman's mtree (mtree(5)), and apk's installed database. A configuration file has none with dpkg.

import type { Package } from '../documents/generated/report.ts';
import { type Host, listTrusted, openLog, openTrusted, readWhole } from '../host/trusted-file.ts';
import { ask } from '../packages/ask.ts';
import { parseDiversions } from '../packages/dpkg.ts';
import { namesOf, readMergedFolders } from '../packages/merged-folders.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Run } from '../spawn.ts';
import { type Reading, readPieces } from './unpack.ts';

export interface Digest {
  algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  hex: string;
}

export interface DigestContext {
  host: Host;
  run: Run;
}

type Owner = Pick<Package, 'manager' | 'name' | 'version'>;

/** The names under which the database may list the file, and its package. */
interface Wanted {
  names: ReadonlySet<Bytes>;
  owner: Owner;
}

/** Returns null if no digest is recorded, or the record cannot be read. */
export async function findRecordedDigest(path: Bytes, owner: Owner, context: DigestContext): Promise<Digest | null> {
  const wanted = { names: new Set(namesOf(path, readMergedFolders(context.host.root))), owner };
  const managers: Readonly<Record<Owner['manager'], () => Digest | null | Promise<Digest | null>>> = {
    dpkg: () => findInDpkg(wanted, context.host),
    rpm: () => findInRpm(wanted, context.run),
    pacman: () => findInPacman(wanted, context.host),
    apk: () => findInApk(wanted, context.host),
  };
  return await managers[owner.manager]();
}

const dpkgFolder = '/var/lib/dpkg';
const mostLists = 65_536;
const mostBytes = 4 * 1024 * 1024;

function findInDpkg({ names, owner }: Wanted, host: Host): Digest | null {
  const diversions = readText(openLog(host, `${dpkgFolder}/diversions`));
  // A diverted file has another path than the list says.
  for (const [from, { to }] of parseDiversions(diversions ?? '')) if (names.has(from) || names.has(to)) return null;
  const lists = listTrusted(host, `${dpkgFolder}/info`, mostLists).names.filter(
    (list) => list.endsWith('.md5sums') && list.slice(0, -'.md5sums'.length).split(':')[0] === owner.name,
  );
  for (const list of lists) {
    for (const line of (readText(openTrusted(host, `${dpkgFolder}/info`, list)) ?? '').split('\n')) {
      const [, hex, path] = /^([0-9a-f]{32}) {2}(.+)$/.exec(line) ?? [];
      if (hex !== undefined && names.has(`/${path}`)) return { algorithm: 'md5', hex };
    }
  }
  return null;
}

function readText(file: ReturnType<typeof openLog>): string | null {
  return file === null ? null : readWhole(file, mostBytes);
}

/** The numbers of OpenPGP. rpm records none for a package that uses MD5. */
const algorithms: Readonly<Record<string, Digest['algorithm']>> = {
  '(none)': 'md5',
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};
const rpmFormat = '[%{=EVR}\\t%{=FILEDIGESTALGO}\\t%{FILEDIGESTS}\\t%{FILENAMES}\\n]';

function findInRpm({ names, owner }: Wanted, run: Run): Digest | null {
  for (const line of ask(run, 'rpm', ['-q', '--queryformat', rpmFormat, '--'], [owner.name]).lines) {
    const [version, number = '', hex = '', ...path] = line.split('\t');
    const algorithm = algorithms[number];
    if (version !== owner.version || algorithm === undefined || !names.has(path.join('\t'))) continue;
    // A folder, a link and a file that the package only names have an empty one.
    return hex === '' ? null : { algorithm, hex };
  }
  return null;
}

async function findInPacman({ names, owner }: Wanted, host: Host): Promise<Digest | null> {
  const file = openTrusted(host, '/var/lib/pacman/local', `${owner.name}-${owner.version}/mtree`);
  if (file === null) return null;
  const reading: Reading = { cut: false };
  let text = '';
  for await (const piece of readPieces(file, reading)) text += piece;
  for (const line of text.split('\n')) {
    const path = /^\.(\/\S+) /.exec(line)?.[1];
    if (path === undefined || !names.has(path)) continue;
    const hex = / sha256digest=([0-9a-f]{64})(?: |$)/.exec(line)?.[1];
    return hex === undefined ? null : { algorithm: 'sha256', hex };
  }
  return null;
}

const apkDatabases = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];
const apkKinds = { Q1: 'sha1', Q2: 'sha256' } as const;

/** In a package's block, a line F: names a folder, R: a file in it, and Z: the digest of that file. */
function findInApk({ names, owner }: Wanted, host: Host): Digest | null {
  const file = apkDatabases.reduce<ReturnType<typeof openLog>>((found, path) => found ?? openLog(host, path), null);
  const text = file === null ? null : readWhole(file, 16 * mostBytes);
  const block = text?.split('\n\n').find((each) => `\n${each}\n`.includes(`\nP:${owner.name}\n`));
  let folder = '';
  let path = '';
  for (const line of block?.split('\n') ?? []) {
    const [kind, value] = [line.slice(0, 2), line.slice(2)];
    if (kind === 'F:') folder = value;
    if (kind === 'R:') path = `/${folder === '' ? '' : `${folder}/`}${value}`;
    if (kind !== 'Z:' || !names.has(path)) continue;
    const algorithm = apkKinds[value.slice(0, 2) as keyof typeof apkKinds];
    return algorithm === undefined ? null : { algorithm, hex: Buffer.from(value.slice(2), 'base64').toString('hex') };
  }
  return null;
}
