import { RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { allow, type Need } from "./lambda-function.ts";
import { templateTable } from "./template-table.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });
const wholeNumber = (name: string) => ({ name, type: AttributeType.NUMBER });

/** Tables bear the names of the requirements, so one account holds one installation a region. */
const common = {
  billingMode: BillingMode.PAY_PER_REQUEST,
  encryption: TableEncryption.AWS_MANAGED,
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies Partial<TableProps>;

const recoverable = { pointInTimeRecoveryEnabled: true };

/** State, orders, evidence, its log and the guard against replays. Functions may append evidence; nobody may change it. */
export class Tables extends Construct {
  readonly flow: Table;
  readonly chain: Table;
  readonly guard: Table;
  readonly readContracts: Need;
  readonly writeContracts: Need;
  readonly spendNonces: Need;
  readonly followLinks: Need;
  readonly countVisits: Need;
  /** An order's history lies in the same chain; who writes it touches no contract. */
  readonly nameChain: Need;
  readonly appendChain: Need;
  readonly readOrders: Need;
  readonly writeOrders: Need;
  readonly listOrders: Need;
  readonly findAuthorizations: Need;
  /** The attempts at a webhook lie beside contracts, whatever they tell of. */
  readonly noteDeliveries: Need;
  readonly shareBreaker: Need;
  readonly readFaces: Need;
  readonly writeFaces: Need;
  readonly readLog: Need;
  readonly appendLog: Need;
  readonly readTemplates: Need;
  readonly writeTemplates: Need;
  readonly listTemplates: Need;

  constructor(scope: Construct) {
    super(scope, "Tables");
    this.flow = new Table(this, "ContractFlow", {
      ...common,
      tableName: "contract_flow",
      partitionKey: text("pk"),
      sortKey: text("sk"),
      timeToLiveAttribute: "expires_at_s",
      pointInTimeRecoverySpecification: recoverable,
    });
    this.chain = new Table(this, "EvidenceChain", {
      ...common,
      tableName: "evidence_chain",
      partitionKey: text("contract_id"),
      sortKey: wholeNumber("index"),
      stream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: recoverable,
    });
    this.chain.addToResourcePolicy(appendOnly());
    this.guard = new Table(this, "Guard", {
      ...common,
      tableName: "guard",
      partitionKey: text("pk"),
      timeToLiveAttribute: "expires_at_s",
    });
    Validations.of(this.guard).acknowledge({
      id: "AwsSolutions-DDB3",
      reason: "Nonces live for minutes: restoring an old state of them would protect nobody.",
    });
    const log = new Table(this, "TransparencyLog", {
      ...common,
      tableName: "transparency_log",
      partitionKey: text("pk"),
      sortKey: text("sk"),
      pointInTimeRecoverySpecification: recoverable,
    });
    log.addToResourcePolicy(appendOnly());

    const templates = templateTable(this, common);
    this.readTemplates = templates.read;
    this.writeTemplates = templates.write;
    this.listTemplates = templates.list;
    const orders = ordersTable(this);
    const faces = new Table(this, "FaceVerification", {
      ...common,
      tableName: "face_verification",
      partitionKey: text("pk"),
      sortKey: text("sk"),
      pointInTimeRecoverySpecification: recoverable,
    });
    const environment = {
      CONTRACT_FLOW_TABLE: this.flow.tableName,
      EVIDENCE_CHAIN_TABLE: this.chain.tableName,
    };
    const flow = this.flow.tableArn;
    const chain = this.chain.tableArn;
    this.readContracts = {
      environment,
      statements: [allow(["dynamodb:GetItem"], flow), allow(["dynamodb:Query"], chain)],
    };
    this.writeContracts = {
      environment,
      statements: [
        allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], flow),
        allow(["dynamodb:PutItem"], chain),
      ],
    };
    this.noteDeliveries = {
      environment: { CONTRACT_FLOW_TABLE: this.flow.tableName },
      statements: [allow(["dynamodb:UpdateItem"], flow)],
    };
    this.spendNonces = {
      environment: { GUARD_TABLE: this.guard.tableName },
      statements: [allow(["dynamodb:PutItem"], this.guard.tableArn)],
    };
    this.followLinks = {
      environment: { CONTRACT_FLOW_TABLE: this.flow.tableName },
      statements: [allow(["dynamodb:GetItem"], flow)],
    };
    this.countVisits = {
      environment: { GUARD_TABLE: this.guard.tableName },
      statements: [allow(["dynamodb:UpdateItem"], this.guard.tableArn)],
    };
    const intake = { environment: { TRANSACTION_ORDER_TABLE: orders.tableName } };
    const history = { environment: { EVIDENCE_CHAIN_TABLE: this.chain.tableName } };
    this.nameChain = history;
    this.appendChain = { ...history, statements: [allow(["dynamodb:PutItem"], chain)] };
    this.readOrders = {
      ...intake,
      statements: [allow(["dynamodb:GetItem", "dynamodb:Query"], orders.tableArn)],
    };
    this.writeOrders = {
      ...intake,
      statements: [allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], orders.tableArn)],
    };
    this.listOrders = {
      ...intake,
      statements: [allow(["dynamodb:Query"], `${orders.tableArn}/index/${queueIndex}`)],
    };
    const checks = { FACE_VERIFICATION_TABLE: faces.tableName, ...history.environment };
    this.readFaces = {
      environment: checks,
      statements: [allow(["dynamodb:GetItem"], faces.tableArn)],
    };
    this.writeFaces = {
      environment: checks,
      statements: [allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], faces.tableArn)],
    };
    this.findAuthorizations = {
      environment: { CONTRACT_FLOW_TABLE: this.flow.tableName },
      statements: [allow(["dynamodb:Query"], flow)],
    };
    this.shareBreaker = {
      environment: { GUARD_TABLE: this.guard.tableName },
      statements: [
        allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], this.guard.tableArn),
      ],
    };
    const readLog = allow(["dynamodb:BatchGetItem", "dynamodb:Query"], log.tableArn);
    const putLog = allow(["dynamodb:PutItem"], log.tableArn);
    this.readLog = { environment: { LOG_TABLE: log.tableName }, statements: [readLog] };
    this.appendLog = { ...this.readLog, statements: [readLog, putLog] };
  }
}

const queueIndex = "queue";

/** T-06. The index is sparse: only orders that wait for a person, and refused strangers, are in it. */
function ordersTable(scope: Construct): Table {
  const orders = new Table(scope, "TransactionOrder", {
    ...common,
    tableName: "transaction_order",
    partitionKey: text("id"),
    sortKey: wholeNumber("part"),
    timeToLiveAttribute: "expires_at_s",
    pointInTimeRecoverySpecification: recoverable,
  });
  orders.addGlobalSecondaryIndex({
    indexName: queueIndex,
    partitionKey: text("queue"),
    sortKey: text("updated_time"),
    projectionType: ProjectionType.ALL,
  });
  return orders;
}

/**
 * Evidence is only ever added. IAM cannot demand a condition of PutItem, so overwriting an entry is
 * prevented by the writer's condition and betrayed by the hash chain; the rest is refused here, to administrators too.
 */
function appendOnly(): PolicyStatement {
  return new PolicyStatement({
    sid: "AppendOnly",
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:PartiQLUpdate",
      "dynamodb:PartiQLDelete",
      "dynamodb:PartiQLInsert",
    ],
    // Naming the table inside its own policy would be a circle; the policy reaches nothing else.
    resources: ["*"],
  });
}
