import { randomUUID } from 'node:crypto';
import type { IntegrationDocument } from '../../schemas/integration.js';
import { createPatience, type Patience } from '../patience.js';
import type { AttemptResult } from '../requests/attempt-result.js';
import { unlessAborted } from '../unless-aborted.js';
import { endProbe, type Claim, type EndProbeParts } from './end-probe.js';
import { takeIn } from './take-in.js';

export interface ProbeParts extends EndProbeParts {
  /** For what a call need not wait for. */
  readonly patiently: Patience;
}

export interface ProbeRequest {
  readonly integration: IntegrationDocument;
  /** How long the attempt may take at most: when nobody has heard of it by then, another one may probe. */
  readonly leaseMs: number;
  /** Of the attempt. */
  readonly signal: AbortSignal;
}

/** The right of one attempt to find out whether the other API is back. */
export interface Probe {
  /** Tells what came of it; never rejects. */
  settle(result: AttemptResult): Promise<void>;
}

/** The probes of this process: one at a time for each integration. */
export interface Probes {
  /**
   * Claims the probe; null: another attempt has it, or none is needed any more.
   *
   * @throws The reason of the signal.
   */
  begin(request: ProbeRequest): Promise<Probe | null>;
  /** Resolves when the ends of all probes are stored, or will not be. */
  idle(): Promise<void>;
}

/** Longer than a database that is there takes: whoever does not hear from it by then probes without its blessing. */
const claimTimeoutMs = 5_000;

export function createProbes(parts: ProbeParts): Probes {
  const { patiently } = parts;
  const patientlyGiven = createPatience(claimTimeoutMs);
  const underWay = new Set<string>();
  const ending = new Set<Promise<void>>();

  function probeOf(claim: Claim): Probe {
    return {
      async settle(result) {
        const ended = endProbe(parts, claim, result);
        ending.add(ended);
        void ended.finally(() => ending.delete(ended));
        await patiently(ended, undefined);
        underWay.delete(claim.gateId);
      },
    };
  }

  return {
    async begin(request) {
      const gateId = request.integration._id.toHexString();
      if (underWay.has(gateId)) return null;
      underWay.add(gateId);
      const claim = claimProbe(parts, gateId, request);
      const probe = probeOf(claim);
      try {
        if (await unlessAborted(request.signal, () => patientlyGiven(claim.given, true))) return probe;
      } catch (error) {
        await probe.settle('unknown');
        throw error;
      }
      underWay.delete(gateId);
      return null;
    },
    async idle() {
      await Promise.all(ending);
    },
  };
}

function claimProbe({ queries, views }: ProbeParts, gateId: string, { integration, leaseMs }: ProbeRequest): Claim {
  const token = randomUUID();
  const ask = () => queries.claimProbe(gateId, token, leaseMs);
  const given = ask()
    // After a lost reply the claim is there, and bears the token.
    .catch(ask)
    .then((reply) => takeIn(views, gateId, reply)?.probe === token)
    // A database that is away keeps nobody from finding out whether the other API is back.
    .catch(() => true);
  return { integration, gateId, token, given, until: performance.now() + leaseMs };
}
