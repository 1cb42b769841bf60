import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { readStage } from "../../lib/aws/configuration.ts";
import { routes } from "../../lib/aws/routes.ts";
import { functionsOf, resourcesOf, synthesize } from "./synthesized.ts";

const template = synthesize();
const functions = functionsOf(template);

describe("storage", () => {
  test.each([
    ["contract_flow", "pk", "sk"],
    ["evidence_chain", "contract_id", "index"],
    ["transparency_log", "pk", "sk"],
    ["transaction_order", "id", "part"],
    ["face_verification", "pk", "sk"],
  ])(
    "A-12, A-13, T-06: table %s exists under its own name, recoverable and protected",
    (TableName, hash, range) => {
      template.hasResourceProperties("AWS::DynamoDB::Table", {
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        KeySchema: [
          { AttributeName: hash, KeyType: "HASH" },
          { AttributeName: range, KeyType: "RANGE" },
        ],
      });
    },
  );

  test("the chain streams what was appended", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      TableName: "evidence_chain",
      StreamSpecification: { StreamViewType: "NEW_IMAGE" },
    });
  });

  test.each(["evidence_chain", "transparency_log"])(
    "%s refuses to be changed by anyone",
    (name) => {
      template.hasResourceProperties("AWS::DynamoDB::Table", {
        TableName: name,
        ResourcePolicy: {
          PolicyDocument: {
            Statement: [
              Match.objectLike({
                Effect: "Deny",
                Principal: { AWS: "*" },
                Action: Match.arrayWith(["dynamodb:DeleteItem", "dynamodb:UpdateItem"]),
              }),
            ],
          },
        },
      });
    },
  );

  test.each(["contract_flow", "guard", "transaction_order"])(
    "table %s forgets by its TTL attribute",
    (TableName) => {
      template.hasResourceProperties("AWS::DynamoDB::Table", {
        TableName,
        TimeToLiveSpecification: { AttributeName: "expires_at_s", Enabled: true },
      });
    },
  );

  test("K39: orders that wait for a person are found by one sparse index, oldest first", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      TableName: "transaction_order",
      GlobalSecondaryIndexes: [
        {
          IndexName: "queue",
          KeySchema: [
            { AttributeName: "queue", KeyType: "HASH" },
            { AttributeName: "updated_time", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
  });

  test("A-26: evidence is locked for ten years, against the root user, too", () => {
    template.hasResourceProperties("AWS::S3::Bucket", lockedFor(3650));
  });

  test("the sandbox's evidence is locked for a year: nobody will ask for it, and nobody can delete it", () => {
    const sandbox = synthesize(readStage(".", "sandbox"));

    sandbox.hasResourceProperties("AWS::S3::Bucket", lockedFor(365));
  });

  test("C-78: every bucket is closed to the public and to plain HTTP, and survives the stack", () => {
    const buckets = resourcesOf(template, "AWS::S3::Bucket");
    const policies = resourcesOf(template, "AWS::S3::BucketPolicy");

    for (const bucket of buckets) {
      expect(bucket.DeletionPolicy, bucket.id).toBe("Retain");
      expect(Object.values(bucket.Properties.PublicAccessBlockConfiguration as object)).toEqual([
        true,
        true,
        true,
        true,
      ]);
      const policy = policies.find(({ Properties }) => Properties.Bucket.Ref === bucket.id);
      expect(JSON.stringify(policy), bucket.id).toContain('"aws:SecureTransport":"false"');
    }
  });

  test("C-78: files are encrypted under a key that rotates; seals are signed on P-256", () => {
    template.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
    template.hasResourceProperties("AWS::KMS::Key", {
      KeySpec: "ECC_NIST_P256",
      KeyUsage: "SIGN_VERIFY",
    });
    const sealed = resourcesOf(template, "AWS::S3::Bucket").filter((bucket) =>
      JSON.stringify(bucket.Properties.BucketEncryption).includes("aws:kms"),
    );
    expect(sealed).toHaveLength(2);
  });
});

describe("the workflow", () => {
  test("executions start behind the alias live, which follows the newest version", () => {
    template.hasResourceProperties("AWS::StepFunctions::StateMachineAlias", { Name: "live" });
    template.hasResourceProperties("AWS::StepFunctions::StateMachineVersion", {
      StateMachineRevisionId: { "Fn::GetAtt": [Match.anyValue(), "StateMachineRevisionId"] },
    });
    const drive = functions.find(({ name }) => name === "drive-workflow");
    expect(JSON.stringify(drive?.environment.STATE_MACHINE_ARN)).toContain("WorkflowLive");
  });

  test("A-42: its history is logged, its data never", () => {
    template.hasResourceProperties("AWS::StepFunctions::StateMachine", {
      LoggingConfiguration: Match.objectLike({ IncludeExecutionData: false, Level: "ALL" }),
      TracingConfiguration: { Enabled: true },
    });
  });
});

describe("events", () => {
  test("A-27: only the events that end a contract reach the webhook queue", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["qianyue"],
        "detail-type": [
          "esign.contract.v1.completed",
          "esign.contract.v1.failed",
          "esign.contract.v1.expired",
          "esign.contract.v1.rejected",
          "esign.contract.v1.revoked",
        ],
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
  });

  test("A-11: an upstream event starts a signature", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: [{ prefix: "partner." }], "detail-type": ["SigningRequested"] },
    });
  });

  test("D-13: the verification system's event brings a result", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: [{ prefix: "verification." }],
        "detail-type": ["VerificationCompletedEvent"],
      },
    });
  });

  test("A-40: an execution that no Catch could end marks its contract", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: Match.objectLike({
        source: ["aws.states"],
        detail: Match.objectLike({ status: ["FAILED", "TIMED_OUT", "ABORTED"] }),
      }),
    });
  });

  test("a poison entry cannot stop its stream for ever, nor vanish", () => {
    const streams = resourcesOf(template, "AWS::Lambda::EventSourceMapping").filter(
      ({ Properties }) => Properties.StartingPosition !== undefined,
    );

    expect(streams).toHaveLength(2);
    for (const { Properties } of streams) {
      expect(Properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRetryAttempts: 1000,
        MaximumRecordAgeInSeconds: 6 * 3600,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      });
    }
  });

  test("C-73, C-74: a failed archive is made again four times an hour, then set aside for a person", () => {
    template.hasResourceProperties("AWS::SQS::Queue", {
      DelaySeconds: 300,
      VisibilityTimeout: 900,
      RedrivePolicy: { maxReceiveCount: 20, deadLetterTargetArn: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: ["qianyue"], "detail-type": ["esign.contract.v1.archive_failed"] },
    });
  });

  test("K38: every order reaches the clearing queue, after the request has had its own try", () => {
    template.hasResourceProperties("AWS::SQS::Queue", {
      DelaySeconds: 30,
      VisibilityTimeout: 360,
      RedrivePolicy: { maxReceiveCount: 1000, deadLetterTargetArn: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["qianyue"],
        "detail-type": ["TransactionReceived", "TransactionResumed"],
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  test("C-71 C-75: every face check has a clock of its own, and every result a queue to its client", () => {
    for (const [detailType, delay] of [
      ["FaceVerificationRequested", { DelaySeconds: 30 }],
      ["FaceVerificationCompletedEvent", {}],
    ] as const) {
      template.hasResourceProperties("AWS::Events::Rule", {
        EventPattern: { source: ["qianyue"], "detail-type": [detailType] },
        Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
      });
      template.hasResourceProperties("AWS::SQS::Queue", {
        ...delay,
        VisibilityTimeout: 360,
        RedrivePolicy: { maxReceiveCount: 100, deadLetterTargetArn: Match.anyValue() },
      });
    }
  });

  test("T-05: clearing's late result reaches the same queue, whatever its source is called beyond clearing", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: [{ prefix: "clearing" }],
        "detail-type": ["ClearingCompletedEvent"],
      },
    });
  });

  test("a webhook in delivery stays invisible for six times the function's time-out", () => {
    const deliver = functions.find(({ name }) => name === "deliver-webhook");
    const [queue] = resourcesOf(template, "AWS::SQS::Queue").filter(
      ({ Properties }) => Properties.RedrivePolicy !== undefined,
    );

    expect(queue?.Properties.VisibilityTimeout).toBe(6 * (deliver?.timeout ?? 0));
  });
});

