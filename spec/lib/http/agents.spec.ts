import dns from 'node:dns';
import http from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAgents, type Agents } from '../../../lib/http/agents.js';
import { useHttpServer } from '../../support/http-server.js';

const upstream = useHttpServer();
let agents: Agents;

afterEach(() => {
  agents.destroy();
  vi.restoreAllMocks();
});

/** The status of the answer, over the agent that the URL gets. */
function get(text: string): Promise<number | undefined> {
  const url = new URL(text);
  const agent = agents.agentFor(url);
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      })
      .on('error', reject);
  });
}

const refused = expect.objectContaining({ code: 'PRIVATE_HOST_REFUSED' });

describe('without allowed private hosts', () => {
  it.each(['127.0.0.1', '2130706433', '0x7f.1', '017700000001', '１２７.0.0.1', '[::1]', '[::ffff:127.0.0.1]'])(
    'the loopback address, written %s, is refused',
    (host) => {
      agents = createAgents({ allowedPrivateHosts: [] });
      expect(() => agents.agentFor(new URL(`http://${host}:${upstream.port}/`))).toThrow(refused);
    },
  );

  it.each([
    '10.1.2.3',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[fd00::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ])('the address %s is refused, also over https', (host) => {
    agents = createAgents({ allowedPrivateHosts: [] });
    expect(() => agents.agentFor(new URL(`https://${host}/`))).toThrow(refused);
  });

  it('a name that resolves to a private address is refused before anything is sent', async () => {
    agents = createAgents({ allowedPrivateHosts: [] });
    await expect(get(`http://localhost:${upstream.port}/`)).rejects.toThrow(refused);
    expect(upstream.received).toEqual([]);
  });

  it('a name with public and private addresses is refused', async () => {
    agents = createAgents({ allowedPrivateHosts: [] });
    resolveTo(['1.1.1.1', '127.0.0.1']);
    await expect(get(`http://mixed.example:${upstream.port}/`)).rejects.toThrow(refused);
  });

  it('the address that was vetted is the one connected to, whatever the name resolves to next', async () => {
    agents = createAgents({ allowedPrivateHosts: [] });
    const lookup = resolveTo(['1.1.1.1'], ['127.0.0.1']);
    const connectedTo: string[] = [];
    const url = new URL(`http://rebinding.example:${upstream.port}/`);
    await new Promise<void>((resolve) => {
      const request = http.get(url, { agent: agents.agentFor(url) });
      request.on('socket', (socket) =>
        socket.on('lookup', (_error, address) => {
          connectedTo.push(address);
          request.destroy(); // before a packet leaves
        }),
      );
      request.on('error', () => resolve());
    });
    expect(connectedTo).toEqual(['1.1.1.1']);
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it('an unknown name keeps its own error', async () => {
    agents = createAgents({ allowedPrivateHosts: [] });
    await expect(get('http://nowhere.invalid/')).rejects.toThrow(expect.objectContaining({ syscall: 'getaddrinfo' }));
  });
});

describe('an allowed private host', () => {
  it('is reached by address and by name', async () => {
    agents = createAgents({ allowedPrivateHosts: ['127.0.0.1', `localhost:${upstream.port}`] });
    expect(await get(upstream.origin)).toBe(204);
    expect(await get(`http://localhost:${upstream.port}/`)).toBe(204);
  });

  it('opens neither another name of the same address nor another port', async () => {
    agents = createAgents({ allowedPrivateHosts: ['localhost:1'] });
    await expect(get(`http://localhost:${upstream.port}/`)).rejects.toThrow(refused);
    expect(() => agents.agentFor(new URL(upstream.origin))).toThrow(refused);
  });
});

describe('connections', () => {
  it('are used again, until they are destroyed', async () => {
    agents = createAgents({ allowedPrivateHosts: ['127.0.0.1'] });
    const ports = new Set<number | undefined>();
    upstream.answer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    await get(upstream.origin);
    await get(upstream.origin);
    expect(ports.size).toBe(1);
    agents.destroy();
    await get(upstream.origin);
    expect(ports.size).toBe(2);
  });

  it('in use are closed by destroy()', async () => {
    agents = createAgents({ allowedPrivateHosts: ['127.0.0.1'] });
    upstream.answer(() => agents.destroy());
    await expect(get(upstream.origin)).rejects.toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
  });
});

type LookupAll = (host: string, options: object, done: (error: null, all: dns.LookupAddress[]) => void) => void;

/** Stands in for the name server, which no spec can command: one list of addresses for each question. */
function resolveTo(...answers: readonly string[][]) {
  const remaining = [...answers];
  const fake: LookupAll = (_host, _options, done) => {
    const addresses = (remaining.shift() ?? []).map((address) => ({ address, family: 4 }));
    setImmediate(() => done(null, addresses));
  };
  return vi.spyOn(dns, 'lookup').mockImplementation(fake as unknown as typeof dns.lookup);
}
