// A booted systemd guest for tests: systemd-nspawn over a tree that stays as it is. launch.sh starts it and cleans up.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../support/project.ts';
import { type CgroupLayout, cgroupMounts, guestBase, type Tree } from './base.ts';
import { type Answer, type RunOptions, run } from './run.ts';

export interface GuestOptions {
  release: Tree;
  cgroup: CgroupLayout;
  /** false: it sees its cgroups by their whole paths, as in docker on a host with cgroup v1. */
  cgroupNamespace?: boolean;
  /** true: its files are a copy in memory, and no overlay, whose files have no birth that counts. */
  copy?: boolean;
  /** The host name inside. */
  hostname?: string;
  /** Files and folders of this machine, seen read-only inside: path here -> path there. */
  binds?: Readonly<Record<string, string>>;
  /** nspawn's arguments for the network and the capabilities, instead of `ofHosts`. */
  nspawn?: readonly string[];
}

/** A network of its own, and what real hosts have: with CAP_SYS_ADMIN dropped, CAP_CHECKPOINT_RESTORE still opens map_files. */
const ofHosts = ['--private-network', '--capability=CAP_CHECKPOINT_RESTORE'];

/** A test context, or node:test's own `{ after }` in a suite. */
export interface Cleanup {
  after(end: () => Promise<void>): void;
}

const bootSeconds = 60;
// Until nspawn has set the guest up its child still sees this machine.
const hostBootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
let count = 0;

/** Boots a guest and waits until its systemd has started everything. It ends with the test. */
export async function bootGuest(cleanup: Cleanup, options: GuestOptions): Promise<Guest> {
  const { tree, key } = guestBase(options.release);
  const name = `lib-users-${process.pid}-${count++}`;
  const guest = new Guest(name, key, mkdtempSync(join(tmpdir(), `${name}-`)));
  cleanup.after(() => guest.stop());
  guest.launch(tree, options);
  await guest.untilBooted(null);
  return guest;
}

