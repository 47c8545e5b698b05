// Live balances as other people's clients receive them: each subscribes to a contact, gets
// the present value at once, and the next one after a payment.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ApolloClient, gql, InMemoryCache } from "@apollo/client/core";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";
import { ask, endpoint, signIn, socketEndpoint } from "./api.mjs";

const patience = 15_000; // milliseconds until a value that must come has not
const subscription = `subscription Follow($contactIds: [ID!]!) {
  balanceChanged(contactIds: $contactIds) {
    contactId
    balances { side currency version credit { amount } net { amount } }
  }
}`;

let contactId; // of the demonstration, a client in euros
let token;

before(async () => {
  token = await signIn();
  const { contacts } = await ask("{ contacts(first: 50, filter: { role: CLIENT }) { nodes { id balances { side currency } } } }", {}, token);
  contactId = contacts.nodes.find(({ balances }) => balances.length === 1 && balances[0].currency === "EUR").id;
});

function openSocket(credential) {
  let told;
  const closed = new Promise((resolve) => (told = resolve));
  const socket = createSocketClient({
    url: socketEndpoint,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${credential}` },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
    on: { closed: ({ code }) => told(code) },
  });
  return { socket, closed };
}

// Every client opens with a token and gives subscribe(sink), which answers with what ends
// the subscription, close, and of a socket closed, the code with which it was closed.
const clients = {
  "graphql-ws": (credential) => {
    const { socket, closed } = openSocket(credential);
    return {
      subscribe: (sink) => socket.subscribe({ query: subscription, variables: { contactIds: [contactId] } }, sink),
      close: () => socket.dispose(),
      closed,
    };
  },
  "graphql-sse, distinct connections": (credential) => {
    const client = createEventClient({ url: endpoint, headers: { Authorization: `Bearer ${credential}` }, retryAttempts: 0 });
    return {
      subscribe: (sink) => client.subscribe({ query: subscription, variables: { contactIds: [contactId] } }, sink),
      close: () => client.dispose(),
    };
  },
  "@apollo/client over graphql-ws": (credential) => {
    const { socket, closed } = openSocket(credential);
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    return {
      subscribe: (sink) => {
        const follow = client.subscribe({ query: gql(subscription), variables: { contactIds: [contactId] } }).subscribe({
          ...sink,
          // Apollo hands failures over as values.
          next: (result) => (result.error ? sink.error(result.error) : sink.next(result)),
        });
        return () => follow.unsubscribe();
      },
      close: () => {
        client.stop();
        return socket.dispose();
      },
      closed,
    };
  },
  "@urql/core over graphql-ws": (credential) => {
    const { socket, closed } = openSocket(credential);
    const client = new UrqlClient({
      url: endpoint,
      preferGetMethod: false,
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query, variables }) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }) }),
        }),
      ],
    });
    return {
      subscribe: (sink) => {
        const follow = client
          .subscription(subscription, { contactIds: [contactId] })
          .subscribe((result) => (result.error ? sink.error(result.error) : sink.next(result)));
        return () => follow.unsubscribe();
      },
      close: () => socket.dispose(),
      closed,
    };
  },
};

// follow subscribes and gives next, which waits for one value after the other.
function follow(client) {
  const values = [];
  let wake = () => {};
  let failure = null;
  const end = client.subscribe({
    next: (result) => {
      values.push(result);
      wake();
    },
    error: (reason) => {
      failure = reason;
      wake();
    },
    complete: () => {
      failure ??= new Error("the subscription is complete");
      wake();
    },
  });
  const next = async () => {
    const late = AbortSignal.timeout(patience);
    while (values.length === 0) {
      if (failure) {
        throw failure;
      }
      await new Promise((resolve, reject) => {
        wake = resolve;
        late.onabort = () => reject(new Error("no value came"));
      });
    }
    const { data, errors } = values.shift();
    assert.equal(errors, undefined);
    assert.equal(data.balanceChanged.contactId, contactId);
    assert.equal(data.balanceChanged.balances.length, 1);
    return data.balanceChanged.balances[0];
  };
  return { next, end, waiting: values };
}

const cents = (money) => Math.round(Number(money.amount) * 100);

const balanceNow = async () => {
  const { contact } = await ask(
    "query ($id: ID!) { contact(id: $id) { balances { side currency version credit { amount } net { amount } } } }",
    { id: contactId },
    token,
  );
  return contact.balances[0];
};

const pay = (amount) =>
  ask("mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }", { input: { contactId, amount, currency: "EUR" } }, token);

for (const [name, open] of Object.entries(clients)) {
  test(`${name} gets the present balance at once, and the next after a payment`, async () => {
    const client = open(await signIn());
    try {
      const { next, end, waiting } = follow(client);
      const present = await next();
      const { __typename, credit, net, ...rest } = present;
      const now = await balanceNow();
      assert.deepEqual(
        { ...rest, credit: credit.amount, net: net.amount },
        { side: now.side, currency: now.currency, version: now.version, credit: now.credit.amount, net: now.net.amount },
      );
      assert.equal(waiting.length, 0, "one value, not two");
      await pay("1.25");
      const moved = await next();
      assert.equal(moved.version, present.version + 1);
      assert.equal(cents(moved.credit) - cents(present.credit), 125);
      assert.equal(cents(present.net) - cents(moved.net), 125);
      await end();
    } finally {
      await client.close();
    }
  });
}

test("one session follows with all four clients at a time, and all get the same", async () => {
  const opened = Object.values(clients).map((open) => open(token));
  try {
    const all = opened.map(follow);
    const present = await Promise.all(all.map(({ next }) => next()));
    await pay("2.00");
    const moved = await Promise.all(all.map(({ next }) => next()));
    assert.deepEqual(new Set(moved.map(({ version }) => version)), new Set([present[0].version + 1]));
    assert.deepEqual(new Set(moved.map(({ net }) => net.amount)).size, 1);
    await Promise.all(all.map(({ end }) => end()));
  } finally {
    await Promise.all(opened.map(({ close }) => close()));
  }
});

for (const name of ["graphql-ws", "@apollo/client over graphql-ws", "@urql/core over graphql-ws"]) {
  test(`${name} with a wrong token is closed with 4401`, async () => {
    const client = clients[name]("not-a-token");
    try {
      await assert.rejects(follow(client).next());
      assert.equal(await client.closed, 4401);
    } finally {
      await client.close();
    }
  });
}

test("graphql-sse with a wrong token is answered 401", async () => {
  const client = clients["graphql-sse, distinct connections"]("not-a-token");
  try {
    await assert.rejects(follow(client).next(), (reason) => reason.response?.status === 401);
  } finally {
    client.close();
  }
});
