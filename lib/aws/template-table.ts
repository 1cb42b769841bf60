import { AttributeType, ProjectionType, Table, type TableProps } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { allow, type Need } from "./lambda-function.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** What a list of templates shows (C-28); the texts themselves would fill a page with ten of them. */
const listed = [
  "name",
  "content_type",
  "variable_definitions_json",
  "signer_config_json",
  "selector_json",
  "active",
  "created_by",
  "created_at",
  "updated_by",
  "updated_at",
];

/** Versions of agreements, messages and pages, unique by id and version (C-27, C-28, D-19). Nobody may delete one. */
export function templateTable(
  scope: Construct,
  common: Partial<TableProps>,
): { readonly read: Need; readonly write: Need; readonly list: Need } {
  const table = new Table(scope, "Template", {
    ...common,
    tableName: "template",
    partitionKey: text("template_id"),
    sortKey: text("version"),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  table.addGlobalSecondaryIndex({
    indexName: "category",
    partitionKey: text("category"),
    sortKey: text("state"),
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: listed,
  });
  const environment = { TEMPLATE_TABLE: table.tableName };
  const look = allow(["dynamodb:GetItem", "dynamodb:Query"], table.tableArn);
  return {
    read: { environment, statements: [look] },
    list: {
      environment,
      statements: [look, allow(["dynamodb:Query"], `${table.tableArn}/index/category`)],
    },
    write: {
      environment,
      statements: [look, allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], table.tableArn)],
    },
  };
}
