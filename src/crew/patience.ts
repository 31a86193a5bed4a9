// The owner of a process -> how long to wait for the process. One user can cost only a bounded time, whatever he starts. All users
// share one allowance, but processes of root and of services are never left out because of another owner.

import type { Owner } from '../host/owners.ts';

/** Milliseconds to wait for one process. A healthy process takes microseconds; time in which the reader works is no wait. */
const deadline = 1000;

/** After this many processes without an answer, their owner gets less time for each. */
const strikes = 3;
const shortDeadline = 200;

/**
 * Milliseconds for the second question about a process of root or a service. It comes after all others, because a busy host may
 * have delayed the first answer.
 */
const secondDeadline = 3000;

/** Milliseconds for all processes of one owner; the waits of all helpers are added up. */
const allowances: Readonly<Record<Owner['kind'], number>> = { root: 60_000, service: 10_000, user: 10_000 };

/** Milliseconds for all users together, because one user may own many uids. */
const usersAllowance = 30_000;

/** Work for a process, beyond that of any healthy one, costs its owner a third of the time, because it comes to an end by itself. */
const workPart = 1 / 3;

/** first: in their order. last: after all others. never: no more questions. */
export type Turn = 'first' | 'last' | 'never';

interface Account {
  waited: number;
  blocked: number;
}

export class Patience {
  readonly #accounts = new Map<number, Account>();
  #users = 0;

  /** Whether any owner has been charged or struck. If not, all are read first, and owners need not be looked up. */
  get isTried(): boolean {
    return this.#accounts.size > 0;
  }

  standing({ key, kind }: Owner): Turn {
    const { waited, blocked } = this.#accounts.get(key) ?? none;
    if (waited >= allowances[kind] || (kind === 'user' && this.#users >= usersAllowance)) return 'never';
    return blocked >= strikes ? 'last' : 'first';
  }

  /** @param again whether this is the second question about the process */
  deadline(owner: Owner, again: boolean): number {
    const standing = this.standing(owner);
    if (standing === 'never') return 0;
    if (again) return secondDeadline;
    return standing === 'last' ? shortDeadline : deadline;
  }

  /** Adds the time that was spent waiting for a process of the owner, even if the process answered in the end. */
  charge({ key, kind }: Owner, milliseconds: number): void {
    this.#account(key).waited += milliseconds;
    if (kind === 'user') this.#users += milliseconds;
  }

  /** Adds work for a process of the owner, beyond the work of any healthy process. */
  chargeWork(owner: Owner, milliseconds: number): void {
    this.charge(owner, milliseconds * workPart);
  }

  /** Counts a process of the owner that was given up. */
  strike({ key }: Owner): void {
    this.#account(key).blocked++;
  }

  #account(key: number): Account {
    const account = this.#accounts.get(key) ?? { ...none };
    this.#accounts.set(key, account);
    return account;
  }
}

const none: Readonly<Account> = { waited: 0, blocked: 0 };
