// The text of an updateinfo.xml, piece by piece -> the CVE ids that each advisory names for each version of the wanted packages.
// createrepo_c(8), modifyrepo_c(8). Only the few elements that are needed are read. A text that is not well-formed is refused.

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

/** No tag of a real file comes near to these bounds. */
const longestTag = 64 * 1024;
const deepest = 32;
const mostPackages = 10_000;
const mostCves = 10_000;

/** Parts whose text is skipped to their end. */
const skipped = [
  { begin: '<!--', end: '-->' },
  { begin: '<![CDATA[', end: ']]>' },
  { begin: '<?', end: '?>' },
] as const;
const longestBegin = Math.max(...skipped.map(({ begin }) => begin.length));

/** An element that is needed, or that has such elements in it. */
interface Place {
  kind: 'update' | 'reference' | 'package' | null;
  inside: Readonly<Record<string, Place>>;
}

const within = (inside: Place['inside'], kind: Place['kind'] = null): Place => ({ kind, inside });
const places = within({
  updates: within({
    update: within(
      {
        references: within({ reference: within({}, 'reference') }),
        pkglist: within({ collection: within({ package: within({}, 'package') }) }),
      },
      'update',
    ),
  }),
});

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
  const reader = new Reader(names);
  for await (const piece of pieces) yield* reader.read(piece);
  yield* reader.read(null);
}

