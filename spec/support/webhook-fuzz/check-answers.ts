import type { Answer } from './answer-parser.js';
import type { Exchanged } from './connection.js';
import type { WireRequest } from './wire.js';

/** Who answered: our routes, what stands beside them in the application, or node before either saw the request. */
type Answerer = 'ours' | 'host' | 'node';

/** What our routes may answer, with the codes of their problem documents. */
const problems: Readonly<Record<number, readonly string[]>> = {
  400: ['WEBHOOK_SIGNATURE_INVALID'],
  401: ['WEBHOOK_SIGNATURE_INVALID'],
  404: ['INTEGRATION_NOT_FOUND', 'ROUTE_NOT_FOUND'],
  405: ['METHOD_NOT_ALLOWED'],
  409: ['WEBHOOK_AMBIGUOUS'],
  413: ['WEBHOOK_TOO_LARGE'],
  415: ['WEBHOOK_ENCODING_UNSUPPORTED'],
  503: ['WEBHOOK_NOT_STORED'],
};
const handshakeStatuses = [200, 400, 401, 403];
const nodeStatuses = [400, 408, 413, 417, 431];
const problemMembers = ['type', 'title', 'status', 'detail', 'instance', 'code', 'remedy'];

/** Throws an error that says what is wrong with the answers to these requests. */
export function checkAnswers(requests: readonly WireRequest[], { answers, isSilent, nonsense }: Exchanged): void {
  if (nonsense !== null) throw new Error(`Something else than an answer: ${nonsense}`);
  if (isSilent && requests.at(-1)?.isOrderly === true) throw new Error('No answer, and no end of the connection.');
  for (const [index, request] of requests.entries()) {
    const answer = answers[index];
    if (answer !== undefined) checkAnswer(answer, request);
    else if (request.isOrderly) throw new Error(`Request ${index} was not answered.`);
  }
  for (const answer of answers.slice(requests.length)) checkAnswer(answer, null);
}

/** Whether a webhook was acknowledged. */
export function isAcknowledged({ status, body }: Answer): boolean {
  return status === 200 && (body === '{"status":"queued"}' || body === '{"status":"duplicate"}');
}

/** The status of an answer, who gave it, and what it said. */
export function kindOf(answer: Answer): string {
  const by = answererOf(answer);
  if (by !== 'ours') return `${answer.status} of ${by}`;
  if (answer.headers.get('content-type')?.startsWith('text/plain') === true) return `${answer.status} handshake`;
  const [said = 'nothing'] = /(?<="(?:code|status)":")[^"]+/.exec(answer.body) ?? [];
  return `${answer.status} ${said}`;
}

function checkAnswer(answer: Answer, request: WireRequest | null): void {
  const by = answererOf(answer);
  const wrong = (what: string): Error => new Error(`${what}: ${answer.status} of ${by}: ${answer.body.slice(0, 500)}`);
  if (answer.status >= 500 && answer.status !== 503) throw wrong('A failure');
  if (by === 'node' && !nodeStatuses.includes(answer.status)) throw wrong('An answer of nobody');
  if (by === 'ours' && !isOurs(answer, request?.method)) throw wrong('An answer that is none of ours');
  if (request === null) return;
  if (request.expects !== null && request.expects !== answer.status) throw wrong(`Not ${request.expects}`);
  if (!isAcknowledged(answer)) return;
  if (request.truth === null) throw wrong('Acknowledged though it is not signed');
  if (request.expects !== null && request.truth.isFresh && !answer.body.includes('queued')) throw wrong('Not new');
}

function answererOf({ headers }: Answer): Answerer {
  if (headers.has('x-host')) return 'host';
  return headers.get('cache-control') === 'no-store' ? 'ours' : 'node';
}

function isOurs(answer: Answer, method: string | undefined): boolean {
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('text/plain')) return isHandshake(answer);
  const codes = problems[answer.status];
  if (codes === undefined) return isAcknowledged(answer) && type === 'application/json; charset=utf-8';
  if (!type.startsWith('application/problem+json')) return false;
  if (answer.status === 405 && !answer.headers.has('allow')) return false;
  return method === 'HEAD' || isProblem(answer, codes);
}

function isHandshake({ status, headers }: Answer): boolean {
  return handshakeStatuses.includes(status) && headers.get('x-content-type-options') === 'nosniff';
}

function isProblem({ status, body }: Answer, codes: readonly string[]): boolean {
  const problem = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const hasMembers = Object.keys(problem).every((name) => problemMembers.includes(name));
  return hasMembers && problem.status === status && codes.includes(String(problem.code));
}
