import { type Stack, Validations } from "aws-cdk-lib";
import type { Storage } from "./storage.ts";

/** Findings of cdk-nag that we looked at and keep, each with the reason; anything else fails the check. */
export function acknowledgeFindings(stack: Stack, storage: Storage): void {
  const objectsOf = (bucket: Storage["documents"]) =>
    `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(bucket.node.defaultChild as never)}.Arn>/*]`;
  Validations.of(stack).acknowledge(
    {
      id: "AwsSolutions-IAM5[Resource::*]",
      reason:
        "X-Ray and the delivery of workflow logs know no resources; a test lists the only actions that may stand on *.",
    },
    {
      id: "Serverless-LambdaStarPermissions",
      reason:
        "The same finding by another pack: of a function's policy only X-Ray's actions stand on *.",
    },
    {
      id: objectsOf(storage.documents),
      reason: "Objects are named by contract; actions are GetObject and PutObject, never delete.",
    },
    {
      id: objectsOf(storage.evidence),
      reason: "Objects are named by contract; Object Lock refuses what the policy would allow.",
    },
    {
      id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
      reason: "API Gateway checks its account-wide log role against exactly this policy.",
    },
    {
      id: "AwsSolutions-APIG4",
      reason:
        "Partners sign every request including its body, which an authorizer cannot see; signers hold a 256-bit link.",
    },
    {
      id: "AwsSolutions-COG4",
      reason: "Neither partners nor signers have accounts with us (see APIG4).",
    },
    {
      id: "AwsSolutions-APIG2",
      reason: "The signature comes before validation: a stranger learns nothing about our schemas.",
    },
    {
      id: "AwsSolutions-SMG4",
      reason:
        "Partner keys rotate together with the partner, two live at a time; ids derive from the platform secret for ever.",
    },
    {
      id: "Serverless-LambdaDLQ",
      reason:
        "Functions called asynchronously have an on-failure destination, streams and queues a dead-letter queue; the others answer their caller.",
    },
    {
      id: "Serverless-LambdaEventSourceMappingDestination",
      reason:
        "A queue has no on-failure destination, its redrive policy is one; streams have theirs.",
    },
  );
}
