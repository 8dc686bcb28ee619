import type { RequestPlan } from './plans.js';
import { schemes, type Header, type Signing } from './signers.js';
import { targetOf } from './targets.js';

export interface ToSign extends Omit<Signing, 'secret' | 'at'> {
  readonly secretOf: (tenant: number) => string;
  readonly tenant: number;
  readonly now: number;
}

export interface Signed {
  readonly headers: readonly Header[];
  /** Whose secret it is, if it is somebody's. */
  readonly signer: number;
  /** Whether it proves what it should. */
  readonly isGenuine: boolean;
}

/** Far outside of every scheme's window. */
const longMs = 600_000;

const wrongSecret = `whsec_${Buffer.from('a secret of nobody here!').toString('base64')}`;

/** The signature of a request, as its plan wants it. */
export function signatureOf({ signature: how, target, at }: RequestPlan, given: ToSign): Signed {
  const { scheme, tenants } = targetOf(target);
  const { sign, signsBody, signsTime } =
    schemes[how === 'other scheme' ? (scheme === 'stripe' ? 'slack' : 'stripe') : scheme];
  const signer = how === 'neighbour' ? (given.tenant + 1) % tenants : given.tenant;
  const secret = given.secretOf(signer);
  const shift = { stale: -longMs, early: longMs }[how as string] ?? 0;
  const body = how === 'other body' ? Buffer.concat([given.body, Buffer.from('x')]) : given.body;
  const signing: Signing = { ...given, body, at: given.now + shift, secret: how === 'wrong' ? wrongSecret : secret };
  const [[name, value], ...more] = sign(signing);
  const [[, wrong]] = sign({ ...signing, secret: wrongSecret });
  const header = (...values: readonly string[]): readonly Header[] => [
    ...values.map((text): Header => [name, text]),
    ...more,
  ];
  const isTimely = shift === 0 || !signsTime;
  const signed = (headers: readonly Header[], isGenuine: boolean): Signed => ({ headers, signer, isGenuine });
  switch (how) {
    case 'none':
      return signed(more, false);
    case 'twice':
      return signed(header(value, value), true);
    case 'valid, wrong':
      return signed(header(value, wrong), true);
    case 'wrong, valid':
      return signed(header(wrong, value), true);
    case 'valid':
    case 'neighbour':
    case 'stale':
    case 'early':
      return signed(header(value), isTimely);
    case 'other body':
      return signed(header(value), !signsBody);
    case 'wrong':
    case 'other scheme':
      return signed(header(value), false);
    default:
      return signed(header(spoilt(how, value, at)), false);
  }
}

function spoilt(how: 'changed' | 'cut' | 'empty' | 'padded' | 'huge' | 'bytes', value: string, at: number): string {
  const place = Math.floor(at * value.length);
  const all = {
    changed: `${value.slice(0, place)}${value[place] === 'x' ? 'y' : 'x'}${value.slice(place + 1)}`,
    cut: value.slice(0, place),
    empty: '',
    padded: `x${value}`,
    huge: value + 'a'.repeat(5_000),
    bytes: `${value.slice(0, place)}\x80\xff\xc3\x28${value.slice(place)}`,
  };
  return all[how];
}
