import { getOperationAST } from "graphql";
import { createClient } from "graphql-ws";

const endpoint = "/graphql";

// fetcher sends what GraphiQL asks for: queries and mutations over HTTP, subscriptions over
// a WebSocket of their own. The session cookie goes along by itself; an Authorization line
// in the headers tab is sent in place of it, over both.
export function fetcher(params, { headers = {}, documentAST } = {}) {
  const operation = documentAST && getOperationAST(documentAST, params.operationName);
  return operation?.operation === "subscription"
    ? subscribe(params, headers)
    : post(params, headers);
}

async function post(params, headers) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json", ...headers },
    body: JSON.stringify(params),
  });
  return answer.json();
}

async function* subscribe(params, headers) {
  const client = createClient({
    url: location.origin.replace(/^http/, "ws") + endpoint,
    connectionParams: lowerCaseKeys(headers),
    retryAttempts: 0,
  });
  try {
    yield* client.iterate(params);
  } catch (failure) {
    // A closed socket says why in its code and reason.
    throw failure?.code ? new Error(`${failure.code} ${failure.reason}`.trim()) : failure;
  } finally {
    await client.dispose();
  }
}

function lowerCaseKeys(headers) {
  return Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]));
}
