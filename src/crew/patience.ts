// How long is waited for the processes of an owner, so that one user costs a bounded time whatever he starts, and nobody's
// processes are left out for another's sake: those of root and of services for nobody's but their owner's own.

import type { Owner } from '../host/owners.ts';

/** Milliseconds for one process that does not answer. A healthy one takes microseconds, or works, which is not counted. */
const deadline = 1000;

/** The same for an owner of whom so many did not answer. */
const strikes = 3;
const shortDeadline = 200;

/** The same where a process of root or of a service is asked again, after all others: a busy host may have kept it waiting. */
const secondDeadline = 3000;

/** Milliseconds for all processes of one owner, waited for by all helpers together. */
const allowances: Readonly<Record<Owner['kind'], number>> = { root: 60_000, service: 10_000, user: 10_000 };

/** The same of all users together: one user may own many uids. */
const usersAllowance = 30_000;

/** first: as they come. last: after all others. never: not any more. */
export type Standing = 'first' | 'last' | 'never';

interface Account {
  waited: number;
  blocked: number;
}

export class Patience {
  readonly #accounts = new Map<number, Account>();
  #users = 0;

  /** Whether anybody is not read first: else nobody need be asked for. */
  get isTried(): boolean {
    return this.#accounts.size > 0;
  }

  standing({ key, kind }: Owner): Standing {
    const { waited, blocked } = this.#accounts.get(key) ?? none;
    if (waited >= allowances[kind] || (kind === 'user' && this.#users >= usersAllowance)) return 'never';
    return blocked >= strikes ? 'last' : 'first';
  }

  /** @param again whether the process is asked for the second time */
  deadline(owner: Owner, again: boolean): number {
    const standing = this.standing(owner);
    if (standing === 'never') return 0;
    if (again) return secondDeadline;
    return standing === 'last' ? shortDeadline : deadline;
  }

  /** So long was waited for a process of the owner, whether or not it answered in the end. */
  charge({ key, kind }: Owner, milliseconds: number): void {
    this.#account(key).waited += milliseconds;
    if (kind === 'user') this.#users += milliseconds;
  }

  /** A process of the owner was given up. */
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