describe("alarms", () => {
  const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm");

  test("A-39, A-40, T-40: each says what to do and reaches the operations topic", () => {
    for (const { id, Properties } of alarms) {
      expect(Properties.AlarmDescription.length, id).toBeGreaterThan(60);
      expect(Properties.AlarmActions, id).toHaveLength(1);
    }
    const ours = alarms.filter(({ Properties }) => Properties.Namespace === "Qianyue");
    expect(ours.map(({ Properties }) => Properties.MetricName).sort()).toEqual([
      "CertificateExpiring",
      "ClearingFailed",
      "ClearingUnavailable",
      "DependencyFailure",
      "FaceVendorFailure",
      "OrderParked",
      "SignatureRefused",
      "SystemError",
      "TemplateFault",
      "TimestampUnavailable",
      "WebhookUndelivered",
    ]);
  });

  test("every dead-letter queue has one", () => {
    const deadLetters = resourcesOf(template, "AWS::SQS::Queue").filter(
      ({ Properties }) => Properties.RedrivePolicy === undefined,
    );

    expect(deadLetters).toHaveLength(9);
    for (const { id } of deadLetters) {
      const watching = alarms.filter(({ Properties }) =>
        JSON.stringify(Properties.Dimensions ?? []).includes(`"${id}"`),
      );
      expect(
        watching.map(({ Properties }) => Properties.Threshold),
        id,
      ).toEqual([0]);
    }
  });
});

