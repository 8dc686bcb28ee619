import type { Command } from '@commander-js/extra-typings';
import type { IntegrationDocument } from '../../../schemas/integration.js';
import type { ForcedCircuitState } from '../../types/circuit.js';
import type { AddCommand, CliContext, RunCommand } from '../cli-context.js';
import { dryRunOption, targetArgument } from '../command-options.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { findTarget } from '../find-target.js';
import { forOption, holdOptions, holdText } from '../hold.js';
import { properties } from '../table.js';

/** `integrations circuit`: what refuses calls while another API is down, and the operator's word over it. */
export const addCircuitCommand: AddCommand = (program, run) => {
  const circuit = program.command('circuit').description('the circuit of an integration');
  circuit
    .command('show')
    .description('shows the circuit as it is')
    .argument('<integration>', targetArgument)
    .action(run(async (context, argument) => say(context, await findTarget(context.integrations, argument))));
  addForce(circuit, run, { name: 'open', state: 'open', description: 'refuses all calls' });
  addForce(circuit, run, { name: 'close', state: 'closed', description: 'closes it, and refuses no calls' });
  addForce(circuit, run, {
    name: 'disable',
    state: 'disabled',
    description: 'refuses no calls, and leaves the circuit itself as it is',
  });
  addReset(circuit, run);
};

interface Force {
  readonly name: string;
  readonly state: ForcedCircuitState;
  readonly description: string;
}

function addForce(circuit: Command, run: RunCommand, { name, state, description }: Force): void {
  circuit
    .command(name)
    .description(`${description}, until it is reset or the time is over`)
    .argument('<integration>', targetArgument)
    .addOption(forOption('it is reset'))
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, { for: forSeconds, dryRun }) => {
        const { integrations, output } = context;
        const target = await findTarget(integrations, argument);
        if (!dryRun) await integrations.circuit.force(target, state, holdOptions(forSeconds));
        const time = holdText(forSeconds, 'it is reset');
        output.note(`${dryRun ? 'Would hold' : 'Holds'} the circuit ${state} ${time}.`);
        return say(context, target, { dryRun });
      }),
    );
}

function addReset(circuit: Command, run: RunCommand): void {
  circuit
    .command('reset')
    .description('leaves the circuit to itself again')
    .argument('<integration>', targetArgument)
    .addOption(dryRunOption)
    .action(
      run(async (context, argument, { dryRun }) => {
        const { integrations, output } = context;
        const target = await findTarget(integrations, argument);
        if (!dryRun) await integrations.circuit.release(target);
        output.note(`${dryRun ? 'Would leave' : 'Left'} the circuit to itself.`);
        return say(context, target, { dryRun });
      }),
    );
}

/** The circuit as it is: in a dry run as it stays. */
async function say(
  { integrations, output }: CliContext,
  target: IntegrationDocument,
  facts: { readonly dryRun?: boolean } = {},
): Promise<ExitCode> {
  const status = await integrations.circuit.inspect(target);
  const { state, effectiveState, openedAt, retryAfterSeconds, counts, forced } = status;
  output.result({ integrationId: target.id, ...facts, ...status }, () =>
    properties(
      [
        ['calls meet', effectiveState],
        ['by itself', state],
        ['held', forced === null ? null : forced.state],
        ['held until', forced === null ? null : (forced.until ?? 'it is reset')],
        ['opened at', openedAt],
        ['try again in', retryAfterSeconds > 0 ? `${String(Math.ceil(retryAfterSeconds))}s` : null],
        ['answered lately', counts.answered],
        ['failed lately', counts.failed],
      ],
      output.paint,
    ),
  );
  return exitCodes.ok;
}
