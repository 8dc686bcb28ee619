import { createIntegrations } from 'express-integrations';
import { createGitHub } from 'express-integrations/providers/github';
import type { Connection } from 'mongoose';

/** What the application and its workers have in common. */
export interface InstanceSettings {
  readonly mongoUri: string;
  /** Of the local API. */
  readonly apiUrl: string;
  readonly encryptionKey: string;
  /** Our GitHub App, that users authorize. */
  readonly githubApp: { readonly clientId: string; readonly clientSecret: string };
}

/** What the application keeps of an issue that it was told of. */
export interface ReportedIssue {
  /** GitHub's id. */
  readonly _id: number;
  readonly title: string;
  /** How often it was handled. */
  readonly timesHandled: number;
  /** The process that did so last. */
  readonly pid: number;
}

/** The package, as the demo uses it. `work`: whether this process does work in the background. */
export function openInstance(connection: Connection, settings: InstanceSettings, { work }: { readonly work: boolean }) {
  const reported = connection.collection<ReportedIssue>('reported_issues');
  const { host } = new URL(settings.apiUrl);
  const github = createGitHub({
    oauth: { ...settings.githubApp, hosts: [host] },
    webhooks: {
      'issues.opened': async ({ payload: { issue } }) => {
        const change = { $set: { title: issue.title, pid: process.pid }, $inc: { timesHandled: 1 } };
        await reported.updateOne({ _id: issue.id }, change, { upsert: true });
      },
    },
  });
  return createIntegrations({
    connection,
    providers: { github },
    encryptionKeys: [{ id: 'demo', secret: settings.encryptionKey }],
    http: { allowedPrivateHosts: [host] },
    // What takes minutes with the defaults is to be watched in seconds.
    requests: { timeoutMs: 1_500 },
    retry: { maxDelayMs: 1_000 },
    sync: { tickSeconds: 1, leaseSeconds: 3, batchSize: 100, slots: 1, concurrency: 5 },
    jobs: { enabled: work, lockSeconds: 3 },
    // The demo makes calls fail on purpose.
    logger: false,
  });
}
