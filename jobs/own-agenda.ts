import { Agenda, type AgendaStatus, type DrainOptions, type DrainResult } from 'agenda';
import { jobBackend, type JobRepository } from './job-repository.js';
import { WakeUpChannel } from './wake-up-channel.js';

/** What runs the jobs of {@link OwnAgenda}. */
export interface JobService {
  start(): Promise<void>;
  stop(): Promise<void>;
  drain(options: DrainOptions): Promise<DrainResult>;
  isStarted(): boolean;
  status(fullDetails: boolean): Promise<AgendaStatus>;
}

export interface OwnAgendaParts {
  readonly repository: JobRepository;
  /** What this process signs its locks with. */
  readonly owner: string;
  readonly processEveryMs: number;
  readonly lockMs: number;
  readonly maxConcurrency: number;
}

/** Agenda on the application's connection. The jobs are run by a worker of the package's own: see `job-worker.ts`. */
export class OwnAgenda extends Agenda {
  readonly channel: WakeUpChannel;
  #service: JobService | undefined;

  constructor({ repository, owner, processEveryMs, lockMs, maxConcurrency }: OwnAgendaParts) {
    const channel = new WakeUpChannel();
    super({
      backend: jobBackend(repository),
      notificationChannel: channel,
      name: owner,
      processEvery: processEveryMs,
      maxConcurrency,
      defaultConcurrency: 5,
      defaultLockLimit: 5,
      defaultLockLifetime: lockMs,
      removeOnComplete: true,
    });
    this.channel = channel;
  }

  /** Called once, by who makes it: a worker needs the Agenda. */
  servedBy(service: JobService): void {
    this.#service = service;
  }

  override start(): Promise<void> {
    return this.#served().start();
  }

  override stop(): Promise<void> {
    return this.#served().stop();
  }

  override drain(options: number | DrainOptions = {}): Promise<DrainResult> {
    return this.#served().drain(typeof options === 'number' ? { timeout: options } : options);
  }

  override isActiveJobProcessor(): boolean {
    return this.#service?.isStarted() ?? false;
  }

  override getRunningStats(fullDetails = false): Promise<AgendaStatus> {
    return this.#served().status(fullDetails);
  }

  #served(): JobService {
    if (this.#service === undefined) throw new Error('Nothing runs the jobs of this Agenda yet.');
    return this.#service;
  }
}
