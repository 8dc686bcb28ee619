import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../support/free-port.js';

/** A Redis to measure against. */
export interface BenchRedis {
  readonly url: string;
  close(): Promise<void>;
}

/** That of `REDIS_URL`, else a server on the PATH, without persistence; null where there is neither. */
export async function startRedis(env: NodeJS.ProcessEnv = process.env): Promise<BenchRedis | null> {
  if (env.REDIS_URL !== undefined) return { url: env.REDIS_URL, close: () => Promise.resolve() };
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: 'ignore',
    },
  );
  const ended = once(server, 'exit');
  const url = `redis://127.0.0.1:${String(port)}`;
  await untilItAnswers(url);
  return {
    url,
    async close() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilItAnswers(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  await sleep(0);
}
