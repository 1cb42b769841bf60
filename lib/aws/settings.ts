import { CfnParameter } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Stage } from "./configuration-schema.ts";
import type { Need } from "./lambda-function.ts";

/**
 * What differs between installations and is not a secret: the parameters of the stack, and of the stage's figures
 * those that functions take from their environment.
 */
export class Settings extends Construct {
  readonly publicUrl: Need;
  readonly smsGateway: Need;
  readonly verificationSystem: Need;
  readonly callbackHosts: Need;
  readonly identityCheck: Need;
  readonly logOrigin: Need;
  readonly timestamps: Need;
  readonly clearing: Need;
  readonly accountCode: Need;

  constructor(scope: Construct, { identity, intake }: Stage) {
    super(scope, "Settings");
    this.publicUrl = this.setting("PublicBaseUrl", "PUBLIC_BASE_URL", {
      description: "Where signers and callbacks reach the API, without a trailing slash",
    });
    this.smsGateway = this.setting("SmsGatewayUrl", "SMS_GATEWAY_URL", {
      description: "Base URL of the SMS gateway",
    });
    this.verificationSystem = this.setting("VerificationUrl", "VERIFICATION_URL", {
      description: "Base URL of the identity verification system",
    });
    this.callbackHosts = this.setting("AllowedCallbackHosts", "ALLOWED_CALLBACK_HOSTS", {
      description: "Comma list of host:port that callbacks may reach without TLS; leave empty",
      default: "",
    });
    this.identityCheck = { environment: { IDENTITY_CHECK: identity.check } };
    this.logOrigin = this.setting("LogOrigin", "LOG_ORIGIN", {
      description:
        "Name of the transparency log, for ever: a URL without scheme, as checkpoints say it",
      default: "qianyue.example/log",
      allowedPattern: "[^\\s+]+",
    });
    const urls = this.setting("TimestampUrls", "TIMESTAMP_URLS", {
      description:
        "Comma list of RFC 3161 authorities, asked in order; empty seals without time-stamps",
      default: "",
    });
    const roots = this.setting("TimestampRoots", "TIMESTAMP_ROOTS", {
      // A function's whole environment has 4 KB.
      description: "PEM of the roots that time-stamp authorities must lead to, at most 3 KB",
      default: "",
      maxLength: 3072,
    });
    this.clearing = this.setting("ClearingUrl", "CLEARING_URL", {
      description: "Base URL of the clearing system",
    });
    this.accountCode = { environment: { ACCOUNT_CODE: intake.accountCode } };
    this.timestamps = { environment: { ...urls.environment, ...roots.environment } };
  }

  private setting(
    name: string,
    variable: string,
    props: {
      description: string;
      default?: string;
      maxLength?: number;
      allowedPattern?: string;
    },
  ): Need {
    const parameter = new CfnParameter(this, name, { type: "String", ...props });
    // A parameter is typed by a person: its name carries no prefix of this construct.
    parameter.overrideLogicalId(name);
    return { environment: { [variable]: parameter.valueAsString } };
  }
}
