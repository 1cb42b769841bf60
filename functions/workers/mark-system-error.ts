import type { EventBridgeEvent } from "aws-lambda";
import { advance } from "../advance.ts";
import { assembleContracts } from "../assemble.ts";
import { lambda, type World } from "../world.ts";

type StatusChange = {
  readonly name: string;
  readonly status: string;
  /** Null for an execution that was stopped without a reason. */
  readonly error?: string | null;
};

/**
 * An execution failed, timed out or was aborted: something the workflow could not catch. The contract
 * says so, an alarm rings, and the entry itself starts a recovery run.
 */
export function build(world: World) {
  const contracts = assembleContracts(world);
  return async ({ detail }: EventBridgeEvent<string, StatusChange>): Promise<void> => {
    const contractId = detail.name.replace(/-r\d+$/, "");
    const { name: execution, status } = detail;
    const error = detail.error ?? status;
    world.count("SystemError");
    world.log("error", "execution ended without concluding its contract", {
      execution,
      status,
      error,
    });
    await advance(contracts, contractId, {
      type: "systemError",
      at: world.now(),
      execution,
      error,
    });
  };
}

export const handler = lambda(build);
