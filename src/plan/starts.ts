// Units that restart -> the units that systemd starts for them, and those because of which it refuses the whole restart. A unit that
// cannot be loaded makes the start of each unit that requires it fail, and of no unit that wants it. Source: transaction.c
// transaction_add_job_and_dependencies() of systemd, systemd.unit(5).

import { isStopped, mostFollowed, type Units } from './known-units.ts';

/** systemd starts no scope: systemd.scope(5). */
const neverStart = /\.scope$/;

export class Starts {
  readonly #units: Units;
  #room = mostFollowed;

  constructor(units: Units) {
    this.#units = units;
  }

  /** Whether more dependencies were to be followed than any host has: then nothing more is found. */
  get isSpent(): boolean {
    return this.#room < 0;
  }

  /** Returns the units that get a job to start, whether or not they run already. Not known ones are left out. */
  all(restarting: ReadonlySet<string>): Set<string> {
    return this.#follow(restarting, () => true).found;
  }

  /** Returns the units that are stopped now, and that get a job to start. systemd drops the job of a unit that runs, and all for its sake. */
  stoppedOnes(restarting: ReadonlySet<string>): { names: Set<string>; complete: boolean } {
    const { found, complete } = this.#follow(restarting, (name) => isStopped(this.#units.get(name)!));
    return { names: found, complete };
  }

  /** Returns the units that systemd cannot load among those that restart, but for `unit`, and those that they require. */
  unloadable(restarting: ReadonlySet<string>, unit: string): string[] {
    const required = [...restarting].flatMap((name) => this.#units.get(name)?.dependencies?.requires ?? []);
    return this.#unloadable([...[...restarting].filter((name) => name !== unit), ...required]);
  }

  #follow(restarting: ReadonlySet<string>, isStarted: (name: string) => boolean) {
    const found = new Set<string>();
    const seen = new Set(restarting);
    const open = [...restarting];
    let complete = true;
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const { dependencies = null } = this.#units.get(name) ?? {};
      if (dependencies === null || !this.#spend(dependencies.requires.length + dependencies.wants.length)) {
        complete = false;
        continue;
      }
      for (const each of [...dependencies.requires, ...dependencies.wants]) {
        if (seen.has(each)) continue;
        seen.add(each);
        if (!this.#units.has(each)) complete = false;
        else if (!neverStart.test(each) && isStarted(each) && this.#unloadable([each]).length === 0) {
          found.add(each);
          open.push(each);
        }
      }
    }
    return { found, complete };
  }

  /** Returns the units that systemd cannot load among these and all that they require. */
  #unloadable(from: readonly string[]): string[] {
    const found: string[] = [];
    const seen = new Set(from);
    const open = [...seen];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = this.#units.get(name);
      if (node === undefined) continue;
      if (node.load_state !== 'loaded') found.push(name);
      const requires = node.dependencies?.requires ?? [];
      if (!this.#spend(requires.length)) break;
      for (const each of requires) {
        if (seen.has(each)) continue;
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
