import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Outcome } from "../domain/waits.ts";
import type { World } from "../world.ts";

/** Both say that nobody waits for this token any more: expected whenever a result travels twice (design 4). */
const nobodyWaits = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);

export function workflow(world: World, stateMachineArn: string) {
  const stepFunctions = new SFNClient(world.aws);
  return {
    /** Starts the execution `name`; one that exists already was started by an earlier delivery of the same entry. */
    async start(name: string, input: Readonly<Record<string, unknown>>): Promise<void> {
      try {
        await stepFunctions.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
        );
      } catch (cause) {
        if ((cause as Error).name !== "ExecutionAlreadyExists") throw cause;
      }
    },
  };
}

/** Sends outcomes to waiting tasks. */
export function tasks(world: World) {
  const stepFunctions = new SFNClient(world.aws);
  return {
    async resume(taskToken: string, outcome: Outcome): Promise<void> {
      try {
        if (outcome.ok) {
          const output = JSON.stringify(outcome.output);
          await stepFunctions.send(new SendTaskSuccessCommand({ taskToken, output }));
        } else {
          await stepFunctions.send(new SendTaskFailureCommand({ taskToken, error: outcome.error }));
        }
      } catch (cause) {
        if (!nobodyWaits.has((cause as Error).name)) throw cause;
      }
    },
  };
}
