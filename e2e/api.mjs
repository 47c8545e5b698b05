// The API as a program talks to it, over HTTP.
import assert from "node:assert/strict";

export const endpoint = new URL("/graphql", process.env.KARTELA_PAGE).href;
export const socketEndpoint = endpoint.replace(/^http/, "ws");

const [email, password] = process.env.KARTELA_OWNER.split(" / ");

// ask sends an operation and gives its data; an error of any kind fails the test.
export async function ask(query, variables = {}, token = "") {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.deepEqual(errors, undefined);
  assert.equal(answer.status, 200);
  return data;
}

// signIn gives the token of a new session of the owner.
export async function signIn() {
  const { signIn: session } = await ask("mutation ($input: SignInInput!) { signIn(input: $input) { token } }", { input: { email, password } });
  return session.token;
}