/** Synchronous, because a file has some hundred thousand tags. */
class Reader {
  readonly #names: ReadonlySet<string>;
  readonly #tags = new Tags();
  readonly #open: { name: string; place: Place | null }[] = [];
  #update: Update | null = null;

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  /** @param piece null after the last piece */
  *read(piece: Bytes | null): Generator<Advisory> {
    for (const tag of this.#tags.read(piece)) {
      const [, name] = nameOfTag.exec(tag) ?? [];
      if (name === undefined) throw new NotUpdateinfo('it has a tag without a name');
      if (!tag.startsWith('/')) {
        const around = this.#open.length === 0 ? places : this.#open.at(-1)!.place;
        const place = around !== null && Object.hasOwn(around.inside, name) ? around.inside[name]! : null;
        if (place !== null && place.kind !== null) this.#begin(place.kind, tag);
        if (this.#open.length >= deepest) throw new NotUpdateinfo('its elements are too deep');
        this.#open.push({ name, place });
        if (!tag.endsWith('/')) continue;
      }
      const ended = this.#open.pop();
      if (ended?.name !== name) throw new NotUpdateinfo('an element ends that did not begin');
      if (ended.place?.kind === 'update') yield* this.#end();
    }
    if (piece === null && this.#open.length > 0) throw new NotUpdateinfo('it ends in an element');
  }

  #begin(kind: NonNullable<Place['kind']>, tag: string): void {
    if (kind === 'update') {
      this.#update = { type: parseAttributes(tag).get('type') ?? '', packages: [], cves: new Set() };
    } else if (this.#update !== null && kind === 'reference') {
      const { cves, type } = this.#update;
      for (const cve of cvesOf(parseAttributes(tag), type)) if (cves.size < mostCves) cves.add(cve);
    } else if (this.#update !== null) {
      const { packages } = this.#update;
      // Most packages are not wanted, and most have their name first.
      const [, first] = nameFirst.exec(tag) ?? [];
      if (packages.length >= mostPackages || (first !== undefined && !this.#names.has(first))) return;
      const found = packageOf(parseAttributes(tag));
      if (found !== null && this.#names.has(found.name)) packages.push(found);
    }
  }

  *#end(): Generator<Advisory> {
    const { packages, cves } = this.#update!;
    this.#update = null;
    if (cves.size === 0) return;
    const all = [...cves];
    for (const each of packages) yield { ...each, cves: all };
  }
}

/** Fedora's advisories have no references of the type cve. Their references to bugs have the ids in the titles of the bugs. */
function cvesOf(attributes: ReadonlyMap<string, string>, type: string): string[] {
  const kind = attributes.get('type');
  if (kind === 'cve') return findCves(attributes.get('id') ?? '');
  return kind === 'bugzilla' && type === 'security' ? findCves(attributes.get('title') ?? '') : [];
}

function packageOf(attributes: ReadonlyMap<string, string>): { name: string; version: string } | null {
  const [name, version, release] = ['name', 'version', 'release'].map((key) => attributes.get(key));
  if (!name || !version || !release) return null;
  const epoch = attributes.get('epoch') ?? '0';
  return { name, version: `${/^0*$/.test(epoch) ? '' : `${epoch}:`}${version}-${release}` };
}

const nameOfTag = /^\/?([A-Za-z_][\w.:-]*)(?=[\s/]|$)/;

/** Pieces of text -> the text between the angle brackets of each tag. */
class Tags {
  #text = '';
  /** The end of the part that is skipped. */
  #until: string | null = null;

  /** @param piece null after the last piece */
  *read(piece: Bytes | null): Generator<string> {
    const text = this.#text + (piece ?? '');
    const ends = new Ends(text);
    let at = 0;
    for (;;) {
      if (this.#until !== null) {
        const end = text.indexOf(this.#until, at);
        // The end of the part may lie across two pieces.
        at = end === -1 ? Math.max(at, text.length - this.#until.length + 1) : end + this.#until.length;
        if (end === -1) break;
        this.#until = null;
      }
      const begin = text.indexOf('<', at);
      at = begin === -1 ? text.length : begin;
      if (begin === -1 || (piece !== null && text.length - begin < longestBegin)) break;
      const part = skipped.find((each) => text.startsWith(each.begin, begin));
      if (part !== undefined) {
        at = begin + part.begin.length;
        this.#until = part.end;
        continue;
      }
      // A document type can define entities, and no updateinfo.xml has one.
      if (text[begin + 1] === '!') throw new NotUpdateinfo('it has a document type');
      const end = ends.after(begin);
      if (end === -1) break;
      yield text.slice(begin + 1, end);
      at = end + 1;
    }
    this.#text = text.slice(at);
    if (this.#until !== null) {
      if (piece === null) throw new NotUpdateinfo('it ends in a comment');
    } else if (piece === null && this.#text !== '') throw new NotUpdateinfo('it ends in a tag');
    else if (this.#text.length > longestTag) throw new NotUpdateinfo('it has a tag that is too long');
  }
}

/** Finds the place of the bracket that ends a tag, because a value may contain one. Remembers the next quotes of the text. */
class Ends {
  readonly #text: string;
  readonly #next = { '"': -1, "'": -1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns -1 if the text ends before the tag. `begin` never falls. */
  after(begin: number): number {
    let at = begin + 1;
    for (;;) {
      const end = this.#text.indexOf('>', at);
      if (end === -1) return -1;
      const quote = Math.min(this.#find('"', at), this.#find("'", at));
      if (quote > end) return end;
      const closing = this.#text.indexOf(this.#text[quote]!, quote + 1);
      if (closing === -1) return -1;
      at = closing + 1;
    }
  }

  #find(quote: '"' | "'", at: number): number {
    if (this.#next[quote] < at) {
      const next = this.#text.indexOf(quote, at);
      this.#next[quote] = next === -1 ? Number.POSITIVE_INFINITY : next;
    }
    return this.#next[quote];
  }
}

const attribute = /\s([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** The value of `name`, if that is the first attribute and has no references in it. */
const nameFirst = /^package\s+name="([^"&]*)"/;

/** If an attribute is given twice, which no XML allows, the first one counts. */
function parseAttributes(tag: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single] of tag.matchAll(attribute)) {
    if (!attributes.has(name!)) attributes.set(name!, decode(double ?? single ?? ''));
  }
  return attributes;
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Puts characters in place of their references. A reference to an entity that the text itself would define stays as it is. */
function decode(value: string): string {
  if (!value.includes('&')) return value;
  return value.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return characters[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
