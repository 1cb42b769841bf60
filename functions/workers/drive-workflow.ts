import { tasks, workflow } from "../adapters/workflow.ts";
import { assembleContracts } from "../assemble.ts";
import { type Contract, created } from "../domain/contract.ts";
import { signerTasks } from "../domain/waits.ts";
import { readEnvironment } from "../environment.ts";
import { type Appended, streamConsumer } from "../stream.ts";
import { lambda, type World } from "../world.ts";

/**
 * Moves the workflow along with the chain (design 1): a new contract starts an execution, a settled wait
 * resumes its task, an internal fault starts a fresh execution that finds what is already done.
 */
export function build(world: World) {
  const env = readEnvironment(world, "STATE_MACHINE_ARN");
  const contracts = assembleContracts(world);
  const { start } = workflow(world, env.STATE_MACHINE_ARN);
  const { resume } = tasks(world);

  return streamConsumer(async ({ entry, work }: Appended) => {
    const { contractId } = entry;
    if (work.start) await start(contractId, inputOf(created(entry)));
    if (work.recover) {
      const contract = await contracts.read(contractId);
      if (contract === undefined) throw new Error(`contract ${contractId} does not exist`);
      await start(`${contractId}-r${work.recover}`, inputOf(contract));
    }
    for (const key of work.resume ?? []) {
      const { tokens = [], outcome } = await contracts.readWait(contractId, key);
      if (outcome === undefined) throw new Error(`${contractId}: ${key} was settled with nothing`);
      // Without a token nobody waits yet; the step that comes to wait finds the outcome itself.
      for (const token of tokens) await resume(token, outcome);
    }
  });
}

/** Ids and times only: history keeps every input (design 4). */
const inputOf = (contract: Contract) => ({
  contractId: contract.id,
  groups: signerTasks(contract),
});

export const handler = lambda(build);
