/** The API of the benchmarks, in a process of its own: a fixed JSON answer of about 2 kB, as GitHub's issues have. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const issue = (number: number) => ({
  id: 1000 + number,
  number,
  title: `Test issue ${String(number)}`,
  state: 'open',
  user: { login: 'octocat', id: 1, type: 'User' },
  labels: [{ id: 7, name: 'bug', color: 'ee0701' }],
  body: 'A description of what went wrong, how to see it, and what was expected instead. '.repeat(2),
  created_at: '2026-01-02T03:04:05Z',
  updated_at: '2026-01-02T03:04:05Z',
});
const body = Buffer.from(JSON.stringify([1, 2, 3, 4, 5].map(issue)));
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': body.length,
  'x-github-request-id': 'ABCD:1234:5678',
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': '4999',
  'x-ratelimit-reset': '2000000000',
};

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${String(port)}` });
});
process.once('disconnect', () => process.exit());