export class Guest {
  readonly name: string;
  /** The private key that root, alice and deploy (who may use sudo) accept. */
  readonly sshKey: string;
  /** For the ssh option ProxyCommand: finds the guest anew at each connect, after a reboot too. */
  readonly proxyCommand: string;
  readonly #state: string;
  #launcher: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(name: string, sshKey: string, state: string) {
    this.name = name;
    this.sshKey = sshKey;
    this.#state = state;
    this.proxyCommand = `sh ${join(projectRoot, 'test/guest/ssh-proxy.sh')} ${state} ${process.execPath}`;
  }

  launch(tree: string, options: GuestOptions): void {
    mkdirSync(join(this.#state, 'root'));
    const console = openSync(join(this.#state, 'console'), 'a');
    const cgroups = cgroupMounts().map(({ path }) => join(path, this.name));
    const binds = Object.entries(options.binds ?? {}).map(([from, to]) => `--bind-ro=${from}:${to}`);
    const nspawn = [`--machine=${this.name}`, `--hostname=${options.hostname ?? 'guest'}`, '--boot', '--console=pipe'];
    nspawn.push('--register=no', '--keep-unit', ...(options.nspawn ?? ofHosts), ...binds);
    // Without it systemd 256 and later refuse cgroup v1; a container's init reads it from its arguments.
    if (options.cgroup === 'hybrid') nspawn.push('SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1');
    const script = [join(projectRoot, 'test/guest/launch.sh'), this.#state, tree, cgroups.join('\n'), ...nspawn];
    // If this test is killed, the launcher notices it, and ends the guest.
    const argv = ['--pdeathsig', 'TERM', 'unshare', '--mount', '--propagation', 'private', 'sh', ...script];
    const layout = options.cgroup === 'unified' ? '1' : '0';
    const launcher = spawn('setpriv', argv, {
      detached: true,
      stdio: ['ignore', console, console],
      env: {
        PATH: process.env.PATH,
        ...(options.copy ? { LIB_USERS_GUEST_COPY: '1' } : {}),
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: layout,
        SYSTEMD_NSPAWN_USE_CGNS: options.cgroupNamespace === false ? '0' : '1',
      },
    });
    launcher.unref();
    this.#launcher = launcher;
    this.#ended = new Promise((resolve) => launcher.once('exit', resolve));
  }

  /** The guest's first process as this machine sees it: another one after a reboot; null while the guest has none. */
  get leader(): number | null {
    try {
      const nspawn = readFileSync(join(this.#state, 'nspawn.pid'), 'utf8').trim();
      const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').trim().split(' ');
      return Number(children[0]) || null;
    } catch {
      return null;
    }
  }

  /** Runs a program in the guest's namespaces, but in none of its cgroups. Throws if the program fails, unless `check` is false. */
  async enter(argv: readonly string[], options: RunOptions = {}): Promise<Answer> {
    const { leader } = this;
    if (leader === null) {
      if (options.check === false) return { status: null, stdout: '', stderr: 'not running' };
      throw new Error(`${this.name} is not running\n${this.console}`);
    }
    return await run(['nsenter', `--target=${leader}`, '--all', '--root', '--wd', '--', ...argv], options);
  }

  /** Runs a program as a unit of the guest (`run-….service`). Throws if the program fails, unless `check` is false. */
  async exec(argv: readonly string[], options: RunOptions & { properties?: readonly string[] } = {}): Promise<Answer> {
    const properties = (options.properties ?? []).map((property) => `--property=${property}`);
    const unit = ['systemd-run', '--quiet', '--wait', '--pipe', '--collect', ...properties, '--'];
    return await this.enter([...unit, ...argv], options);
  }

  /** Runs a program as a login session of the user, by ssh. The arguments are joined by blanks, as ssh does. */
  async ssh(user: string, argv: readonly string[], options: RunOptions = {}): Promise<Answer> {
    return await run(this.sshArguments(user, argv), options);
  }

  sshArguments(user: string, argv: readonly string[]): string[] {
    const settings = [`ProxyCommand=${this.proxyCommand}`, 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
    const flags = [...settings, 'LogLevel=ERROR', 'BatchMode=yes'].flatMap((setting) => ['-o', setting]);
    return ['ssh', '-F', 'none', '-i', this.sshKey, ...flags, `${user}@${this.name}`, '--', ...argv];
  }

  /** Writes a file. Missing folders above it are made. */
  async writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';
    await this.enter(['sh', '-c', script, 'sh', path, mode.toString(8)], { input: content });
  }

  async copyIn(from: string, to: string, mode = 0o644): Promise<void> {
    await this.writeFile(to, readFileSync(from), mode);
  }

  /**
   * Reboots the guest. Its files are kept, but for /run and /tmp. Nothing may `enter` the guest meanwhile: the guest stops every
   * process inside, so that nsenter of such a call would stop, too, and the guest waits for it to end.
   */
  async reboot(): Promise<void> {
    const { leader } = this;
    const before = this.#bootId;
    // systemd's signal for Ctrl-Alt-Delete, which is a reboot.
    if (leader !== null) process.kill(leader, 'SIGINT');
    await this.untilBooted(before);
  }

  /** Waits for a boot other than `previous` (a boot id) to be done. */
  async untilBooted(previous: string | null): Promise<void> {
    let state = 'no answer';
    for (let attempt = 0; attempt < bootSeconds * 20; attempt++) {
      if (this.#launcher?.exitCode !== null) break;
      const id = this.#bootId;
      if (id !== null && id !== previous && id !== hostBootId) {
        state = (await this.enter(['systemctl', 'is-system-running'], { check: false })).stdout.trim();
        if (state === 'running' || state === 'degraded') return;
      }
      await sleep(50);
    }
    throw new Error(`${this.name} did not boot (${state})\n${this.console}`);
  }

  get #bootId(): string | null {
    try {
      return readFileSync(`/proc/${this.leader}/root/proc/sys/kernel/random/boot_id`, 'utf8');
    } catch {
      return null;
    }
  }

  /** The text that the guest wrote to its console. */
  get console(): string {
    return readFileSync(join(this.#state, 'console'), 'utf8');
  }

  /** Ends it at once, as a power failure would. */
  async stop(): Promise<void> {
    this.#launcher?.ref();
    this.#launcher?.kill('SIGTERM');
    await this.#ended;
    rmSync(this.#state, { recursive: true, force: true });
  }
}