describe("the API", () => {
  test("has one method a route and nothing else", () => {
    const methods = resourcesOf(template, "AWS::ApiGateway::Method");

    expect(methods).toHaveLength(routes.length);
    expect(
      new Set(methods.map(({ Properties }) => JSON.stringify(Properties.Integration.Uri))).size,
    ).toBe(new Set(routes.map(({ file }) => file)).size);
  });

  test("is throttled, traced and logged without paths, since a path may hold a signing link", () => {
    template.hasResourceProperties("AWS::ApiGateway::Stage", {
      TracingEnabled: true,
      AccessLogSetting: { Format: Match.not(Match.stringLikeRegexp("context\\.path")) },
    });
    const [stage] = resourcesOf(template, "AWS::ApiGateway::Stage");
    const settings: object[] = stage?.Properties.MethodSettings;
    expect(settings[0]).toMatchObject({ ResourcePath: "/*", HttpMethod: "*" });
    for (const setting of settings)
      expect(setting).toMatchObject({
        DataTraceEnabled: false,
        LoggingLevel: "ERROR",
        ThrottlingBurstLimit: 1000,
        ThrottlingRateLimit: 500,
      });
  });
});

describe("parameters", () => {
  test("are the settings of an installation", () => {
    expect(Object.keys(template.toJSON().Parameters)).toEqual([
      "PublicBaseUrl",
      "SmsGatewayUrl",
      "VerificationUrl",
      "AllowedCallbackHosts",
      "LogOrigin",
      "TimestampUrls",
      "TimestampRoots",
      "ClearingUrl",
    ]);
  });
});

const lockedFor = (Days: number) => ({
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: "Enabled",
    Rule: { DefaultRetention: { Days, Mode: "COMPLIANCE" } },
  },
  VersioningConfiguration: { Status: "Enabled" },
});
