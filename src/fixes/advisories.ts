// The metadata of repositories that dnf and zypper keep -> the advisories of the wanted packages. dnf.conf(5) (cachedir),
// dnf5-caching(7), zypp.conf(5).

import { type Host, listTrusted, openTrusted } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { canUnpack, type Reading, readPieces } from './unpack.ts';
import { type Advisory, NotUpdateinfo, parseUpdateinfo } from './updateinfo.ts';

export interface Advisories {
  byPackage: ReadonlyMap<string, readonly Advisory[]>;
  /** Whether all files that there are were read. If not, there may be further ids. */
  complete: boolean;
}

export const noAdvisories: Advisories = { byPackage: new Map(), complete: true };

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
  const { files, isPartial } = findFiles(host);
  let complete = !isPartial && files.length <= mostFiles;
  let bytesLeft = mostTextBytes;
  for (const { cache, name, packing } of files.slice(0, mostFiles)) {
    const file = canUnpack(packing) ? openTrusted(host, cache, name) : null;
    if (file === null) {
      complete = false;
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
      if (reading.cut) complete = false;
    } catch (error) {
      if (!(error instanceof NotUpdateinfo)) throw error;
      complete = false;
    }
  }
  return { byPackage, complete };
}

interface Found {
  cache: string;
  name: string;
  packing: string | null;
}

/**
 * Finds the files in the order of their names. A file is listed once, in the packing that can be read.
 * @returns isPartial: whether there may be further files, because a folder cannot be listed, or not wholly
 */
function findFiles(host: Host): { files: Found[]; isPartial: boolean } {
  let isPartial = false;
  const list = (folder: string): string[] => {
    const listing = listTrusted(host, folder, mostEntries);
    isPartial ||= listing.isPartial;
    return listing.names;
  };
  const files = caches.flatMap((cache) =>
    list(cache).flatMap((repository) => {
      const folder = `${repository}/repodata`;
      const found = list(`${cache}/${folder}`).flatMap((name): Found[] => {
        const match = wanted.exec(name);
        return match === null ? [] : [{ cache, name: `${folder}/${name}`, packing: match[1] ?? null }];
      });
      const readable = found.filter(({ packing }) => canUnpack(packing));
      return readable.length > 0 ? readable : found;
    }),
  );
  return { files, isPartial };
}

async function* counting(pieces: AsyncIterable<Bytes>, count: (bytes: number) => void): AsyncGenerator<Bytes> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}
