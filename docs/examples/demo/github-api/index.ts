export type { Fault } from './fault.js';
export type { FaultSchedule, PeriodicFaults, RandomFaults } from './fault-schedule.js';
export type { AuthorizationServer } from './oauth/authorization-server.js';
export type { RegisteredApp } from './oauth/registered-app.js';
export type { RecordedRequest } from './recorded-request.js';
export type { Webhook, WebhookDelivery, Webhooks } from './webhooks.js';
export { startGitHubApi, type GitHubApi, type GitHubApiOptions } from './start-github-api.js';
