import type { mongo } from 'mongoose';
import type { Answer } from './answer-parser.js';
import { isAcknowledged } from './check-answers.js';
import { runHeader } from './targets.js';
import { digestOf, type Truth, type WireRequest } from './wire.js';

/** A webhook as it is stored. */
interface Stored {
  readonly provider: string;
  readonly integrationId: mongo.ObjectId | null;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly payload: mongo.Binary | string;
}

/** What a handler was given: the number of its request, and the digest of what it got. */
export type HandledWebhook = readonly [run: string, digest: string];

/** Faults of the books; all of them are empty. */
export interface Audit {
  readonly stored: number;
  /** What is stored, or was handled, and nobody had signed. */
  readonly unverified: readonly string[];
  /** Stored more than once. */
  readonly doubled: readonly string[];
  /** Acknowledged, and not stored. */
  readonly lost: readonly string[];
}

/** Keeps the books: what was really signed, and what was acknowledged. */
export interface Ledger {
  noteSent(requests: readonly WireRequest[]): void;
  noteAnswers(requests: readonly WireRequest[], answers: readonly Answer[]): void;
  noteHandled(handled: readonly HandledWebhook[]): void;
  /** Sent, signed and acknowledged so far. */
  readonly counts: { requests: number; signed: number; accepted: number };
  audit(webhooks: AsyncIterable<unknown>): Promise<Audit>;
}

export function createLedger(): Ledger {
  const truths = new Map<string, Truth>();
  const acknowledged: string[] = [];
  const unverified: string[] = [];
  const counts = { requests: 0, signed: 0, accepted: 0 };

  function check(webhook: Stored, run: string): void {
    const truth = truths.get(run);
    const { provider, integrationId, url, payload } = webhook;
    const isOwned =
      truth?.owners.includes(integrationId?.toHexString() ?? null) === true && truth.provider === provider;
    if (!isOwned) unverified.push(`${run}: of ${provider}, ${String(integrationId)}`);
    // What is sealed is seen by its handler.
    else if (typeof payload !== 'string') checkDigest(truth, run, digestOf(url, payload.value()), url);
  }

  function checkDigest(truth: Truth | undefined, run: string, digest: string, url = ''): void {
    if (truth === undefined || (truth.digest ?? digest) !== digest) unverified.push(`${run}: of other content ${url}`);
  }

  return {
    counts,
    noteSent(requests) {
      for (const { run, truth } of requests) {
        counts.requests += 1;
        if (truth === null) continue;
        counts.signed += 1;
        truths.set(String(run), truth);
      }
    },
    noteAnswers(requests, answers) {
      for (const [index, { run, truth, expects }] of requests.entries()) {
        if (truth === null) continue;
        const answer = answers[index];
        if (answer === undefined || !isAcknowledged(answer)) continue;
        counts.accepted += 1;
        if (truth.isFresh && expects !== null) acknowledged.push(String(run));
      }
    },
    noteHandled(handled) {
      for (const [run, digest] of handled) checkDigest(truths.get(run), run, digest);
    },
    async audit(webhooks) {
      const runs = new Set<string>();
      const doubled: string[] = [];
      let stored = 0;
      for await (const webhook of webhooks as AsyncIterable<Stored>) {
        const run = String(webhook.headers[runHeader]);
        stored += 1;
        if (runs.has(run)) doubled.push(run);
        runs.add(run);
        check(webhook, run);
      }
      return { stored, unverified, doubled, lost: acknowledged.filter((run) => !runs.has(run)) };
    },
  };
}
