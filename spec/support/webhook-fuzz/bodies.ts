import fc from 'fast-check';
import { maxBodyBytes } from './targets.js';

/** A body, before its request has a number. */
export type BodyPlan =
  | {
      readonly kind: 'document';
      readonly type: unknown;
      readonly about: unknown;
      readonly to: 'own' | 'nobody' | 'list' | 'none';
      readonly more: unknown;
    }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'filler'; readonly unit: string; readonly size: number };

/** What a document says of its delivery. */
export interface DocumentFacts {
  /** Undefined: none. */
  readonly id: string | undefined;
  /** The integration that it was made for. */
  readonly integrationId: string;
}

/** Slack's handshake. */
export const verification = (challenge: string): string =>
  `{"type":"url_verification","challenge":${challenge},"token":"t"}`;

const literals = [
  ...['', ' ', 'null', '0', '-0', '1e999', '"text"', '[]', '{}', '{"id":null}', '{"id":{"$ne":1}}', '{"id":[1,2]}'],
  ...['{"__proto__":{"id":"x"}}', '{"constructor":{"prototype":{"id":"x"}}}', '{"id":1,"id":2}', '{"toString":1}'],
  ...['\ufeff{}', '{', '{"a":', '{}{}', 'a=b&c=d', 'a[b][c][d][e][f]=1', '{"id":"\\ud800"}', '{"id":"\\u0000"}'],
  verification('"abc"'),
  'POST /before/integrations/hub/webhook HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: 0\r\n\r\n',
  '0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
];

const types = ['push', 'ping', 'unknown', '__proto__', 'constructor', '', null, 7, {}, ['push'], 'é'.repeat(300)];
const subjects = [undefined, 'a', 'b', '', 7, null, {}, '$where', 'ü'.repeat(400)];
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }),
  fc.constantFrom(maxBodyBytes - 1, maxBodyBytes, maxBodyBytes + 1, maxBodyBytes * 4),
);

/** Bodies: of documents for the most part, as senders have them. */
export const bodyPlans: fc.Arbitrary<BodyPlan> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('document' as const),
      type: fc.constantFrom<unknown>(...types),
      about: fc.constantFrom<unknown>(...subjects),
      to: fc.constantFrom('own', 'nobody', 'list', 'none'),
      more: fc.jsonValue({ maxDepth: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('literal' as const),
      text: fc.oneof(fc.constantFrom(...literals), fc.string({ unit: 'binary', maxLength: 60 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('filler' as const),
      unit: fc.constantFrom('a', '\0', 'ü', '[', '{"a":', '0', '\xff\xfe', '\r\n'),
      size: sizes,
    }),
  },
);

/** The bytes of a body. */
export function bytesOf(plan: BodyPlan, facts: DocumentFacts): Buffer {
  if (plan.kind === 'literal') return Buffer.from(plan.text);
  if (plan.kind === 'bytes') return Buffer.from(plan.bytes);
  if (plan.kind === 'filler') return Buffer.alloc(plan.size, plan.unit, 'latin1');
  const { type, about, more } = plan;
  return Buffer.from(JSON.stringify({ id: facts.id, type, about, to: addressee(plan.to, facts), more }));
}

function addressee(to: 'own' | 'nobody' | 'list' | 'none', { integrationId }: DocumentFacts): unknown {
  const all = { own: integrationId, nobody: '0123456789abcdef01234567', list: [integrationId], none: undefined };
  return all[to];
}
