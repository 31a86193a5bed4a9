// The metadata of repositories that dnf and zypper keep -> the advisories of the wanted packages. dnf.conf(5) (cachedir),
// dnf5-caching(7), zypp.conf(5).

import type { Bytes } from '../procfs/bytes.ts';
import { canUnpack, type Host, listTrusted, openTrusted, type Reading, readPieces } from './trusted-file.ts';
import { type Advisory, NotUpdateinfo, parseUpdateinfo } from './updateinfo.ts';

/** A file that may have further ids, and why they are not known. */
export interface UnreadAdvisories {
  path: Bytes;
  because: string;
}

export interface Advisories {
  byPackage: ReadonlyMap<string, readonly Advisory[]>;
  unread: readonly UnreadAdvisories[];
}

export const noAdvisories: Advisories = { byPackage: new Map(), unread: [] };

const caches = ['/var/cache/dnf', '/var/cache/libdnf5', '/var/cache/zypp/raw'];
const wanted = /^(?:[0-9a-f]{1,128}-)?updateinfo\.xml(?:\.([a-z0-9]{1,8}))?$/;

/** The most that is read. A large distribution has 5 MiB in one file, and 40 MiB of text in it. */
const mostEntries = 1000;
const mostFiles = 64;
const mostPackedBytes = 16 * 1024 * 1024;
const mostTextBytes = 96 * 1024 * 1024;

/** @param names the packages whose advisories are wanted */
export async function readAdvisories(host: Host, names: ReadonlySet<string>): Promise<Advisories> {
  const byPackage = new Map<string, Advisory[]>();
  const unread: UnreadAdvisories[] = [];
  let bytesLeft = mostTextBytes;
  for (const [index, { cache, name, packing }] of findFiles(host).entries()) {
    const path = `${cache}/${name}`;
    const leave = (because: string): void => {
      unread.push({ path, because });
    };
    if (index >= mostFiles) {
      leave('there are too many such files');
      break;
    }
    if (!canUnpack(packing)) {
      leave(`it is packed as ${packing}, which cannot be unpacked here`);
      continue;
    }
    const file = openTrusted(host, cache, name);
    if (file === null) {
      leave('it cannot be read, or somebody other than root could have written it');
      continue;
    }
    const reading: Reading = { cut: false };
    const counted = counting(readPieces(file, reading, { packed: mostPackedBytes, text: bytesLeft }), (bytes) => {
      bytesLeft -= bytes;
    });
    try {
      for await (const advisory of parseUpdateinfo(counted, names)) {
        const known = byPackage.get(advisory.name);
        if (known === undefined) byPackage.set(advisory.name, [advisory]);
        else known.push(advisory);
      }
      if (reading.cut) leave('it is too long, or damaged');
    } catch (error) {
      if (!(error instanceof NotUpdateinfo)) throw error;
      leave(reading.cut ? 'it is too long, or damaged' : error.message);
    }
  }
  return { byPackage, unread };
}

/** Finds the files in the order of their names. A file is listed once, in the packing that can be read. */
function findFiles(host: Host): { cache: string; name: string; packing: string | null }[] {
  return caches.flatMap((cache) =>
    listTrusted(host, cache, mostEntries).flatMap((repository) => {
      const folder = `${repository}/repodata`;
      const found = listTrusted(host, `${cache}/${folder}`, mostEntries).flatMap((name) => {
        const match = wanted.exec(name);
        return match === null ? [] : [{ cache, name: `${folder}/${name}`, packing: match[1] ?? null }];
      });
      const readable = found.filter(({ packing }) => canUnpack(packing));
      return readable.length > 0 ? readable : found;
    }),
  );
}

async function* counting(pieces: AsyncIterable<Bytes>, count: (bytes: number) => void): AsyncGenerator<Bytes> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}
