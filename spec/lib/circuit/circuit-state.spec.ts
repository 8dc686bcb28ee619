import { describe, expect, it } from 'vitest';
import {
  effectiveState,
  initialCircuit,
  isForceOver,
  isRefusing,
  retryAfterMs,
  verdictOn,
} from '../../../lib/circuit/circuit-state.js';
import type { StoredCircuit } from '../../../schemas/integration-gate.js';

const now = 1_700_000_000_000;
const at = (ms: number) => new Date(now + ms);
const circuit = (fields: Partial<StoredCircuit>): StoredCircuit => ({ ...initialCircuit, ...fields });

describe('the verdict on an attempt', () => {
  it.each<[string, Partial<StoredCircuit>, ReturnType<typeof verdictOn>]>([
    ['counts it while the circuit is closed', {}, 'count'],
    ['refuses it during the cooldown', { state: 'open', openUntil: at(1) }, 'refuse'],
    ['asks for a probe when the cooldown is over', { state: 'open', openUntil: at(0) }, 'probe'],
    ['refuses it while a probe is under way', { state: 'halfOpen', probeUntil: at(1) }, 'refuse'],
    ['asks for another probe when the lease of the first is over', { state: 'halfOpen', probeUntil: at(0) }, 'probe'],
    ['refuses it where an operator says so', { forced: { state: 'open', until: null } }, 'refuse'],
    ['refuses it as long as he said', { forced: { state: 'open', until: at(1) } }, 'refuse'],
    ['goes by the circuit after that', { forced: { state: 'open', until: at(0) } }, 'count'],
    [
      'lets it pass where he says so',
      { state: 'open', openUntil: at(9), forced: { state: 'closed', until: null } },
      'pass',
    ],
    [
      'lets it pass where he switched the circuit off',
      { state: 'halfOpen', probeUntil: at(9), forced: { state: 'disabled', until: at(1) } },
      'pass',
    ],
  ])('%s', (_behaviour, fields, verdict) => {
    expect(verdictOn(circuit(fields), now)).toBe(verdict);
  });
});

describe('the effective state', () => {
  it('is the word of the operator while it holds, and the circuit’s own otherwise', () => {
    const forced = { state: 'disabled', until: at(1) } as const;
    expect(effectiveState(circuit({ state: 'open', forced }), now)).toBe('disabled');
    expect(effectiveState(circuit({ state: 'open', forced }), now + 1)).toBe('open');
  });

  it('refuses calls while it is open or half-open', () => {
    expect((['closed', 'open', 'halfOpen', 'disabled'] as const).filter(isRefusing)).toEqual(['open', 'halfOpen']);
  });
});

it('what an operator said is over when its time has come, and never where it has none', () => {
  expect(isForceOver(initialCircuit, now)).toBe(false);
  expect(isForceOver(circuit({ forced: { state: 'open', until: null } }), now)).toBe(false);
  expect(isForceOver(circuit({ forced: { state: 'open', until: at(1) } }), now)).toBe(false);
  expect(isForceOver(circuit({ forced: { state: 'open', until: at(0) } }), now)).toBe(true);
});

describe('the time until it may be worth trying again', () => {
  it.each<[string, Partial<StoredCircuit>, number]>([
    ['is nothing while the circuit is closed', {}, 0],
    ['is what is left of the cooldown', { state: 'open', openUntil: at(700) }, 700],
    ['is nothing after it', { state: 'open', openUntil: at(-700) }, 0],
    ['is a second while a probe is under way', { state: 'halfOpen', probeUntil: at(9_000) }, 1_000],
    ['is no longer than its lease', { state: 'halfOpen', probeUntil: at(300) }, 300],
    ['is the time that an operator has set', { forced: { state: 'open', until: at(40_000) } }, 40_000],
    ['is a cooldown where he has set none', { forced: { state: 'open', until: null } }, 5_000],
    [
      'is nothing where he lets calls pass',
      { state: 'open', openUntil: at(9), forced: { state: 'disabled', until: null } },
      0,
    ],
  ])('%s', (_behaviour, fields, ms) => {
    expect(retryAfterMs(circuit(fields), now, 5_000)).toBe(ms);
  });
});
