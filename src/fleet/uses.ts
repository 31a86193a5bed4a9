// Reports -> the affected units of hosts with their gone files, and back: the hosts of each unit and file. Hosts of a fleet are alike,
// so each combination of a unit and its files is stored once, and a host is a list of combinations.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { FleetFile, FleetUnit } from '../documents/generated/fleet.ts';
import type { DeletedFd, DeletedMap, Report, Unit, UnitFile } from '../documents/generated/report.ts';
import { distinct, keyMaker } from '../keys.ts';

interface FileEntry {
  number: number;
  key: string;
  about: Omit<FleetFile, 'hosts' | 'units'>;
  /** The raw bytes of the path, which the document does not show. */
  base64: string | null;
  /** How many combinations have the file. An entry without any is removed. */
  uses: number;
}

interface UnitEntry {
  number: number;
  key: string;
  about: Pick<FleetUnit, 'name' | 'scope'>;
  uses: number;
  /** The combinations that were last made for the unit, the newest first. They may be removed from the table already. */
  recent: Use[];
}

/** A unit and its gone files, in the order of the report; null for the files of processes that no unit owns. */
interface Use {
  key: string;
  unit: UnitEntry | null;
  files: readonly FileEntry[];
  /** How often the hosts have it. A host has it twice if two of its users have such a unit. */
  count: number;
}

interface Held {
  unit: UnitEntry;
  /** Bytes, never 0. */
  held: number;
  /** The part of them that is memory; null if the report does not say it. */
  memory: number | null;
}

/** The uses of one host, as the table of uses made them. */
export interface HostUses {
  uses: readonly Use[];
  held: readonly Held[];
}

interface NamedUses {
  hostname: string;
  uses: HostUses;
}

type GoneFile = UnitFile | DeletedMap | DeletedFd;
type Via = FleetFile['via'];

/** A fleet has few kinds of hosts, and each kind has its own files in a unit. */
const maxRecent = 8;
const nothingHeld: readonly Held[] = [];

export class UseTable {
  readonly #keyOf = keyMaker();
  readonly #files = new Map<string, FileEntry>();
  readonly #units = new Map<string, UnitEntry>();
  readonly #uses = new Map<string, Use>();
  #nextNumber = 0;

