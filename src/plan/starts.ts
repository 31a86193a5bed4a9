// Units that restart -> the units that systemd starts for them, and those because of which it refuses the whole restart. A unit that
// cannot be loaded makes the start of each unit that requires it fail, and of no unit that wants it. Source: transaction.c
// transaction_add_job_and_dependencies() of systemd, systemd.unit(5).

import { isStopped } from '../systemd/active-state.ts';
import { mostFollowed, type Units } from './known-units.ts';

/** systemd starts no scope: systemd.scope(5). */
const neverStart = /\.scope$/;

export class Starts {
  readonly #units: Units;
  readonly #refused: ReadonlySet<string>;
  readonly #all = new Set<string>();
  #room = mostFollowed;

  /** @param refused those of refusedOf(units) */
  constructor(units: Units, refused: ReadonlySet<string>) {
    this.#units = units;
    this.#refused = refused;
  }

  /** Whether more dependencies were to be followed than any host has: then nothing more is found. */
  get isSpent(): boolean {
    return this.#room < 0;
  }

  /**
   * Returns the units that get a job to start, whether or not they run already. Not known ones are left out.
   * @param fresh the units that restart, without those of an earlier call
   */
  addAll(fresh: ReadonlySet<string>): ReadonlySet<string> {
    this.#follow(fresh, () => true, this.#all);
    return this.#all;
  }

  /** Returns the units that are stopped now, and that get a job to start. systemd drops the job of a unit that runs, and all for its sake. */
  stoppedOnes(restarting: ReadonlySet<string>): { names: Set<string>; complete: boolean } {
    const names = new Set<string>();
    const complete = this.#follow(restarting, (name) => isStopped(this.#units.get(name)!), names);
    return { names, complete };
  }

  /** Returns the units that systemd cannot load among those that restart, but for `unit`, and those that they require. */
  unloadable(restarting: ReadonlySet<string>, unit: string): string[] {
    const required = [...restarting].flatMap((name) => this.#units.get(name)?.dependencies?.requires ?? []);
    return this.#unloadable([...[...restarting].filter((name) => name !== unit), ...required]);
  }

  /** Adds to `found`, of which nothing is followed again. Returns whether all is known. */
  #follow(restarting: ReadonlySet<string>, isStarted: (name: string) => boolean, found: Set<string>): boolean {
    const seen = new Set(restarting);
    const open = [...restarting].filter((name) => !found.has(name));
    let complete = true;
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const { dependencies = null } = this.#units.get(name) ?? {};
      if (dependencies === null || !this.#spend(dependencies.requires.length + dependencies.wants.length)) {
        complete = false;
        continue;
      }
      for (const each of [...dependencies.requires, ...dependencies.wants]) {
        if (seen.has(each) || found.has(each)) continue;
        seen.add(each);
        if (!this.#units.has(each)) complete = false;
        else if (!neverStart.test(each) && isStarted(each) && !this.#refused.has(each)) {
          found.add(each);
          open.push(each);
        }
      }
    }
    return complete;
  }

  /** Returns the units that systemd cannot load among these and all that they require. */
  #unloadable(from: readonly string[]): string[] {
    const found: string[] = [];
    const seen = new Set(from.filter((name) => this.#refused.has(name)));
    const open = [...seen];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const { load_state, dependencies } = this.#units.get(name)!;
      if (load_state !== 'loaded') found.push(name);
      const requires = dependencies?.requires ?? [];
      if (!this.#spend(requires.length)) break;
      for (const each of requires) {
        if (seen.has(each) || !this.#refused.has(each)) continue;
        seen.add(each);
        open.push(each);
      }
    }
    return found;
  }

  #spend(dependencies: number): boolean {
    this.#room -= dependencies;
    return this.#room >= 0;
  }
}

/** Returns the units that systemd cannot load, and all that require one of them, and so on. */
export function refusedOf(units: Units): ReadonlySet<string> {
  const requiring = new Map<string, string[]>();
  const refused = new Set<string>();
  for (const [name, { load_state, dependencies }] of units) {
    if (load_state !== 'loaded') refused.add(name);
    for (const each of dependencies?.requires ?? []) {
      const known = requiring.get(each);
      if (known === undefined) requiring.set(each, [name]);
      else known.push(name);
    }
  }
  // A set also yields what is added to it meanwhile.
  for (const name of refused) for (const each of requiring.get(name) ?? []) refused.add(each);
  return refused;
}
