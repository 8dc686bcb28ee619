/**
 * An authorization server of the spec's own making, whose answers are as odd as those of vendors.
 *
 *     const vendor = useTokenEndpoint();
 *     vendor.answerWith({ ok: false, error: 'invalid_code' });
 *     expect(vendor.asked[0]).toMatchObject({ body: 'grant_type=…' });
 *
 * @module
 */
import { text } from 'node:stream/consumers';
import type { IncomingHttpHeaders } from 'node:http';
import { beforeEach } from 'vitest';
import { useHttpServer } from './http-server.js';

/** A request, as it came. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TokenEndpointAnswer {
  readonly status?: number;
  /** Default `application/json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TokenEndpoint {
  readonly origin: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** What came in this test, in order. */
  readonly asked: AskedRequest[];
  /** What a form of the request at this index held; the first by default. */
  form(index?: number): Record<string, string>;
  /** How all requests of this test are answered: an object as JSON, a text as it is. */
  answerWith(body: object | string, answer?: TokenEndpointAnswer): void;
  /** How those to one path are. */
  answerAt(path: string, body: object | string, answer?: TokenEndpointAnswer): void;
  /** Breaks the connection off, once the request has come. */
  breakOff(): void;
}

type Prepared = TokenEndpointAnswer & { readonly body: string };

export function useTokenEndpoint(): TokenEndpoint {
  const server = useHttpServer();
  const asked: AskedRequest[] = [];
  const atPath = new Map<string, Prepared>();
  let usual: Prepared | 'broken' = { body: '{}' };
  const prepared = (body: object | string, answer: TokenEndpointAnswer = {}): Prepared => ({
    ...answer,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  beforeEach(() => {
    asked.length = 0;
    atPath.clear();
    usual = { body: '{}' };
    server.answer(async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      asked.push({ method, path, headers, body: await text(request) });
      const answer = atPath.get(path) ?? usual;
      if (answer === 'broken') return request.socket.destroy();
      const { status = 200, type = 'application/json', headers: own = {}, body } = answer;
      return response.writeHead(status, { 'content-type': type, ...own }).end(body);
    });
  });
  return {
    asked,
    get origin() {
      return server.origin;
    },
    get host() {
      return `127.0.0.1:${server.port}`;
    },
    form: (index = 0) => Object.fromEntries(new URLSearchParams(asked[index]?.body)),
    answerWith(body, answer) {
      usual = prepared(body, answer);
    },
    answerAt(path, body, answer) {
      atPath.set(path, prepared(body, answer));
    },
    breakOff() {
      usual = 'broken';
    },
  };
}