  /** Adds the uses of a report. They stay in the table until remove() gets them. */
  add(report: Report): HostUses {
    const uses: Use[] = [];
    const held: Held[] = [];
    for (const unit of report.units) {
      if (!isAffected(unit)) continue;
      const use = this.#useOf(unit);
      uses.push(use);
      if (unit.held_bytes > 0) {
        held.push({ unit: use.unit!, held: unit.held_bytes, memory: unit.held_memory_bytes ?? null });
      }
    }
    const loose = this.#looseFiles(report);
    if (loose.length > 0) uses.push(this.#findUse(null, loose));
    for (const use of uses) use.count++;
    return { uses, held: held.length === 0 ? nothingHeld : held };
  }

  remove({ uses }: HostUses): void {
    for (const use of uses) {
      use.count--;
      if (use.count > 0) continue;
      this.#uses.delete(use.key);
      if (use.unit !== null && --use.unit.uses === 0) this.#units.delete(use.unit.key);
      for (const file of use.files) if (--file.uses === 0) this.#files.delete(file.key);
    }
  }

  /**
   * Lists the units and files with their hosts, in the order of the document.
   * @param hosts all whose uses are in the table, in the order of the document
   */
  list(hosts: readonly NamedUses[]): { units: FleetUnit[]; files: FleetFile[] } {
    const units = new Map([...this.#units.values()].map((entry) => [entry, new Hosts()]));
    const files = new Map(
      [...this.#files.values()].map((entry) => [entry, { hosts: new Hosts(), units: [] as string[] }]),
    );
    const listsOf = new Map(
      [...this.#uses.values()].map((use) => {
        const ofFiles = use.files.map((file) => files.get(file)!);
        if (use.unit !== null) for (const { units } of ofFiles) units.push(use.unit.about.name);
        const ofUnit = use.unit === null ? [] : [units.get(use.unit)!];
        return [use, [...ofUnit, ...ofFiles.map((file) => file.hosts)]];
      }),
    );
    for (const [index, { hostname, uses }] of hosts.entries()) {
      for (const use of uses.uses) for (const list of listsOf.get(use)!) list.add(index, hostname);
    }
    const sums = sumHeld(hosts);
    return {
      units: [...units]
        .map(([entry, { names }]) => {
          const { held, memory } = sums.get(entry) ?? { held: 0, memory: 0 };
          return { ...entry.about, held_bytes: held, held_memory_bytes: memory, hosts: names };
        })
        .sort((a, b) => compareBytes(a.scope, b.scope) || compareBytes(a.name, b.name)),
      files: [...files]
        .sort(([a], [b]) => byFile(a, b))
        .map(([{ about }, { hosts, units }]) => ({
          ...about,
          hosts: hosts.names,
          units: distinct(units).sort(compareBytes),
        })),
    };
  }

  #useOf({ scope, name, files }: Unit): Use {
    const unit = this.#unitOf(scope, name);
    // To compare the files with those of the last hosts is cheaper than to look up each of them.
    const known = unit.recent.find((use) => use.count > 0 && hasFiles(use, files));
    if (known !== undefined) return known;
    const use = this.#findUse(
      unit,
      files.map((file) => this.#fileOf(file, file.via)),
    );
    unit.recent = [use, ...unit.recent.filter((each) => each !== use)].slice(0, maxRecent);
    return use;
  }

  #findUse(unit: UnitEntry | null, files: readonly FileEntry[]): Use {
    const key = this.#keyOf(unit?.number ?? null, files.map(({ number }) => number).join());
    const known = this.#uses.get(key);
    if (known !== undefined) return known;
    const use = { key, unit, files, count: 0 };
    this.#uses.set(key, use);
    if (unit !== null) unit.uses++;
    for (const file of files) file.uses++;
    return use;
  }

  /** The files of processes that no unit owns, each once, because an old library in a container counts as well. */
  #looseFiles({ processes }: Report): FileEntry[] {
    const found = new Set<FileEntry>();
    for (const { unit, maps, fds } of processes) {
      if (unit !== null) continue;
      for (const map of maps) found.add(this.#fileOf(map, 'map'));
      for (const fd of fds) found.add(this.#fileOf(fd, 'fd'));
    }
    return [...found];
  }

  #unitOf(scope: Unit['scope'], name: string): UnitEntry {
    const key = this.#keyOf(scope, name);
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const entry = { number: this.#nextNumber++, key, about: { name, scope }, uses: 0, recent: [] };
    this.#units.set(key, entry);
    return entry;
  }

  #fileOf({ path, path_base64, kind, role, state }: GoneFile, via: Via): FileEntry {
    const key = this.#keyOf(via, kind, role, state, path_base64, path);
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const about = { path, via, kind, role, state };
    const entry = { number: this.#nextNumber++, key, about, base64: path_base64, uses: 0 };
    this.#files.set(key, entry);
    return entry;
  }
}

/** The bytes that each unit holds on all hosts; no entry if it holds none. */
function sumHeld(hosts: readonly NamedUses[]): Map<UnitEntry, Omit<Held, 'unit'>> {
  const sums = new Map<UnitEntry, Omit<Held, 'unit'>>();
  for (const { uses } of hosts) {
    for (const { unit, held, memory } of uses.held) {
      const sum = sums.get(unit) ?? { held: 0, memory: 0 };
      const isKnown = sum.memory !== null && memory !== null;
      sums.set(unit, {
        held: addBytes(sum.held, held),
        memory: isKnown ? addBytes(sum.memory!, memory) : null,
      });
    }
  }
  return sums;
}

/** Leaves out a unit that is listed only for what is inferred. What is certainly outdated counts like a gone file. */
export function isAffected({ files, outdated = [] }: Unit): boolean {
  return files.length > 0 || outdated.length === 0 || outdated.some(({ confidence }) => confidence === 'certain');
}

function hasFiles(use: Use, files: readonly UnitFile[]): boolean {
  return use.files.length === files.length && use.files.every((entry, index) => isEntryOf(entry, files[index]!));
}

function isEntryOf({ about, base64 }: FileEntry, file: UnitFile): boolean {
  return (
    about.path === file.path &&
    about.via === file.via &&
    about.kind === file.kind &&
    about.role === file.role &&
    about.state === file.state &&
    base64 === file.path_base64
  );
}

/** Host names, one entry a host. */
class Hosts {
  readonly names: string[] = [];
  #last = -1;

  /** @param index the place of the host in the document; it never falls */
  add(index: number, hostname: string): void {
    if (this.#last === index) return;
    this.#last = index;
    this.names.push(hostname);
  }
}

/**
 * A report may lie about its bytes. The sum ends at the largest integer that is exact, so that the order of the reports does not
 * matter.
 */
export function addBytes(sum: number, bytes: number): number {
  return Math.min(sum + bytes, Number.MAX_SAFE_INTEGER);
}

function byFile({ about: a, base64 }: FileEntry, { about: b, base64: other }: FileEntry): number {
  return (
    compareBytes(a.path, b.path) ||
    compareBytes(b.via, a.via) ||
    compareBytes(a.kind, b.kind) ||
    compareBytes(a.role, b.role) ||
    compareBytes(a.state, b.state) ||
    Number(base64 !== null) - Number(other !== null) ||
    compareBytes(base64 ?? '', other ?? '')
  );
}
