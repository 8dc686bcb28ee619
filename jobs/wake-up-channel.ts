import { BaseNotificationChannel, type JobNotification, type JobStateNotification } from 'agenda';

/**
 * How a process learns at once that there is something to do: what it enqueues itself is told to its own worker, and
 * what others insert comes from a change stream, where there can be one. All else waits for the next poll.
 */
export class WakeUpChannel extends BaseNotificationChannel {
  constructor() {
    super();
    // Within the process there is nothing to connect.
    this.setState('connected');
    // Nobody else may listen, and that would throw.
    this.on('error', () => undefined);
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /** Whoever enqueues does not wait for the workers. */
  publish(notification: JobNotification): Promise<void> {
    void this.notifyHandlers(notification);
    return Promise.resolve();
  }

  /** For the dashboard of this process. */
  publishState(notification: JobStateNotification): Promise<void> {
    void this.notifyStateHandlers(notification);
    return Promise.resolve();
  }
}
