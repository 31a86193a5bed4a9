// What oclif wants to know of the program, without oclif's Config.load(): that one looks for plugins, reads a theme from
// the user's home and settings from LIB_USERS_* variables, none of which lib-users may do, and takes 10 ms.

import { Config } from '@oclif/core/config';
import type { Hook, Hooks } from '@oclif/core/hooks';
import { version } from './version.ts';

const description = 'Which processes still run on files that are gone: deleted libraries, programs and logs';

export class CliConfig extends Config {
  constructor() {
    super({ root: '/' });
    this.name = 'lib-users';
    this.bin = 'lib-users';
    this.version = version;
    this.userAgent = `lib-users ${version}`;
    this.platform = 'linux';
    this.shell = 'sh';
    this.topicSeparator = ' ';
    this.pjson = { name: this.name, version, description, oclif: {} } as typeof this.pjson;
  }

  /** No plugins, so no hooks. */
  override async runHook<T extends keyof Hooks, P extends Hooks = Hooks>(): Promise<Hook.Result<P[T]['return']>> {
    return { successes: [], failures: [] };
  }

  /** The environment holds no settings. */
  override scopedEnvVarKeys(): string[] {
    return [];
  }

  override scopedEnvVar(): string | undefined {
    return undefined;
  }
}
