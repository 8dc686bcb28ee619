import type { Types } from 'mongoose';
import { IntegrationError } from '../../errors.js';
import { createRedactor } from '../../redaction/redactor.js';
import type { OutletSwitch } from '../../requests/transport-switch.js';
import { outletOf, type InstanceOption } from '../tested-instance.js';
import type { FakeScript } from './fake-script.js';
import { createFakeTransport, type FakeAnswerer } from './fake-transport.js';
import { createRequestRecorder, type RecordedRequest } from './request-recorder.js';
import { createTape, type Tape } from './tape.js';

/** A fake that was begun, inside its set. */
export interface BegunFake {
  readonly tape: Tape;
  /** What it was asked for. */
  recorded(): readonly RecordedRequest[];
  /** Ends it, unless another one has taken over. */
  end(): void;
}

/** The fakes of one instance: one for all integrations at the most, and one for each that has its own. */
interface FakeSet {
  /** @param integrationId Whose calls it answers; null: those of all that have no fake of their own. */
  begin(script: FakeScript, integrationId: Types.ObjectId | null): BegunFake;
  endAll(): void;
  /** What they were asked for, also after they ended. */
  recorded(): readonly RecordedRequest[];
}

const sets = new WeakMap<OutletSwitch, FakeSet>();

/** The fakes of an instance, begun by the first. */
export function fakesOf(outlet: OutletSwitch): FakeSet {
  const set = sets.get(outlet) ?? createFakeSet(outlet);
  sets.set(outlet, set);
  return set;
}

/** Ends the fakes of an instance, if it has any. */
export function endFakesOf(outlet: OutletSwitch): void {
  sets.get(outlet)?.endAll();
}

/**
 * What the last fakes of an instance were asked for.
 *
 * @throws IntegrationError `FAKE_MISSING` where there was none
 */
export function recordedByFakes(options: InstanceOption): readonly RecordedRequest[] {
  const set = sets.get(outletOf(options));
  if (set !== undefined) return set.recorded();
  throw new IntegrationError('FAKE_MISSING', 'The instance was never faked, so nothing was recorded.');
}

function createFakeSet(outlet: OutletSwitch): FakeSet {
  const redactor = createRedactor();
  const active = new Map<string | null, FakeAnswerer>();
  let recorder = createRequestRecorder(redactor);
  const transport = createFakeTransport((id) => active.get(id.toHexString()) ?? active.get(null) ?? null, outlet.real);

  function endAll(): void {
    active.clear();
    outlet.use(null);
  }

  return {
    endAll,
    recorded: () => recorder.all(),
    begin(script, integrationId) {
      const key = integrationId?.toHexString() ?? null;
      const replaced = active.get(key);
      // A test begins: assertions are not about what an earlier one recorded.
      if (key === null || active.size === 0) {
        active.clear();
        recorder = createRequestRecorder(redactor);
      } else if (replaced !== undefined) recorder.forget(replaced);
      const own = recorder;
      const tape = createTape(redactor);
      const fake: FakeAnswerer = {
        tape,
        answer: (call, http) => script.answer(own.note(fake, call, http)),
        answerOAuth: (of, http) => script.answerOAuth(own.noteOAuth(fake, of, http)),
      };
      active.set(key, fake);
      outlet.use(transport);
      return {
        tape,
        recorded: () => own.all(fake),
        end() {
          if (active.get(key) === fake) active.delete(key);
          if (active.size === 0) outlet.use(null);
        },
      };
    },
  };
}
