import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { acknowledgeFindings } from "./acknowledgements.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { Clearing } from "./clearing.ts";
import type { Stage } from "./configuration-schema.ts";
import { Dashboard } from "./dashboard.ts";
import { Events } from "./events.ts";
import { FaceChecks } from "./face-checks.ts";
import { Firewall } from "./firewall.ts";
import type { Foundation } from "./foundation.ts";
import { Secrets } from "./secrets.ts";
import { Settings } from "./settings.ts";
import { Storage } from "./storage.ts";
import { Tables } from "./tables.ts";
import { Workers } from "./workers.ts";
import { Workflow } from "./workflow.ts";

export type QianyueProps = {
  /** Folder of the bundles (bundle.ts). */
  readonly bundles: string;
  readonly configuration: Stage;
  /** Text of statemachines/signing.asl.json. */
  readonly definition: string;
};

/** The whole product in one stack. */
export class QianyueStack extends Stack {
  constructor(scope: Construct, id: string, props: QianyueProps) {
    super(scope, id, {
      description: "Electronic signing with identity verification and sealed evidence",
      terminationProtection: true,
      // The CLI checks the bootstrap version itself; without the rule the parameters are all ours.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    });
    // Access logs are delivered by bucket policy; the older way needs ACLs, which the buckets refuse.
    this.node.setContext("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", true);
    this.node.setContext("@aws-cdk/aws-iam:minimizePolicies", true);

    const foundation: Foundation = {
      bundles: props.bundles,
      settings: new Settings(this, props.configuration),
      secrets: new Secrets(this),
      tables: new Tables(this),
      storage: new Storage(this, props.configuration.retention),
      events: new Events(this),
    };
    const workflow = new Workflow(this, { ...foundation, definition: props.definition });
    const workers = new Workers(this, { ...foundation, workflow });
    const clearing = new Clearing(this, foundation);
    const faceChecks = new FaceChecks(this, foundation);
    const api = new Api(this, foundation);
    new Firewall(this, { rest: api.rest, ...props.configuration.requests });
    const { events } = foundation;
    const watched = { api, workflow, workers, clearing, faceChecks, events };
    new Alarms(this, watched);
    new Dashboard(this, watched);
    new CfnOutput(this, "ApiUrl", { value: api.rest.url });
    acknowledgeFindings(this, foundation.storage);
  }
}
