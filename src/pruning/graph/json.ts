import * as v from "valibot";
import type { JsonObject } from "../model/model.ts";

/** Whether a JSON value, or anything that may be one, is an object with keys. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a schema found wrong, as a clause: `"units" is 0 and should be >=1`. */
export function issueClause(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const subject = path === null ? "it" : `"${path}"`;
  if (issue.received === "undefined") return `${subject} is missing`;
  return `${subject} is ${issue.received}${issue.expected ? ` and should be ${issue.expected}` : ""}`;
}
