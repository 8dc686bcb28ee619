import { IntegrationError } from '../../errors.js';

/** The time in which a provider lists. */
export interface OpenTime {
  readonly isOver: boolean;
  /**
   * Called when something of it begins; what comes back is called when it ends.
   *
   * @throws IntegrationError `SYNC_SESSION_ENDED`
   */
  enter(): () => void;
  /** Lets nothing more begin, and resolves when what has begun has ended. */
  end(): Promise<void>;
}

export function createOpenTime(): OpenTime {
  let underWay = 0;
  let isOver = false;
  let allThrough: () => void = () => undefined;
  const leave = (): void => {
    underWay -= 1;
    if (underWay === 0) allThrough();
  };
  return {
    get isOver() {
      return isOver;
    },
    enter() {
      if (isOver) throw sessionEnded();
      underWay += 1;
      return leave;
    },
    async end() {
      isOver = true;
      if (underWay > 0) await new Promise<void>((resolve) => (allThrough = resolve));
    },
  };
}

function sessionEnded(): IntegrationError {
  return new IntegrationError('SYNC_SESSION_ENDED', 'The listing is over: this came after the end of sync().');
}
