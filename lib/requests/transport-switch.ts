import type { IntegrationDocument } from '../../schemas/integration.js';
import type { HttpClient } from '../http/http-client.js';
import type { HttpRequest, HttpResponse } from '../http/messages.js';
import { createHttpTransport } from './http-transport.js';
import type { Transport } from './stages/send.js';

/** All that leaves the process for an instance: calls, and requests to authorization servers. */
export interface Outlet extends Transport {
  /** @param integration For whose tokens it is asked. */
  sendOAuth(integration: Pick<IntegrationDocument, '_id' | 'provider'>, request: HttpRequest): Promise<HttpResponse>;
}

/** Holds what all is sent by, and lets the testing entry exchange it. */
export interface OutletSwitch {
  current(): Outlet;
  /** What is really there, for a fake that lets some calls through. */
  readonly real: Outlet;
  /** Sends all further attempts by `outlet`; null: by the real one. */
  use(outlet: Outlet | null): void;
}

/** The real one is HTTP by that client, and the caller's own code. */
export function createOutletSwitch(client: HttpClient): OutletSwitch {
  const sendOAuth: Outlet['sendOAuth'] = (_integration, request) => client.send(request);
  const real: Outlet = { ...createHttpTransport(client), sendOAuth };
  let replacement: Outlet | null = null;
  return {
    real,
    current: () => replacement ?? real,
    use(outlet) {
      replacement = outlet;
    },
  };
}
