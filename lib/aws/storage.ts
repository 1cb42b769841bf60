import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { allow, type Need } from "./lambda-function.ts";

/** Who read which evidence must be answerable for as long as a court case takes to begin. */
const accessLogDays = 3 * 365;

/** Files and the keys they are encrypted or signed with. */
export class Storage extends Construct {
  readonly documents: Bucket;
  readonly evidence: Bucket;
  readonly readDocuments: Need;
  readonly writeDocuments: Need;
  readonly readEvidence: Need;
  readonly writeEvidence: Need;
  /** For those who handle contracts without ever opening a personal value. */
  readonly namePersonalKey: Need;
  readonly openPersonalData: Need;
  readonly createPersonalData: Need;
  readonly sign: Need;
  readonly issueCertificates: Need;

  constructor(scope: Construct, props: { readonly evidenceYears: number }) {
    super(scope, "Storage");
    const dataKey = new Key(this, "DataKey", {
      description: "Encrypts personal data and files at rest",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // KMS cannot rotate an asymmetric key, and old seals must stay verifiable under it.
    const signingKey = new Key(this, "SigningKey", {
      description: "Seals agreements and evidence, signs checkpoints of the transparency log",
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const authorityKey = new Key(this, "AuthorityKey", {
      description: "Issues the certificates of signers and of the platform",
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...closed,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(accessLogDays) }],
    });
    const files = {
      ...closed,
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: dataKey,
      bucketKeyEnabled: true,
      // CDK's classes miss their own interfaces under exactOptionalPropertyTypes; hence three casts in lib/aws.
      serverAccessLogsBucket: accessLogs as IBucket,
    };
    this.documents = new Bucket(this, "Documents", {
      ...files,
      serverAccessLogsPrefix: "documents/",
    });
    // COMPLIANCE: nobody, the root user included, can shorten it; choose the years before the first deployment.
    this.evidence = new Bucket(this, "Evidence", {
      ...files,
      serverAccessLogsPrefix: "evidence/",
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(
        Duration.days(props.evidenceYears * 365),
      ),
    });

    this.readDocuments = readable("DOCUMENT_BUCKET", this.documents, dataKey);
    this.writeDocuments = writable("DOCUMENT_BUCKET", this.documents, dataKey);
    this.readEvidence = readable("EVIDENCE_BUCKET", this.evidence, dataKey);
    this.writeEvidence = writable("EVIDENCE_BUCKET", this.evidence, dataKey);
    this.namePersonalKey = { environment: { DATA_KEY_ID: dataKey.keyId } };
    this.openPersonalData = {
      ...this.namePersonalKey,
      statements: [allow(["kms:Decrypt"], dataKey.keyArn)],
    };
    this.createPersonalData = {
      ...this.namePersonalKey,
      statements: [allow(["kms:Decrypt", "kms:GenerateDataKey"], dataKey.keyArn)],
    };
    this.sign = {
      environment: { SIGNING_KEY_ID: signingKey.keyId },
      statements: [allow(["kms:GetPublicKey", "kms:Sign"], signingKey.keyArn)],
    };
    this.issueCertificates = {
      environment: { CA_KEY_ID: authorityKey.keyId },
      statements: [allow(["kms:GetPublicKey", "kms:Sign"], authorityKey.keyArn)],
    };
  }
}

const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies BucketProps;

function readable(variable: string, bucket: Bucket, key: Key): Need {
  return {
    environment: { [variable]: bucket.bucketName },
    statements: [
      allow(["s3:GetObject"], bucket.arnForObjects("*")),
      // Without it S3 answers 403 for an absent key, which must not be mistaken for a broken policy.
      allow(["s3:ListBucket"], bucket.bucketArn),
      allow(["kms:Decrypt"], key.keyArn),
    ],
  };
}

/** Writing is reading too: whoever loses a conditional put reads what is there. Nobody may delete. */
function writable(variable: string, bucket: Bucket, key: Key): Need {
  const read = readable(variable, bucket, key);
  return {
    ...read,
    statements: [
      ...(read.statements ?? []),
      allow(["s3:PutObject"], bucket.arnForObjects("*")),
      allow(["kms:GenerateDataKey"], key.keyArn),
    ],
  };
}
