import { IntegrationError } from '../errors.js';
import type { TransportSwitch } from '../requests/transport-switch.js';
import { transportOf, type InstanceOption } from './instance-transport.js';
import type { RecordedRequest, RequestRecorder } from './request-recorder.js';

// Assertions still work after stopFaking(): what was recorded stays with the instance, until the next fake.
const recorders = new WeakMap<TransportSwitch, RequestRecorder>();

/** Makes assertions look at what this recorder has. */
export function rememberFake(transport: TransportSwitch, recorder: RequestRecorder): void {
  recorders.set(transport, recorder);
}

/**
 * What the last fake of an instance was asked for.
 *
 * @throws IntegrationError `FAKE_MISSING` where there was none
 */
export function recordedByLastFake(options: InstanceOption): readonly RecordedRequest[] {
  const recorder = recorders.get(transportOf(options));
  if (recorder !== undefined) return recorder.all();
  throw new IntegrationError('FAKE_MISSING', 'The instance was never faked, so nothing was recorded.');
}
