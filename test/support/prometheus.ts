// Texts of metrics -> a real Prometheus on the loopback that scrapes them from a small server, and answers by its HTTP API.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './temporary.ts';
import { until } from './until.ts';

export interface Series {
  metric: Readonly<Record<string, string>>;
  /** The answer to an instant query. */
  value?: [time: number, value: string];
  /** The answer to a query over a range. */
  values?: [time: number, value: string][];
}

/** Asks for a path of the API, as in `/api/v1/query`, and returns its data. */
export type Ask = (path: string, parameters?: Readonly<Record<string, string>>) => Promise<unknown>;

/**
 * @param exposed the metrics of each instance, by its name
 * @param rules a file of rules
 */
export async function startPrometheus(
  t: TestContext,
  exposed: Readonly<Record<string, string>>,
  rules: string,
): Promise<Ask> {
  const server = await listen(
    createServer(({ url }, response) => {
      const text = exposed[url?.slice(1) ?? ''];
      response.writeHead(text === undefined ? 404 : 200, {
        'content-type': 'application/openmetrics-text; version=1.0.0',
      });
      response.end(text);
    }),
  );
  t.after(() => server.close());
  const target = `127.0.0.1:${portOf(server)}`;
  const jobs = Object.keys(exposed).map((name) => ({
    job_name: name,
    metrics_path: `/${name}`,
    static_configs: [{ targets: [target], labels: { instance: name } }],
  }));
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  // Prometheus reads YAML, of which JSON is a part.
  const config = JSON.stringify({ global, rule_files: [rules], scrape_configs: jobs });
  const folder = temporaryFolder(t, { 'prometheus.yml': config });
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.after(() => end(child));
  const said: string[] = [];
  child.stderr.on('data', (data) => said.push(String(data)));
  const ask: Ask = async (path, parameters = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}?${new URLSearchParams({ ...parameters })}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  };
  const isScraped = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${said.join('')}`);
    const { result } = (await ask('/api/v1/query', { query: 'up == 1' }).catch(() => ({ result: [] }))) as {
      result: unknown[];
    };
    return result.length === jobs.length;
  };
  await until('Prometheus scrapes every instance', isScraped);
  return ask;
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Prometheus does not say which port it took, so one is chosen for it. */
async function freePort(): Promise<number> {
  const server = await listen(createServer());
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
