// A real play by the real ansible-core, over ssh into booted guests: inventory, configuration and a copy of the collection in
// a folder that ends with the test, ansible itself from a virtual environment in .venv-ansible.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';
import type { Cleanup, Guest } from './guest.ts';
import { type Answer, run } from './run.ts';

export type TaskStatus = 'ok' | 'changed' | 'failed' | 'ignored' | 'skipped' | 'unreachable';

export interface TaskResult {
  host: string;
  /** A role's task begins with the role's name and a colon. */
  task: string;
  status: TaskStatus;
  result: Record<string, unknown>;
}

export interface PlayOptions {
  /** The user who logs in: root unless told otherwise; alice, who may nothing; deploy, who may use sudo. */
  user?: string;
  /** Arguments of ansible-playbook, as in --check. */
  flags?: readonly string[];
  /** Files beside the play, by name. */
  files?: Readonly<Record<string, string>>;
  /** In milliseconds. */
  timeout?: number;
}

/** The result of a play. */
export class PlayResult {
  readonly status: number | null;
  /** The output of ansible-playbook, with its warnings. */
  readonly output: string;
  readonly tasks: readonly TaskResult[];

  constructor({ status, stdout, stderr }: Answer, tasks: readonly TaskResult[]) {
    this.status = status;
    this.output = stdout + stderr;
    this.tasks = tasks;
  }

  /** Every result of a task, whatever role it is in. */
  all(name: string, host?: string): TaskResult[] {
    const isNamed = (task: string) => task === name || task.endsWith(` : ${name}`);
    return this.tasks.filter((task) => isNamed(task.task) && (host === undefined || task.host === host));
  }

  /** The last result of a task. Throws if the task did not run. */
  task(name: string, host?: string): TaskResult {
    const found = this.all(name, host).at(-1);
    if (!found) throw new Error(`no task ${name}\n${this.output}`);
    return found;
  }

  /** `status task` of everything that was not ok or skipped. */
  notable(host?: string): string[] {
    return this.tasks
      .filter((task) => !['ok', 'skipped'].includes(task.status) && (host === undefined || task.host === host))
      .map(({ status, task }) => `${status} ${task}`);
  }
}

/** A controller with these guests in its inventory, by name, all of them in the group `guests`. */
export class Controller {
  /** The folder of its files; plays are run in it. */
  readonly folder: string;

  /** The virtual environment that has its ansible-core. */
  readonly venv: string;

  /** With the pinned ansible-core, or with one of matrix.txt. */
  constructor(cleanup: Cleanup, guests: Readonly<Record<string, Guest>>, core: string | null = null) {
    this.venv = makeVenv(core);
    this.folder = mkdtempSync(join(tmpdir(), 'lib-users-play-'));
    cleanup.after(async () => rmSync(this.folder, { recursive: true, force: true }));
    const collection = join(this.folder, 'ansible_collections/lib_users/host');
    cpSync(join(projectRoot, 'ansible'), collection, { recursive: true });
    mkdirSync(join(this.folder, 'callback'));
    cpSync(join(projectRoot, 'test/guest/callback/results.py'), join(this.folder, 'callback/results.py'));
    writeFileSync(join(this.folder, 'ansible.cfg'), configuration(this.folder));
    writeFileSync(join(this.folder, 'inventory.json'), inventory(guests));
  }

  /** Runs a playbook: its YAML, or its plays. It may fail: see `status`. */
  async play(playbook: string | readonly object[], options: PlayOptions = {}): Promise<PlayResult> {
    const { user = 'root', flags = [], files = {}, timeout = 240_000 } = options;
    const text = typeof playbook === 'string' ? playbook : JSON.stringify(playbook);
    for (const [name, content] of Object.entries({ ...files, 'play.yml': text })) {
      writeFileSync(join(this.folder, name), content);
    }
    return await this.playbook('play.yml', ['--user', user, ...flags], timeout);
  }

  /** Runs a playbook by its path in the controller's folder, or by its name in the collection. */
  async playbook(name: string, flags: readonly string[] = [], timeout = 240_000): Promise<PlayResult> {
    const results = join(this.folder, 'results.jsonl');
    rmSync(results, { force: true });
    const settings = { PLAY_RESULTS: results, ANSIBLE_CONFIG: join(this.folder, 'ansible.cfg'), ...this.#environment };
    const setting = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const program = [join(this.venv, 'bin/ansible-playbook'), name, ...flags];
    const answer = await run(['env', '-C', this.folder, ...setting, ...program], { check: false, timeout });
    const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
    return new PlayResult(
      answer,
      lines.filter(Boolean).map((line) => JSON.parse(line) as TaskResult),
    );
  }

  get #environment(): Record<string, string> {
    return {
      PATH: `${join(this.venv, 'bin')}:${process.env.PATH}`,
      ANSIBLE_HOME: join(this.folder, 'home'),
      LC_ALL: 'C.UTF-8',
    };
  }
}

const made = new Map<string | null, string>();

/** The folder of the virtual environment, made if it is missing. */
function makeVenv(core: string | null): string {
  const folder = made.get(core) ?? join(projectRoot, '.venv-ansible', core ?? 'pinned');
  if (made.has(core)) return folder;
  const script = `set -e; . test/ansible/venv; ${core === null ? 'make_pinned_venv' : `make_core_venv ${core}`}`;
  const { status } = spawnSync('bash', ['-c', script], { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${folder} could not be made (${status})`);
  made.set(core, folder);
  return folder;
}

const configuration = (folder: string) => `[defaults]
inventory = inventory.json
collections_path = ${folder}
callback_plugins = ${folder}/callback
callbacks_enabled = results
host_key_checking = False
retry_files_enabled = False
interpreter_python = /usr/bin/python3
nocows = True
forks = 5
[ssh_connection]
pipelining = True
control_path_dir = ${folder}/cp
`;

function inventory(guests: Readonly<Record<string, Guest>>): string {
  const hosts = Object.entries(guests).map(([name, guest]) => {
    const settings = [`ProxyCommand="${guest.proxyCommand}"`, 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const flags = ['-F none', ...settings.map((setting) => `-o ${setting}`)].join(' ');
    const variables = {
      // The path of ssh's shared connection is made of it.
      ansible_host: guest.name,
      ansible_ssh_private_key_file: guest.sshKey,
      ansible_ssh_common_args: flags,
    };
    return [name, variables] as const;
  });
  return JSON.stringify({ guests: { hosts: Object.fromEntries(hosts) } });
}
