// The text of an updateinfo.xml, piece by piece -> the CVE ids that each advisory names for each version of the wanted packages.
// createrepo_c(8), modifyrepo_c(8). sax parses the text, and a text that is not well-formed is refused.

import type { SAXParser, Tag } from 'sax';
import { findCves } from '../cves.ts';
import type { Bytes } from '../procfs/bytes.ts';

export interface Advisory {
  name: string;
  /** [epoch:]version-release, without an epoch of 0. */
  version: string;
  cves: readonly string[];
}

/** The text is no XML, or XML with parts that no updateinfo.xml has. */
export class NotUpdateinfo extends Error {}

const root = 'updates';
const deepest = 32;
const mostPackages = 10_000;
const mostCves = 10_000;

/** The places of the elements that are needed, by the names of the elements around them. */
const places: Readonly<Record<string, 'update' | 'reference' | 'package'>> = {
  'updates update': 'update',
  'updates update references reference': 'reference',
  'updates update pkglist collection package': 'package',
};

interface Update {
  type: string;
  packages: { name: string; version: string }[];
  cves: Set<string>;
}

/** Yields the packages of an advisory when the advisory ends, because their order in it is not fixed. */
export async function* parseUpdateinfo(
  pieces: AsyncIterable<Bytes>,
  names: ReadonlySet<string>,
): AsyncGenerator<Advisory> {
  // Loaded only if there is such a file, because it loads node:stream. sax bounds texts of 64 KiB by the position, so it must count it.
  const { default: sax } = await import('sax');
  const reader = new Reader(names, sax.parser(true));
  for await (const piece of pieces) yield* reader.read(piece);
  yield* reader.end();
}

class Reader {
  readonly #names: ReadonlySet<string>;
  readonly #parser: SAXParser;
  /** The names of the open elements, from the outside. */
  readonly #open: string[] = [];
  #update: Update | null = null;
  #hasRoot = false;
  #ready: Advisory[] = [];

  constructor(names: ReadonlySet<string>, parser: SAXParser) {
    this.#names = names;
    this.#parser = parser;
    this.#parser.onopentag = ({ name, attributes }) => this.#begin(name, attributes as Tag['attributes']);
    this.#parser.onclosetag = () => this.#end();
    // A document type can define entities, and no updateinfo.xml has one.
    this.#parser.ondoctype = () => refuse('it has a document type');
    this.#parser.onerror = ({ message }) => refuse(`it is no XML: ${message.split('\n', 1)[0]}`);
  }

  read(piece: Bytes): Advisory[] {
    this.#parser.write(piece);
    return this.#take();
  }

  end(): Advisory[] {
    this.#parser.close();
    if (!this.#hasRoot) refuse('it is empty');
    return this.#take();
  }

  #take(): Advisory[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #begin(name: string, attributes: Tag['attributes']): void {
    if (this.#open.length >= deepest) refuse('its elements are too deep');
    // A page of a proxy may be XML as well, and says nothing of advisories.
    if (this.#open.length === 0 && name !== root) refuse('its root is not <updates>');
    this.#hasRoot = true;
    this.#open.push(name);
    const place = places[this.#open.join(' ')];
    if (place === 'update') this.#update = { type: attributes.type ?? '', packages: [], cves: new Set() };
    if (this.#update === null) return;
    const { type, packages, cves } = this.#update;
    if (place === 'reference') {
      for (const cve of cvesOf(attributes, type)) if (cves.size < mostCves) cves.add(cve);
    } else if (place === 'package' && packages.length < mostPackages) {
      const found = packageOf(attributes);
      if (found !== null && this.#names.has(found.name)) packages.push(found);
    }
  }

  #end(): void {
    const place = places[this.#open.join(' ')];
    this.#open.pop();
    if (place !== 'update' || this.#update === null) return;
    const cves = [...this.#update.cves];
    if (cves.length > 0) for (const each of this.#update.packages) this.#ready.push({ ...each, cves });
    this.#update = null;
  }
}

function refuse(message: string): never {
  throw new NotUpdateinfo(message);
}

/** Fedora's advisories have no references of the type cve. Their references to bugs have the ids in the titles of the bugs. */
function cvesOf({ type: kind, id = '', title = '' }: Tag['attributes'], type: string): string[] {
  if (kind === 'cve') return findCves(id);
  return kind === 'bugzilla' && type === 'security' ? findCves(title) : [];
}

function packageOf({
  name,
  version,
  release,
  epoch = '0',
}: Tag['attributes']): { name: string; version: string } | null {
  if (!name || !version || !release) return null;
  return { name, version: `${/^0*$/.test(epoch) ? '' : `${epoch}:`}${version}-${release}` };
}
