import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import {
  type CfnStateMachine,
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Foundation } from "./foundation.ts";
import { allow, lambdaFunction, logRetention, type Need, pascalCase } from "./lambda-function.ts";

/** SMS 3 s and verification 5 s lie well inside, with a cold start and the writes around them. */
const stepSeconds = 30;

/** The signing workflow: one function a state, one state machine behind the alias `live`. */
export class Workflow extends Construct {
  readonly machine: StateMachine;
  readonly steps: readonly Lambda[];
  readonly start: Need;
  readonly resume: Need;

  constructor(scope: Construct, props: Foundation & { readonly definition: string }) {
    super(scope, "Workflow");
    const steps = Object.entries(stepNeeds(props)).map(([name, { memoryMb, needs }]) => {
      const step = lambdaFunction(this, {
        bundles: props.bundles,
        kind: "steps",
        name,
        memoryMb,
        timeoutSeconds: stepSeconds,
        needs,
      });
      return [pascalCase(name), step] as const;
    });
    this.steps = steps.map(([, step]) => step);
    this.machine = this.stateMachine(props.definition, Object.fromEntries(steps));
    const alias = this.live();

    this.start = {
      environment: { STATE_MACHINE_ARN: alias.attrArn },
      statements: [allow(["states:StartExecution"], alias.attrArn)],
    };
    this.resume = {
      statements: [
        allow(["states:SendTaskSuccess", "states:SendTaskFailure"], this.machine.stateMachineArn),
      ],
    };
  }

  private stateMachine(definition: string, steps: Readonly<Record<string, Lambda>>) {
    const name = `${Stack.of(this).stackName}-signing`;
    const logs = new LogGroup(this, "Logs", {
      // The prefix keeps the account's log resource policy from growing with every state machine.
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const functions = Object.values(steps).map((step) => step.functionArn);
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("states.amazonaws.com"),
      description: "Calls the four steps of the signing workflow",
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: functions }),
    );
    return new StateMachine(this, "Signing", {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(steps).map(([state, step]) => [state, step.functionArn]),
      ),
      role,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
  }

  /** Executions keep the version they began with; steps therefore accept the payload of older versions. */
  private live(): CfnStateMachineAlias {
    const machine = this.machine.node.defaultChild as CfnStateMachine;
    const version = new CfnStateMachineVersion(this, "Version", {
      stateMachineArn: this.machine.stateMachineArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return new CfnStateMachineAlias(this, "Live", {
      name: "live",
      deploymentPreference: { stateMachineVersionArn: version.attrArn, type: "ALL_AT_ONCE" },
    });
  }
}

/** The four steps, what they need and why no less memory: parsing a 10 MB font takes CPU. */
function stepNeeds({ settings, secrets, tables, storage }: Foundation) {
  const contracts = [tables.readContracts, tables.writeContracts, storage.openPersonalData];
  return {
    "generate-agreement": {
      memoryMb: 1769,
      needs: [...contracts, tables.readTemplates, storage.writeDocuments, settings.publicUrl],
    },
    "invite-signer": {
      memoryMb: 512,
      needs: [
        ...contracts,
        tables.readTemplates,
        secrets.platform,
        secrets.peers,
        settings.publicUrl,
        settings.smsGateway,
      ],
    },
    "verify-identity": {
      memoryMb: 512,
      needs: [
        ...contracts,
        secrets.platform,
        secrets.peers,
        settings.publicUrl,
        settings.verificationSystem,
      ],
    },
    "seal-evidence": {
      memoryMb: 1024,
      needs: [
        ...contracts,
        storage.writeDocuments,
        storage.writeEvidence,
        storage.sign,
        storage.issueCertificates,
        tables.appendLog,
        settings.logOrigin,
        settings.timestamps,
      ],
    },
  } as const;
}
