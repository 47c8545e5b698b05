// GraphQL over HTTP as its specification says, by the audits of graphql-http. What the
// specification leaves open (MAY) is done as well.
import assert from "node:assert/strict";
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { endpoint } from "./api.mjs";

for (const { name, fn } of serverAudits({ url: endpoint })) {
  test(name, async () => {
    const { status, reason } = await fn();
    assert.equal(status, "ok", reason);
  });
}
