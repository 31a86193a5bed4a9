// An installed package of dpkg -> the source that it was built from, and its changelog, from /usr/share/doc. deb-changelog(5),
// dh_installchangelogs(1): a package has changelog.gz if its source is Debian's own, and changelog.Debian.gz if not. A package that
// was rebuilt without a change of its source has the entry of the rebuild in a second file, named by the architecture.

import { type Host, openTrusted, type TrustedFile } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { Changelog } from './changelog.ts';
import { type DebianEntry, parseEntries } from './debian-changelog.ts';
import { type Reading, readPieces } from './unpack.ts';

export interface DpkgSource {
  name: string;
  version: string;
  /** The version of the package itself. */
  installed: string;
  architecture: string;
}

/** Finds the source of each installed package in `names`. */
export function findSources(status: Bytes, names: ReadonlySet<string>): Map<string, DpkgSource> {
  const sources = new Map<string, DpkgSource>();
  const text = `\n${status}`;
  for (const name of names) {
    const begin = `\nPackage: ${name}\n`;
    for (let at = text.indexOf(begin); at !== -1; at = text.indexOf(begin, at + 1)) {
      const end = text.indexOf('\n\n', at);
      const source = parseSource(text.slice(at, end === -1 ? undefined : end));
      if (source !== null) {
        sources.set(name, source);
        break;
      }
    }
  }
  return sources;
}

function parseSource(stanza: Bytes): DpkgSource | null {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1]?.trim();
  const version = field('Version');
  if (version === undefined || / (?:not-installed|config-files)$/.test(field('Status') ?? ' not-installed'))
    return null;
  const [, name, sourceVersion] = /^(\S+)(?: \((\S+)\))?$/.exec(field('Source') ?? field('Package')!) ?? [];
  if (name === undefined) return null;
  return {
    name,
    version: isSigned(name) ? version : (sourceVersion ?? version),
    installed: version,
    architecture: field('Architecture') ?? '',
  };
}

/**
 * Debian signs its kernels in a source of its own. The changelog of linux-signed-amd64 has one entry of that source, with the version
 * 6.1.192+3 for 6.1.192-3, and below it the entries of linux. The packages have the versions of linux.
 */
function isSigned(source: string): boolean {
  return /^linux-signed-/.test(source);
}

function asPackaged(entry: DebianEntry): DebianEntry {
  return isSigned(entry.source) ? { ...entry, version: entry.version.replace('+', '-') } : entry;
}

/** The changelog of Debian's kernels has nearly 4 MiB for five years, and grows. */
const mostOfKernel = { packed: 8 * 1024 * 1024, text: 32 * 1024 * 1024 };

function mostOf({ name }: DpkgSource): typeof mostOfKernel | undefined {
  return /(?:^|-)(?:linux|kernel)(?:-|$)/.test(name) ? mostOfKernel : undefined;
}

const documentation = '/usr/share/doc';

/** Returns null if the package has no changelog that can be read, or the changelog is of another source. */
export async function openDpkgChangelog(host: Host, name: string, source: DpkgSource): Promise<Changelog | null> {
  const reading: Reading = { cut: false };
  for (const base of ['changelog.Debian', 'changelog']) {
    const file = openEither(host, `${name}/${base}`);
    if (file === null) continue;
    const entries = parseEntries(readPieces(file, reading, mostOf(source)));
    const first = await entries.next();
    // If the source is not Debian's own, changelog.gz is the changelog of the program's author, in any format.
    if (first.done || first.value.source !== source.name) {
      await entries.return(undefined);
      reading.cut = false;
      continue;
    }
    const rebuilds = () => openEither(host, `${name}/${base}.${source.architecture}`);
    const all = joined(rebuilds, first.value, entries, source.name, reading);
    return new Changelog(all, reading, () => entries.return(undefined));
  }
  return null;
}

function openEither(host: Host, name: string): TrustedFile | null {
  return openTrusted(host, documentation, `${name}.gz`) ?? openTrusted(host, documentation, name);
}

async function* joined(
  openRebuilds: () => TrustedFile | null,
  first: DebianEntry,
  entries: AsyncIterable<DebianEntry>,
  source: string,
  reading: Reading,
): AsyncGenerator<DebianEntry> {
  const rebuilds = openRebuilds();
  if (rebuilds !== null) {
    for await (const entry of parseEntries(readPieces(rebuilds, reading))) if (entry.source === source) yield entry;
  }
  yield asPackaged(first);
  yield* entries;
}
