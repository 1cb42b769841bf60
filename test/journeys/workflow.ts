import {
  GetExecutionHistoryCommand,
  type GetExecutionHistoryCommandOutput,
  ListExecutionsCommand,
  ListStateMachinesCommand,
} from "@aws-sdk/client-sfn";
import { type Json, workflowOf } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** What Step Functions knows of a contract, asked as an operator would. */

export async function executionsOf(stack: Stack, contractId: string): Promise<Json[]> {
  const states = workflowOf(stack);
  const { stateMachines = [] } = await states.send(new ListStateMachinesCommand({}));
  const lists = stateMachines.map(({ stateMachineArn }) =>
    states.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 })),
  );
  const executions = (await Promise.all(lists)).flatMap((list) => list.executions ?? []);
  return executions.filter(({ name }) => name?.startsWith(contractId));
}

type History = NonNullable<GetExecutionHistoryCommandOutput["events"]>;

export async function historyOf(stack: Stack, executionArn: string): Promise<History> {
  const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
  return (await workflowOf(stack).send(command)).events ?? [];
}

/** The names of the states entered: what AWS charges for, apart from retries. */
export const transitionsIn = (history: History): string[] =>
  history.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
