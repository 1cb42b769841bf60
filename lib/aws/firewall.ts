import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

/** Stops floods from one address and requests that only an attacker sends, before any function is paid for. */
export class Firewall extends Construct {
  constructor(scope: Construct, props: { readonly rest: RestApi; readonly perAddress: number }) {
    super(scope, "Firewall");
    const acl = new CfnWebACL(this, "Acl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: visible("Requests"),
      rules: [
        {
          name: "one-address",
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: props.perAddress } },
          visibilityConfig: visible("FloodsBlocked"),
        },
        {
          // Not the common rule set: it refuses bodies over 8 KB, and a handwritten signature is larger.
          name: "known-bad-inputs",
          priority: 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: "AWS",
              name: "AWSManagedRulesKnownBadInputsRuleSet",
            },
          },
          visibilityConfig: visible("BadInputsBlocked"),
        },
      ],
    });
    new CfnWebACLAssociation(this, "Association", {
      resourceArn: props.rest.deploymentStage.stageArn,
      webAclArn: acl.attrArn,
    });
  }
}

// Sampled requests would show signing links in the console.
const visible = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});
