import { RemovalPolicy, SecretValue } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { allow, type Need } from "./lambda-function.ts";

/** What we share with partners and peers, and the one secret that ids and links derive from. */
export class Secrets extends Construct {
  readonly partners: Need;
  readonly peers: Need;
  readonly platform: Need;
  readonly faceVendors: Need;

  constructor(scope: Construct) {
    super(scope, "Secrets");
    // The empty values only hold the shape; CloudFormation does not touch what operations put later.
    this.partners = this.readable("PARTNERS_SECRET_ID", "Partners", {
      description: "Partners: client ids, HMAC secrets, webhook secrets, dialects, return URLs",
      secretStringValue: SecretValue.unsafePlainText('{"partners":[]}'),
    });
    this.peers = this.readable("PEERS_SECRET_ID", "Peers", {
      description: "HMAC keys of the SMS gateway, the verification and the clearing system",
      secretStringValue: SecretValue.unsafePlainText("{}"),
    });
    this.faceVendors = this.readable("FACE_VENDORS_SECRET_ID", "FaceVendors", {
      description:
        "Face vendors, best first: URLs, keys, source addresses; read anew within 5 minutes",
      secretStringValue: SecretValue.unsafePlainText('{"vendors":[]}'),
    });
    this.platform = this.readable("PLATFORM_SECRET_ID", "Platform", {
      description: "Contract ids and signing links derive from it: never change it",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
  }

  private readable(
    variable: string,
    id: string,
    props: ConstructorParameters<typeof Secret>[2],
  ): Need {
    const secret = new Secret(this, id, { ...props, removalPolicy: RemovalPolicy.RETAIN });
    return {
      environment: { [variable]: secret.secretArn },
      statements: [allow(["secretsmanager:GetSecretValue"], secret.secretArn)],
    };
  }
}
