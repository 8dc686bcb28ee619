/**
 * A TCP proxy in front of a MongoDB server that loses replies: the server has done what it was asked, and the client
 * does not learn it. It can also keep the server out of reach for a while, or have it fall silent.
 *
 *     const proxy = await startMongoProxy(database.uri);
 *     proxy.loseReplies({ to: 'insert', count: 3 }); // the connection is cut instead of each of the next three
 *     proxy.cut(); // all connections, and those to come
 *     proxy.restore();
 *     proxy.stall(); // all stay open, and nothing comes any more
 *     await proxy.stop();
 *
 * @module
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface MongoProxy {
  /** The server's URI, with the proxy's address. */
  readonly uri: string;
  /** Cuts the connection instead of the next `count` replies to this command. */
  loseReplies(plan: { readonly to: string; readonly count: number }): void;
  /** How many of them were lost. */
  lost(): number;
  /** Cuts all connections, and each new one, until `restore()`. */
  cut(): void;
  restore(): void;
  /** Passes nothing on any more, and closes nothing: as a machine whose cable was pulled. */
  stall(): void;
  stop(): Promise<void>;
}

/** Starts a proxy for the server of a URI with a single host. */
export async function startMongoProxy(serverUri: string): Promise<MongoProxy> {
  const target = new URL(serverUri);
  const clients = new Set<Socket>();
  let plan = { to: Buffer.alloc(0), count: 0 };
  let lost = 0;
  let isCut = false;
  let isStalled = false;

  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    let isDoomed = false;
    clients.add(client);
    client.on('data', (chunk) => {
      if (isStalled) return;
      isDoomed ||= plan.count > 0 && chunk.includes(plan.to);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isStalled) return;
      if (isDoomed && plan.count > 0) {
        plan.count -= 1;
        lost += 1;
        client.destroy();
      } else client.write(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
    }
    client.on('close', () => clients.delete(client));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroyAll = (): void => {
    for (const client of clients) client.destroy();
  };
  const uri = new URL(serverUri);
  uri.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    uri: uri.href,
    loseReplies({ to, count }) {
      // The name of a command is the first key of its BSON document.
      plan = { to: Buffer.from(`${to}\0`), count };
    },
    lost: () => lost,
    cut() {
      isCut = true;
      destroyAll();
    },
    restore() {
      isCut = false;
    },
    stall() {
      isStalled = true;
    },
    async stop() {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
