import type { AddCommand } from '../cli-context.js';
import { doctor } from '../doctor/doctor.js';

/** `integrations doctor`: what is wrong, and what to do about it. */
export const addDoctorCommand: AddCommand = (program, run) => {
  program
    .command('doctor')
    .description('checks database, keys, providers, routes, jobs and more, and says what to do; changes nothing')
    .option('--url <url>', 'where the application runs, to send it a request (default: `app` of the configuration)')
    .action(run.apart(doctor));
};
