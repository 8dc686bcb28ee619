import { MongoBinary } from 'mongodb-memory-server-core';
import { failureText, firstLine, inspectBinary } from './binary.js';
import { inScratchFolder, keepInCache } from './cache.js';
import { PassedOver, type Report, type ResolvedMongod } from './types.js';

const HOST = 'https://fastdl.mongodb.org';
const REACHABLE_WITHIN_MS = 6000;

/** MongoDB's own build for this platform, fetched by mongodb-memory-server. */
export async function findByDownload(report: Report): Promise<ResolvedMongod> {
  await assertReachable();
  report('mongod: downloading a server (once; it is cached afterwards)');
  return inScratchFolder(async (folder) => {
    const path = await MongoBinary.getPath({ downloadDir: folder }).catch((error: unknown) => {
      throw new PassedOver(oneLine(error), { notable: true });
    });
    // It may also return a binary of its own cache or of MONGOMS_SYSTEM_BINARY: that one stays where it is.
    if (!path.startsWith(folder)) return inspectBinary(path, 'mongodb-memory-server');
    return keepInCache(path, 'downloaded by mongodb-memory-server');
  });
}

/** Fails fast in a closed network, where the download itself would retry for a while. A proxy is left to the downloader. */
async function assertReachable(): Promise<void> {
  if (hasProxy() || process.env.MONGOMS_SYSTEM_BINARY !== undefined) return;
  const url = process.env.MONGOMS_DOWNLOAD_MIRROR ?? HOST;
  await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) }).catch((error: unknown) => {
    const { cause } = error as { cause?: unknown };
    throw new PassedOver(`${url} is out of reach: ${oneLine(cause ?? error)}`, { notable: true });
  });
}

function hasProxy(): boolean {
  return ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => Boolean(process.env[name]));
}

function oneLine(error: unknown): string {
  return firstLine(failureText(error));
}
